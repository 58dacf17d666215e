import type { Node, Variable } from "@metrigrad/graph";
import type {
  AnyDefinition,
  RowLaw as Law,
  Module,
  ModuleDefinition,
  ParameterTree,
} from "@metrigrad/nn";
import { MetricError } from "@metrigrad/tensor";
import type { Block } from "../blocks/block.ts";
import { checkLaw, checkOptions } from "./arguments.ts";

/** What a metric's closed form may use: one application of a module. */
export interface MetricContext<O = unknown, P = Readonly<Record<string, unknown>>> {
  readonly options: O;
  /** The trainable parameters, by name. */
  readonly params: { readonly [K in keyof P]: Variable };
  /** θ_f: the rows [n, d] that the response is conditioned on. */
  readonly reference: Node;
  /** t [n, m]. */
  readonly preActivation: Node;
  /** h [n, m]. */
  readonly response: Node;
  /** The law of the response, where the model or the metric names one. */
  readonly law: Law | null;
  /** The same use on other rows [n', …], in inference mode. */
  readonly applyTo: (x: Node) => Pick<MetricContext, "preActivation" | "response">;
}

/** Parameters of one subsystem and their metric; a null block: they take the plain gradient. */
export interface BlockOf {
  readonly params: readonly Variable[];
  readonly block: Block | null;
  /** The responses that it is about, where they are not the row's: independent ones add up. */
  readonly responses?: () => readonly ResponseModel[];
}

/** The distribution whose Fisher information a metric is: y ~ p(y | h) with h = natural. */
export interface ResponseModel {
  readonly law: Law;
  /** h [n, m], a function of the parameters. */
  readonly natural: Node;
}

/** A closed form of the RFIM of a kind of module. */
export interface MetricSpec<O = unknown, P = Readonly<Record<string, unknown>>> {
  /** Response law for which the form holds, used where the model names no other. */
  readonly law?: Law;
  /** Where the formula comes from, for `explain`. */
  readonly source?: string;
  readonly block: (context: MetricContext<O, P>) => readonly BlockOf[];
  /**
   * The response that the form is about, where it is not the module's own under `law`: a smoothed
   * one, or one in another coding. `checkMetric` compares the form with it.
   */
  readonly responseModel?: (context: MetricContext<O, P>) => ResponseModel;
  /** Small modules for `checkMetric` to check the form on. */
  readonly example?: () => Module | readonly Module[];
}

/** What a metric describes: a kind of module, or one module. */
export type Described = AnyDefinition | Module;

/** A row of a metric table: what it describes, and how. */
export interface Metric {
  readonly of: Described;
  readonly source: string;
  readonly law: Law | null;
  readonly block: (context: MetricContext) => readonly BlockOf[];
  readonly responseModel: ((context: MetricContext) => ResponseModel) | null;
  readonly example: (() => Module | readonly Module[]) | null;
}

/**
 * The relative Fisher information of a kind of module (or of one module, which comes first), as a
 * closed form written with graph ops. Registers nothing: pass it in a table.
 */
export function defMetric<Args extends readonly unknown[], O, P extends ParameterTree>(
  of: ModuleDefinition<Args, O, P> | Module<O, P>,
  spec: MetricSpec<O, P>,
): Metric {
  checkDescribed("defMetric", of as unknown as Described);
  checkOptions("defMetric", spec, ["law", "source", "block", "responseModel", "example"]);
  const { law = null, source = "user", block, responseModel = null, example = null } = spec;
  checkLaw("defMetric", law);
  if (typeof block !== "function") throw noBlock(block);
  return Object.freeze({
    of: of as unknown as Described,
    source,
    law,
    block: block as Metric["block"],
    responseModel: responseModel as Metric["responseModel"],
    example,
  });
}

/** A row by which the parameters of a module take the plain gradient: no metric is applied. */
export function plain(of: Described): Metric {
  checkDescribed("plain", of);
  const block: Metric["block"] = ({ params }) => [{ params: Object.values(params), block: null }];
  return Object.freeze({
    of,
    source: "plain gradient",
    law: null,
    block,
    responseModel: null,
    example: null,
  });
}

/** Throws MetricError for what is neither a kind of module nor a module. */
export function checkDescribed(where: string, of: Described): void {
  const named = of as { spec?: unknown; definition?: unknown } | null | undefined;
  if (named?.spec !== undefined || named?.definition !== undefined) return;
  throw new MetricError({
    where,
    must: "it must describe a kind of module, or one module",
    got: String(of),
    todo: `pass what defModule gives, such as ${where}(dense)`,
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
  return "definition" in of ? `one ${of.definition.spec.name}` : of.spec.name;
}
