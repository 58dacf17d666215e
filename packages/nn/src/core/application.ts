import type { Node, Variable } from "@metrigrad/graph";
import type { RowLaw as Law } from "../laws/law.ts";
import type { AnyDefinition, Applied, Module } from "./module.ts";

/** An applied model with its output, and p(y | output), usually the likelihood; null where it was not named. */
export interface ModelResponse {
  readonly module: Module;
  readonly output: Node;
  readonly law: Law | null;
}

/** One use of a module with trainable parameters: a subsystem that a metric can describe. */
export interface Application {
  /** Where the module stands in the model: "dense0". */
  readonly path: string;
  readonly definition: AnyDefinition;
  readonly module: Module;
  readonly options: unknown;
  /** Parameters and statistics, by name. */
  readonly params: Readonly<Record<string, Variable>>;
  /** θ_f: what the response is conditioned on, here the input [n, …]. */
  readonly reference: Node;
  /** What the activation was applied to; the response itself where there is none. */
  readonly preActivation: Node;
  readonly response: Node;
  /** p(h | θ, θ_f); null: the metric's own, else gaussian(1). */
  readonly law: Law | null;
  /** Of the model that it is a part of. */
  readonly model: ModelResponse;
  /**
   * The same use on other rows, such as a single one, in inference mode; it is no application of
   * its own. Throws what the module throws.
   */
  readonly applyTo: (x: Node) => Required<Applied>;
}
