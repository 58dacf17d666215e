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
 * What the closed form of a metric may use: one application of a module. `O` are its options, `P` its
 * parameters, `In` and `Out` what it takes and gives.
 */
export interface MetricContext<
  O = unknown,
  P = Readonly<Record<string, unknown>>,
  In = NodeTree,
  Out = NodeTree,
> {
  readonly options: O;
  /** The trained parameters, by name. */
  readonly params: { readonly [K in keyof P]: Variable };
  /** θ_f: the inputs [n, …] that the response is conditioned on. */
  readonly reference: In;
  /** t [n, …]; the response where there is no activation. */
  readonly preActivation: Node;
  /** h [n, …]. */
  readonly response: Out;
  /** p(h): the likelihood where this is the model's output, else the law of the module; null where none is named. */
  readonly law: Law | null;
  /** How the parameters act. */
  readonly uses: readonly Use[];
  /** Independent samples n of the batch, over which the metric is a mean. */
  readonly samples: number;
  /** Weights of the samples [n], with mean 1; null: all 1. */
  readonly rowWeights: Node | null;
  /** ν of its rows [n, …] where it is a part of a mixture, such as an expert; null: all 1. */
  readonly routing: Node | null;
  /** The application, for rows that look further: at the model, and at what is observed of it. */
  readonly application: Application;
  /** The same use on other rows [n', …], in inference mode. */
  readonly applyTo: (x: In) => FullyApplied<Out>;
}

/** Parameters of one subsystem and their metric; a null block: they take the plain gradient. */
export interface BlockOf {
  readonly params: readonly Variable[];
  readonly block: Block | null;
  /** The responses that it is about, where they are not the row's: independent ones add up. */
  readonly responses?: () => readonly ResponsePart[];
}

/** What a row's form is the Fisher information of. */
export type ResponseOf<C> =
  | Law
  | ((context: C, use: Use | null) => ResponsePart | readonly ResponsePart[]);

/** A closed form of the RFIM of a kind of module. */
export interface MetricSpec<C = MetricContext> {
  /** Where the formula comes from, for `explain`. */
  readonly source?: string;
  readonly block: (context: C) => readonly BlockOf[];
  /**
   * The response that the form is about: the law of the module's own response, or a function that gives
   * law and natural coordinate where that is another value (a smoothed one, another coding). By
   * default the law that the context names, else gaussian(1). `checkMetric` compares the form with it.
   */
  readonly response?: ResponseOf<C>;
  /** Small modules for `checkMetric` to check the form on; those of the kind by default. */
  readonly example?: () => ModuleExample | readonly ModuleExample[];
}

/** What a metric describes: a way in which parameters act, a kind of module, or one module. */
export type Described = AnyDefinition | AnyModule | UseKind;

/** A row of a metric table: what it describes, and how. */
export interface Metric {
  readonly of: Described;
  readonly source: string;
  readonly block: (context: MetricContext, use: Use | null) => readonly BlockOf[];
  readonly response: ResponseOf<MetricContext> | null;
  readonly example: (() => ModuleExample | readonly ModuleExample[]) | null;
  /** Whether it gives parameters the plain gradient, whatever the module gets. */
  readonly plain?: boolean;
}

/**
 * The relative Fisher information of a kind of module, or of one module, as a closed form written with
 * graph ops. Registers nothing: pass it in a table. A row of one module comes before one of its kind,
 * and that before one of the way in which a parameter acts.
 * @param of what `defModule` gave, or one module
 * @param spec the form, and the response that it is about
 * @returns a row for `metrics(…)` or `table.with(…)`
 * @throws MetricError for what is none of these
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
 * A row by which parameters take the plain gradient: no metric is applied.
 * @param of a kind of module, one module, or a way in which parameters act
 * @returns the row
 * @throws MetricError for what is none of these
 */
export function plain(of: Described): Metric {
  checkDescribed("plain", of);
  const block: Metric["block"] = ({ params }, use) => [
    { params: use?.parameters ?? Object.values(params), block: null },
  ];
  const source = "plain gradient";
  return Object.freeze({ of, source, block, response: null, example: null, plain: true });
}

/** Throws MetricError for what a row cannot describe. */
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

/** The name of what a metric describes. */
export function describedName(of: Described): string {
  if ("use" in of) return `${of.use} uses`;
  return "definition" in of ? `one ${of.definition.spec.name}` : of.spec.name;
}
