import type { Node, NodeLike, Variable } from "@metrigrad/graph";
import type { VariableOwner } from "@metrigrad/tensor";
import type { RowLaw as Law } from "../laws/law.ts";
import type { ParameterSpec } from "./parameter.ts";

/** `train`: batch statistics, dropout; `infer`: running statistics. */
export type Mode = "train" | "infer";

/** The parameters of a module as variables of the graph, by name. */
export type Bound<P> = { readonly [K in keyof P]: Variable };

/** What a module's `apply` may use beside its parameters and input. */
export interface ApplyContext<O> {
  readonly options: O;
  readonly mode: Mode;
  /** Weights of the rows [n] (0: padding), or null: all 1. */
  readonly rowWeights: Node | null;
  /** Moves a running statistic: its value after the step. Ignored when inferring. */
  update(statistic: Variable, value: NodeLike): void;
  /** Applies a child. */
  call(child: Module, x: Node): Node;
}

/** A response, and the value that its activation was applied to. */
export interface Applied {
  readonly response: Node;
  readonly preActivation?: Node;
}

/** Named parameters; generic over the names so that `apply` knows them. */
export type ParameterTree = Readonly<Record<string, ParameterSpec>>;

/** What a kind of module is. `O` are its options, `P` its parameters. */
export interface ModuleSpec<Args extends readonly unknown[], O, P extends ParameterTree> {
  /** Its name in paths and messages. */
  readonly name: string;
  /** Options from the arguments of the constructor; the first argument by default. */
  readonly options?: (...args: Args) => O;
  readonly params?: P | ((options: O) => P);
  /** Modules inside, in order; they get paths under this one's. */
  readonly children?: (options: O) => readonly Module[];
  /** The response to x, by nodes. Samples first: [n, features]. */
  readonly apply: (params: Bound<P>, x: Node, context: ApplyContext<O>) => Node | Applied;
  /** The module's own response law, where its activation has one. */
  readonly law?: (options: O) => Law | null;
}

/** A kind of module: call it to make one. It registers nothing. */
export interface ModuleDefinition<
  Args extends readonly unknown[] = readonly never[],
  O = unknown,
  P extends ParameterTree = ParameterTree,
> {
  (...args: Args): Module<O, P>;
  readonly spec: ModuleSpec<Args, O, P>;
}

/** Any kind of module, its options and parameters unknown. */
export interface AnyDefinition {
  readonly spec: {
    readonly name: string;
    readonly apply: (params: never, x: Node, context: never) => Node | Applied;
    readonly law?: (options: never) => Law | null;
  };
}

/** One module of a model: a definition with options. Used twice, it shares its parameters. */
export interface Module<O = unknown, P extends ParameterTree = ParameterTree>
  extends VariableOwner {
  readonly definition: AnyDefinition;
  readonly options: O;
  readonly params: P;
  readonly children: readonly Module[];
  /** Whether its parameters and statistics, and those of its children, stay as they are. */
  readonly frozen: boolean;
}
