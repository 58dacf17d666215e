import type { DataName } from "./data.ts";

export type ActivationName = "tanh" | "sigmoid" | "relu" | "elu" | "gelu" | "sin";
export type TableName = "linear" | "paper" | "standard" | "full" | "kfac" | "diagonal" | "whole";

/** A net, its data, and how it is trained. */
export interface SmallSettings {
  readonly data: DataName;
  readonly activation: ActivationName;
  /** Neurons in each of the two hidden layers. */
  readonly width: number;
  readonly table: TableName;
  /** The damping λ. */
  readonly lambda: number;
  /** The learning rate γ. */
  readonly gamma: number;
  readonly seed: number;
}
