import type { Node, Variable } from "@metrigrad/graph";
import type {
  AnyDefinition,
  AnyModule,
  Application,
  FullyApplied,
  Law,
  Module,
  ModuleDefinition,
  ModuleExample,
  NodeTree,
  ParameterTree,
  ResponsePart,
  Use,
} from "@metrigrad/nn";
import { MetricError } from "@metrigrad/tensor";
import type { Block } from "../blocks/block.ts";
import { checkIsLaw, checkOptions } from "./arguments.ts";
import type { UseKind } from "./useKinds.ts";

/**
 * What the closed form of a metric may use: one application of a module.
 *
 * `O` is the type of the module's options, `P` of its parameters, `In` of its input and `Out` of its output.
 *
 * @category Metrics: own metrics
 */
export interface MetricContext<
  O = unknown,
  P = Readonly<Record<string, unknown>>,
  In = NodeTree,
  Out = NodeTree,
> {
  /** The options that the module was made with. */
  readonly options: O;
  /** The trained parameters, by name. */
  readonly params: { readonly [K in keyof P]: Variable };
  /** The inputs θ_f that the response is conditioned on, [n, …]. */
  readonly reference: In;
  /** The value t before the activation, [n, …]. Without an activation it is the response. */
  readonly preActivation: Node;
  /** The response h, [n, …]. */
  readonly response: Out;
  /** The law of h: the likelihood if h is the model's output, else the law of the module; null if neither is named. */
  readonly law: Law | null;
  /** How the parameters act, such as by a product X̃W. */
  readonly uses: readonly Use[];
  /** The number n of independent samples in the batch. The metric is a mean over them. */
  readonly samples: number;
  /** The weights of the samples, [n], with mean 1; null if all are 1. */
  readonly rowWeights: Node | null;
  /** The weights ν of the module's rows, [n, …], if it is part of a mixture, such as an expert; null if all are 1. */
  readonly routing: Node | null;
  /** The application itself, for rows that need more of the model or of what is observed. */
  readonly application: Application;
  /** Applies the module in the same way to other rows [n', …], in inference mode. */
  readonly applyTo: (x: In) => FullyApplied<Out>;
}

/**
 * Parameters of one subsystem with their metric.
 *
 * @category Metrics: own metrics
 */
export interface BlockOf {
  /** The parameters. Their elements are the columns [d, m] of the block, one parameter after the other. */
  readonly params: readonly Variable[];
  /** The metric of these parameters; null if they take the plain gradient. */
  readonly block: Block | null;
  /** The responses that the block is about, if they are not those of the row. Independent responses add up. */
  readonly responses?: () => readonly ResponsePart[];
}

/**
 * The response whose Fisher information a row states: a law, or a function that returns the law with its natural
 * coordinate.
 *
 * @category Metrics: own metrics
 */
export type ResponseOf<C> =
  | Law
  | ((context: C, use: Use | null) => ResponsePart | readonly ResponsePart[]);

/**
 * The closed form of the relative Fisher information of a kind of module, for {@link defMetric}.
 *
 * @category Metrics: own metrics
 */
export interface MetricSpec<C = MetricContext> {
  /** Where the formula comes from, for {@link explain}; "user" by default. */
  readonly source?: string;
  /** Returns the blocks of the module's parameters, from one application of the module. */
  readonly block: (context: C) => readonly BlockOf[];
  /**
   * The response that the form is about. {@link checkMetric} compares the form with it.
   *
   * It is the law of the module's own response. If the form is about another value, such as a smoothed response, it
   * is a function that returns the law and the natural coordinate. By default it is the law in the context, else
   * gaussian(1).
   */
  readonly response?: ResponseOf<C>;
  /**
   * Makes small modules on which {@link checkMetric} checks the form; by default the examples of the kind of module.
   */
  readonly example?: () => ModuleExample | readonly ModuleExample[];
}

/**
 * What a row of a table describes: a way in which parameters act, a kind of module, or one module.
 *
 * @category Metrics: own metrics
 */
export type Described = AnyDefinition | AnyModule | UseKind;

/**
 * A row of a table of metrics: what it describes, and by which blocks.
 *
 * @category Metrics: own metrics
 */
export interface Metric {
  /** The kind of module, the module or the kind of use that it describes. */
  readonly of: Described;
  /** Where the formula comes from, for {@link explain}. */
  readonly source: string;
  /** Returns the blocks of one application. The use is null if the row describes a module. */
  readonly block: (context: MetricContext, use: Use | null) => readonly BlockOf[];
  /** The response that the blocks are about. Null stands for the law in the context, else gaussian(1). */
  readonly response: ResponseOf<MetricContext> | null;
  /** Makes small modules for {@link checkMetric}; null for the examples of the kind of module. */
  readonly example: (() => ModuleExample | readonly ModuleExample[]) | null;
  /** Whether the row gives parameters the plain gradient, whatever the module gets; false by default. */
  readonly plain?: boolean;
}

/**
 * Defines the relative Fisher information of a kind of module, or of one module, as a closed form of graph ops.
 *
 * It registers nothing: pass the row in a table. A row for one module comes before a row for its kind, and that one
 * comes before a row for a kind of use.
 *
 * {@includeCode ../../../../examples/api/metric/defMetric.ts#example}
 *
 * @param of - The kind of module that `defModule` returned, or one module.
 * @param spec - The form, and the response that it is about.
 * @returns A row for `metrics(…)` or `table.with(…)`.
 * @throws {@link MetricError} if `of` is neither, for unknown names in the spec, and if `block` or `response` has the
 *   wrong type.
 * @category Metrics: own metrics
 */
export function defMetric<Args extends readonly unknown[], O, P extends ParameterTree, In, Out>(
  of: ModuleDefinition<Args, O, P, In, Out> | Module<In, Out, O, P>,
  spec: MetricSpec<MetricContext<O, P, In, Out>>,
): Metric {
  checkDescribed("defMetric", of as unknown as Described);
  checkOptions("defMetric", spec, ["source", "block", "response", "example"]);
  const { source = "user", block, response = null, example = null } = spec;
  if (typeof response !== "function") checkIsLaw("defMetric", response as Law | null);
  if (typeof block !== "function") throw noBlock(block);
  return Object.freeze({
    of: of as unknown as Described,
    source,
    block: block as unknown as Metric["block"],
    response: response as Metric["response"],
    example,
  });
}

/**
 * Makes a row by which parameters take the plain gradient, without a metric.
 *
 * @param of - A kind of module, one module, or a kind of use such as {@link scaleUses}.
 * @returns A row for a table.
 * @throws {@link MetricError} if `of` is none of these.
 * @category Metrics: tables
 */
export function plain(of: Described): Metric {
  checkDescribed("plain", of);
  const block: Metric["block"] = ({ params }, use) => [
    { params: use?.parameters ?? Object.values(params), block: null },
  ];
  const source = "plain gradient";
  return Object.freeze({ of, source, block, response: null, example: null, plain: true });
}

/** Throws MetricError unless a row can describe the value. */
export function checkDescribed(where: string, of: Described): void {
  const named = of as { spec?: unknown; definition?: unknown; use?: unknown } | null | undefined;
  if (named?.spec !== undefined || named?.definition !== undefined || named?.use !== undefined)
    return;
  throw new MetricError({
    where,
    must: "it must describe a kind of module, one module, or a kind of use",
    got: String(of),
    todo: `pass what defModule gives, such as ${where}(dense), or affineUses`,
  });
}

function noBlock(got: unknown): MetricError {
  return new MetricError({
    where: "defMetric",
    must: "block must be a function of an application",
    got: String(got),
    todo: "pass { block: ({ params, reference }) => [{ params: [params.w], block: … }] }",
  });
}

/** Returns the name of what a metric describes. */
export function describedName(of: Described): string {
  if ("use" in of) return `${of.use} uses`;
  return "definition" in of ? `one ${of.definition.spec.name}` : of.spec.name;
}
