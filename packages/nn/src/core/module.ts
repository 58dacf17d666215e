import type { Node, NodeLike, Variable } from "@metrigrad/graph";
import type { Tensor, Tree, VariableOwner } from "@metrigrad/tensor";
import type { Law } from "../laws/law.ts";
import type { ParameterSpec } from "./parameter.ts";
import type { ModuleRandom } from "./random.ts";

/** One node, or lists and records of nodes, nested as one likes. */
export type NodeTree = Tree<Node>;

/** `train`: batch statistics, dropout; `infer`: running statistics. */
export type Mode = "train" | "infer";

/** The parameters of a module as variables of the graph, by name. */
export type Bound<P> = { readonly [K in keyof P]: Variable };

/** The arguments of `call` for an input: the input itself, or the members of a list one by one. */
export type Inputs<In> = [x: In] | (In extends readonly unknown[] ? In : never);

/** What a module's `apply` may use beside its parameters and input. */
export interface ApplyContext<O = unknown> {
  readonly options: O;
  readonly mode: Mode;
  /** Weights of the samples [n] (0: padding), or null: all 1. */
  readonly rowWeights: Node | null;
  /** Draws whose keys follow from where the module stands, so that no two of them are the same. */
  readonly random: ModuleRandom;
  /** Moves a running statistic: its value after the step. Ignored when inferring. */
  update(statistic: Variable, value: NodeLike): void;
  /** Applies a child and gives its response; several inputs are passed as a list. */
  call<In, Out>(child: Module<In, Out>, ...inputs: Inputs<In>): Out;
  /** The same, with the child's pre-activation and extras. */
  applied<In, Out>(child: Module<In, Out>, ...inputs: Inputs<In>): FullyApplied<Out>;
  /**
   * The same for a part of a mixture, such as an expert: rows [n, …] of it, and of all inside it, count by
   * weights ν ≥ 0 in metrics. The response is the child's own; what it is multiplied by is the mixture's affair.
   */
  routed<In, Out>(weights: Node, child: Module<In, Out>, ...inputs: Inputs<In>): FullyApplied<Out>;
}

/** The long form of what `apply` returns. */
export interface Applied<Out = Node> {
  readonly response: Out;
  /** What the activation was applied to; the response itself by default. */
  readonly preActivation?: Node;
  /** Values that are not the response, such as attention weights or a term of the loss. */
  readonly extras?: NodeTree;
}

/** The long form with nothing left open; the pre-activation is null where the response is no node. */
export interface FullyApplied<Out = Node> {
  readonly response: Out;
  readonly preActivation: Node | null;
  readonly extras: NodeTree | null;
}

/** Named parameters; generic over the names so that `apply` knows them. */
export type ParameterTree = Readonly<Record<string, ParameterSpec>>;

/** A small module with inputs that it takes, for checks. */
export interface ModuleExample {
  readonly module: AnyModule;
  readonly inputs: Tree<Tensor>;
}

/**
 * What a kind of module is. `O` are its options, `P` its parameters, `In` and `Out` the trees of nodes
 * that it takes and gives.
 */
export interface ModuleSpec<Args extends readonly unknown[], O, P extends ParameterTree, In, Out> {
  /** Its name in paths and messages. */
  readonly name: string;
  /** Options from the arguments of the constructor; the first argument by default. */
  readonly options?: (...args: Args) => O;
  readonly params?: P | ((options: O) => P);
  /**
   * Modules inside, in order; they get paths under this one's: by their names in a record, "encoder/…", else by kind
   * and count, "dense0/…".
   */
  readonly children?: (options: O) => Children;
  /** The response to x, by nodes. Samples first: [n, features]. */
  readonly apply: (params: Bound<P>, x: In, context: ApplyContext<O>) => Out | Applied<Out>;
  /** The module's own response law, where its activation has one. */
  readonly law?: (options: O) => Law | null;
  /** Small modules of the kind, for `checkMetric`. */
  readonly example?: () => ModuleExample | readonly ModuleExample[];
}

/** A kind of module: call it to make one. It registers nothing. */
export interface ModuleDefinition<
  Args extends readonly unknown[] = readonly never[],
  O = unknown,
  P extends ParameterTree = ParameterTree,
  In = Node,
  Out = Node,
> {
  (...args: Args): Module<In, Out, O, P>;
  readonly spec: ModuleSpec<Args, O, P, In, Out>;
}

/** Any kind of module; its options, parameters, inputs and outputs are unknown. */
export interface AnyDefinition {
  readonly spec: {
    readonly name: string;
    readonly apply: (params: never, x: never, context: never) => unknown;
    readonly law?: (options: never) => Law | null;
    readonly example?: () => ModuleExample | readonly ModuleExample[];
  };
}

/**
 * One module of a model: a definition with options. It maps a tree of nodes to another one. Used
 * twice, it shares its parameters.
 */
export interface Module<In = Node, Out = Node, O = unknown, P extends ParameterTree = ParameterTree>
  extends VariableOwner {
  readonly definition: AnyDefinition;
  readonly options: O;
  readonly params: P;
  readonly children: readonly AnyModule[];
  /** What the children are called; null where they count by kind. */
  readonly childNames: readonly string[] | null;
  /** Which parameters and statistics in it stay as they are, by their paths in it; null: none. */
  readonly frozen: ((path: string) => boolean) | null;
  /** Never there: it carries the types of what goes in and comes out. */
  readonly maps?: (x: In) => Out;
}

/** Any module, whatever it takes and gives. */
export type AnyModule = Module<never, unknown>;

/** Modules inside of another one, as a list or by name. */
export type Children = readonly AnyModule[] | { readonly [name: string]: AnyModule };
