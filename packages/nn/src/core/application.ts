import type { Node, Ranks, Variable } from "@metrigrad/graph";
import type { Law } from "../laws/law.ts";
import type { AnyDefinition, AnyModule, FullyApplied, NodeTree } from "./module.ts";
import type { Use } from "./use.ts";

/**
 * A value of the graph that is observed under a law. Usually this is the model's output under its likelihood.
 *
 * @category Metrics: own metrics
 */
export interface Observation {
  /** The observed value, a node or a tree of nodes; samples first. */
  readonly output: NodeTree;
  /** The law p(y | output). Masks and weights of the targets are held fixed in it if the targets were known. */
  readonly law: Law;
  /** How much the mean over the samples counts in the loss and in the information; 1 for most values. */
  readonly weight: number;
}

/**
 * One call of a module in the cell of a loop.
 *
 * @category Metrics: own metrics
 */
export interface LoopedCall {
  /**
   * Returns the module applied once, in inference mode, to the rows of all turns as they are. The samples are then the
   * samples of the batch in every turn, and the response leads to nothing that is observed. Returns null if an input of the
   * call has no rows [rows, …] in each turn.
   */
  readonly application: () => Application | null;
  /** The factor that makes a mean over the samples of `application` a sum over turns of means over the batch. */
  readonly share: number;
}

/**
 * A module with trained parameters that is called in the loop of another module. Its parameters are among the parameters of
 * that other module.
 *
 * @category Metrics: own metrics
 */
export interface LoopedModule
  extends Pick<Application, "path" | "definition" | "module" | "options" | "params" | "trained"> {
  /** The calls that the cell makes in one turn. */
  readonly calls: readonly LoopedCall[];
}

/**
 * One use of a module with trained parameters. It is a subsystem that a metric can describe.
 *
 * @category Metrics: own metrics
 */
export interface Application {
  /** The place of the module in the model, such as "dense0". */
  readonly path: string;
  /** The kind of the module, under which a metric for it is found. */
  readonly definition: AnyDefinition;
  /** The module itself. */
  readonly module: AnyModule;
  /** The options of the module, as its definition made them. */
  readonly options: unknown;
  /** The parameters and statistics of the module by name. */
  readonly params: Readonly<Record<string, Variable>>;
  /** The parameters that are not frozen, by name. */
  readonly trained: Readonly<Record<string, Variable>>;
  /** How the parameters act, as the graph shows it. */
  readonly uses: readonly Use[];
  /** θ_f, the values that the response is conditioned on. Here these are the inputs of the module, samples first. */
  readonly reference: NodeTree;
  /** The inputs of the whole model, samples first. */
  readonly inputs: NodeTree;
  /**
   * The value that the activation was applied to. This is the response if there is no activation, and null if the response
   * is not one node.
   */
  readonly preActivation: Node | null;
  /** The response of the module, a node or a tree of nodes; samples first. */
  readonly response: NodeTree;
  /** The values that came beside the response; null if there are none. */
  readonly extras: NodeTree | null;
  /** The module's own law p(h | θ, θ_f). Null if it has none: a metric then takes its own law, or gaussian(1). */
  readonly law: Law | null;
  /** The number n of independent samples in the batch. Rows that belong to one sample add up. */
  readonly samples: number;
  /** The weights of the samples, [n]; null if all are 1. */
  readonly rowWeights: Node | null;
  /** The processes that take the step together, each on its own samples. */
  readonly ranks: Ranks;
  /**
   * The weights ν of the rows, [n, …], if the module is a part of a mixture, such as an expert with its gate. They say how
   * much its response counts in the Fisher information of the mixture's response. Null if all are 1.
   */
  readonly routing: Node | null;
  /** Returns the observed values of the model that this application belongs to. */
  readonly observed: () => readonly Observation[];
  /** The whole model. */
  readonly model: AnyModule;
  /** Returns the path of a parameter in the model. */
  readonly pathOf: (parameter: Variable) => string;
  /**
   * Applies the module to other rows, such as a single row, in inference mode. The result is not an application of its own.
   * Throws the errors of the module.
   */
  readonly applyTo: (x: NodeTree) => FullyApplied<NodeTree>;
  /** The modules that the loops of this module call. */
  readonly looped: readonly LoopedModule[];
}
