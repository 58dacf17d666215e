import type { Node, NodeLike, Ranks, Variable } from "@metrigrad/graph";
import type { Tensor, Tree, VariableOwner } from "@metrigrad/tensor";
import type { Law } from "../laws/law.ts";
import type { TorchLayout } from "../torch/layout.ts";
import type { ParameterSpec } from "./parameter.ts";
import type { ModuleRandom } from "./random.ts";

/**
 * One node, or lists and records of nodes at any depth.
 *
 * @category Models: own modules
 */
export type NodeTree = Tree<Node>;

/**
 * How modules act: `train` with batch statistics and dropout, `infer` with running statistics and without dropout.
 *
 * @category Models: composing
 */
export type Mode = "train" | "infer";

/**
 * The parameters of a module as variables of the graph, by name.
 *
 * @category Models: own modules
 */
export type Bound<P> = { readonly [K in keyof P]: Variable };

/**
 * The arguments of `call` for an input: the input itself, or the members of a list one by one.
 *
 * @category Models: own modules
 */
export type Inputs<In> = [x: In] | (In extends readonly unknown[] ? In : never);

/**
 * The third argument of a module's `apply`: what it may use beside its parameters and its input.
 *
 * @category Models: own modules
 */
export interface ApplyContext<O = unknown> {
  /** The options of the module. */
  readonly options: O;
  /** Whether the module acts as in training or as in inference. */
  readonly mode: Mode;
  /** The weights of the samples, [n], with 0 for padding; null if all are 1. */
  readonly rowWeights: Node | null;
  /**
   * The processes that take a training step together, each on its own samples. A statistic of the batch, such as a mean over
   * its samples, is that of all samples by `meanOverRanks(value, ranks)`.
   */
  readonly ranks: Ranks;
  /** Random draws. Their keys follow from the place of the module, so no two draws are the same. */
  readonly random: ModuleRandom;
  /**
   * Gives a running statistic its value after the step. It does nothing in inference mode.
   *
   * @param statistic - The statistic, as `apply` got it.
   * @param value - The new value, of the same shape.
   */
  update(statistic: Variable, value: NodeLike): void;
  /**
   * Applies a child and gives its response.
   *
   * @param child - The module; it must be among the declared children.
   * @param inputs - Its input. A child that takes a list gets the members one by one.
   * @returns The child's response.
   */
  call<In, Out>(child: Module<In, Out>, ...inputs: Inputs<In>): Out;
  /**
   * Applies a child as `call` does, and gives its pre-activation and extras too.
   *
   * @param child - The module; it must be among the declared children.
   * @param inputs - Its input, as for `call`.
   * @returns The response, the pre-activation and the extras.
   */
  applied<In, Out>(child: Module<In, Out>, ...inputs: Inputs<In>): FullyApplied<Out>;
  /**
   * Applies a child that is a part of a mixture, such as an expert. Its rows [n, …], and the rows of all modules inside it,
   * count by weights ν ≥ 0 in metrics. The response is the child's own: the mixture itself multiplies it by its gate.
   *
   * @param weights - The weights ν of the rows, [n, …].
   * @param child - The module; it must be among the declared children.
   * @param inputs - Its input, as for `call`.
   * @returns The response, the pre-activation and the extras.
   */
  routed<In, Out>(weights: Node, child: Module<In, Out>, ...inputs: Inputs<In>): FullyApplied<Out>;
}

/**
 * The long form of the result of a module's `apply`.
 *
 * @category Models: own modules
 */
export interface Applied<Out = Node> {
  /** The response, a node or a tree of nodes; samples first. */
  readonly response: Out;
  /** The value that the activation was applied to; the response by default. */
  readonly preActivation?: Node;
  /** Values beside the response, such as attention weights or a term of the loss; none by default. */
  readonly extras?: NodeTree;
}

/**
 * The long form of the result of a module's `apply`, with all parts.
 *
 * @category Models: own modules
 */
export interface FullyApplied<Out = Node> {
  /** The response, a node or a tree of nodes; samples first. */
  readonly response: Out;
  /** The value that the activation was applied to; null if the response is not one node. */
  readonly preActivation: Node | null;
  /** The values beside the response; null if there are none. */
  readonly extras: NodeTree | null;
}

/**
 * The parameters and statistics of a module by name. The names are generic, so that `apply` knows them.
 *
 * @category Models: own modules
 */
export type ParameterTree = Readonly<Record<string, ParameterSpec>>;

/**
 * A small module with inputs that it takes, for checks.
 *
 * @category Models: own modules
 */
export interface ModuleExample {
  /** The module. */
  readonly module: AnyModule;
  /** Inputs for the module, tensors in the structure that it takes; samples first. */
  readonly inputs: Tree<Tensor>;
}

/**
 * The specification of a kind of module, the argument of {@link defModule}. `O` are the options, `P` the parameters. `In`
 * and `Out` are the trees of nodes that a module takes and gives.
 *
 * @category Models: own modules
 */
export interface ModuleSpec<Args extends readonly unknown[], O, P extends ParameterTree, In, Out> {
  /** The name of the kind in paths and messages. */
  readonly name: string;
  /** Makes the options from the arguments of the constructor; by default the options are the first argument. */
  readonly options?: (...args: Args) => O;
  /** The parameters and statistics by name, or a function of the options that makes them; none by default. */
  readonly params?: P | ((options: O) => P);
  /**
   * Returns the modules inside, in their order; none by default. Their paths stand under the path of this module. In a
   * record they are the names, as in "encoder/…". In a list they are the kind and a count, as in "dense0/…".
   */
  readonly children?: (options: O) => Children;
  /** Returns the response to x, made by ops. Samples come first: [n, features]. */
  readonly apply: (params: Bound<P>, x: In, context: ApplyContext<O>) => Out | Applied<Out>;
  /** Returns the module's own response law, for an activation that has one; none by default. */
  readonly law?: (options: O) => Law | null;
  /** Returns small modules of the kind with inputs, for `checkMetric`; none by default. */
  readonly example?: () => ModuleExample | readonly ModuleExample[];
  /** Returns how PyTorch names and lays out the parameters, for `fromTorch`; the same names and shapes by default. */
  readonly torch?: (options: O) => TorchLayout;
}

/**
 * A kind of module: call it to make one module. It registers nothing.
 *
 * @category Models: own modules
 */
export interface ModuleDefinition<
  Args extends readonly unknown[] = readonly never[],
  O = unknown,
  P extends ParameterTree = ParameterTree,
  In = Node,
  Out = Node,
> {
  /**
   * Makes one module of this kind.
   *
   * @param args - The sizes and the settings, by the names in the type.
   * @returns The module.
   * @throws {@link ShapeError} if the kind refuses a size or a number.
   * @throws {@link GraphError} if the kind refuses a setting.
   */
  (...args: Args): Module<In, Out, O, P>;
  /** The specification that the kind was defined by. */
  readonly spec: ModuleSpec<Args, O, P, In, Out>;
}

/**
 * Any kind of module. Its options, parameters, inputs and outputs are unknown.
 *
 * @category Models: own modules
 */
export interface AnyDefinition {
  /** The specification that the kind was defined by. */
  readonly spec: {
    /** The name of the kind in paths and messages. */
    readonly name: string;
    /** Returns the response of a module of the kind. */
    readonly apply: (params: never, x: never, context: never) => unknown;
    /** Returns the module's own response law, for an activation that has one. */
    readonly law?: (options: never) => Law | null;
    /** Returns small modules of the kind with inputs, for checks. */
    readonly example?: () => ModuleExample | readonly ModuleExample[];
    /** Returns how PyTorch names and lays out the parameters of a module of the kind. */
    readonly torch?: (options: never) => TorchLayout;
  };
}

/**
 * One module of a model: a kind of module with options. It maps a tree of nodes to another tree of nodes. A module that
 * stands in two places has one set of parameters.
 *
 * @category Models: own modules
 */
export interface Module<In = Node, Out = Node, O = unknown, P extends ParameterTree = ParameterTree>
  extends VariableOwner {
  /** The kind of the module. */
  readonly definition: AnyDefinition;
  /** The options of the module. */
  readonly options: O;
  /** The parameters and statistics by name. */
  readonly params: P;
  /** The modules inside, in their order. */
  readonly children: readonly AnyModule[];
  /** The names of the children; null if they are named by kind and count. */
  readonly childNames: readonly string[] | null;
  /** Takes the path of a parameter or a statistic in this module and returns whether it is frozen; null if nothing is. */
  readonly frozen: ((path: string) => boolean) | null;
  /** Never present. It carries the types of the input and the output. */
  readonly maps?: (x: In) => Out;
}

/**
 * Any module, whatever its input and output are.
 *
 * @category Models: own modules
 */
export type AnyModule = Module<never, unknown>;

/**
 * Modules inside of another module, as a list or by name.
 *
 * @category Models: own modules
 */
export type Children = readonly AnyModule[] | { readonly [name: string]: AnyModule };
