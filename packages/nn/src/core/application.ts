import type { Node, Variable } from "@metrigrad/graph";
import type { Law } from "../laws/law.ts";
import type { AnyDefinition, AnyModule, FullyApplied, NodeTree } from "./module.ts";
import type { Use } from "./use.ts";

/** A value of the graph that is observed under a law: usually the model's output under its likelihood. */
export interface Observation {
  readonly output: NodeTree;
  /** p(y | output), with what of the targets is no outcome held fixed where they were known. */
  readonly law: Law;
  /** How much the mean over its samples counts in the loss, and so in the information. */
  readonly weight: number;
}

/** One call of a module in the cell of a loop. */
export interface LoopedCall {
  /**
   * The module applied once to the rows of all turns as they are, in inference mode: samples are turns times those of the
   * batch, and the response leads to nothing that is observed. Null where its inputs have no rows of a turn [rows, …] each.
   */
  readonly application: () => Application | null;
  /** By what a mean over its samples counts as the sum over turns of means over the batch. */
  readonly share: number;
}

/** A module with trained parameters that the loop of another one calls. Its parameters are among that one's. */
export interface LoopedModule
  extends Pick<Application, "path" | "definition" | "module" | "options" | "params" | "trained"> {
  /** Those that the cell makes in one turn. */
  readonly calls: readonly LoopedCall[];
}

/** One use of a module with trainable parameters: a subsystem that a metric can describe. */
export interface Application {
  /** Where the module stands in the model: "dense0". */
  readonly path: string;
  readonly definition: AnyDefinition;
  readonly module: AnyModule;
  readonly options: unknown;
  /** Parameters and statistics, by name. */
  readonly params: Readonly<Record<string, Variable>>;
  /** The parameters that are not frozen, by name. */
  readonly trained: Readonly<Record<string, Variable>>;
  /** How they act, as the graph shows it. */
  readonly uses: readonly Use[];
  /** θ_f: what the response is conditioned on, here the inputs; samples first. */
  readonly reference: NodeTree;
  /** What the model was applied to; samples first. */
  readonly inputs: NodeTree;
  /** What the activation was applied to; the response itself where there is none, null where that is no node. */
  readonly preActivation: Node | null;
  readonly response: NodeTree;
  /** What came beside the response; null: nothing. */
  readonly extras: NodeTree | null;
  /** p(h | θ, θ_f) by the module itself; null: the metric's own, else gaussian(1). */
  readonly law: Law | null;
  /** Independent samples n of the batch: rows that come from one of them add up. */
  readonly samples: number;
  /** Weights of the samples [n]; null: all 1. */
  readonly rowWeights: Node | null;
  /**
   * ν of its rows [n, …] where it is a part of a mixture, such as an expert with its gate: how much its response counts in
   * the Fisher information of the mixture's; null: all 1.
   */
  readonly routing: Node | null;
  /** What is observed of the model that this is a part of. */
  readonly observed: () => readonly Observation[];
  /** The model. */
  readonly model: AnyModule;
  /** Path of a parameter in the model. */
  readonly pathOf: (parameter: Variable) => string;
  /**
   * The same use on other rows, such as a single one, in inference mode; it is no application of
   * its own. Throws what the module throws.
   */
  readonly applyTo: (x: NodeTree) => FullyApplied<NodeTree>;
  /** The modules that its loops call. */
  readonly looped: readonly LoopedModule[];
}
