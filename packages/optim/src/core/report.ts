import type { Node } from "@metrigrad/graph";

/** A number, or one per matrix of a block, that a step reports; made only where it is read. */
export interface Quantity {
  readonly name: string;
  /** Of before the step, [] or [k]. */
  readonly value: () => Node;
  /** Takes many products: reported on request only. */
  readonly costly: boolean;
}

/** What is reported of the metric of some parameters. */
export interface BlockReport {
  /** The module. */
  readonly path: string;
  /** Names of the parameters. */
  readonly params: readonly string[];
  /** How the step solves with it. */
  readonly solver: string;
  readonly quantities: readonly Quantity[];
}

/** What is reported of a step. */
export interface StepReport {
  readonly quantities: readonly Quantity[];
  readonly blocks: readonly BlockReport[];
}
