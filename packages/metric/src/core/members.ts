import {
  add,
  gradientReach,
  type Node,
  reshape,
  rowsPerSample,
  showNode,
  structuralOps,
  topological,
  type Variable,
} from "@metrigrad/graph";
import {
  type Application,
  gaussian,
  type NodeTree,
  nodesOf,
  type ResponsePart,
  type RowLaw,
} from "@metrigrad/nn";
import { MetricError, sizeOf } from "@metrigrad/tensor";
import { contextOf, responsesOf, weighted } from "./context.ts";
import type { MetricContext } from "./defMetric.ts";
import { bySample, fisherColumns, pulledBack } from "./propagate.ts";
import { rowsOf } from "./rowsOf.ts";
import type { MetricTable } from "./table.ts";

/** Returns the value behind reshapes. */
export function behindReshapes(node: Node): Node {
  let base = node;
  while (base.op === structuralOps.reshape) base = base.inputs[0] as Node;
  return base;
}

/** Returns the value behind reshapes and transpositions: the same elements, perhaps in another order. */
export function behindLayout(node: Node): Node {
  let inner = node;
  while (inner.op === structuralOps.reshape || inner.op === structuralOps.transpose) {
    inner = inner.inputs[0] as Node;
  }
  return inner;
}

/** Whether the second value is computed from the first. */
export function reaches(from: Node, to: Node): boolean {
  return topological([to]).includes(from);
}

/** Returns the applications whose responses no other of them reads, in order. They give the response of the whole. */
export function lastOf<A extends Pick<Application, "response">>(applications: readonly A[]): A[] {
  const needed = applications.map(({ response }) => new Set(topological(nodesOf(response))));
  return applications.filter(({ response }, at) => {
    const own = nodesOf(response);
    return !needed.some((nodes, other) => other > at && own.some((node) => nodes.has(node)));
  });
}

/**
 * Returns the responses of an application that is the last of a subsystem.
 *
 * They are what is observed of it, else its own law, else the response of the table's row for it or for its use.
 */
export function ownResponses(
  application: Application,
  table: MetricTable,
  { sampleWeights = true }: ResponseWeights = {},
): readonly ResponsePart[] {
  const context = contextFor(application, sampleWeights);
  if (context.law !== null)
    return weighted(context.law.parts(application.response as never), context);
  const row = table.rowOf(application);
  if (row !== null) return responsesOf(row, context);
  const { preActivation, uses } = application;
  // Channels may come before positions, but samples must stay first.
  const behind =
    preActivation !== null && samplesLater(application, preActivation)
      ? behindReshapes
      : behindLayout;
  const base = preActivation === null ? null : behind(preActivation);
  const use = uses.find((one) => "outputs" in one && behind(one.outputs) === base);
  const found = use === undefined ? null : table.rowOfUse(application, use);
  if (found !== null && found.response !== null && use !== undefined) {
    return responsesOf(found, context, use);
  }
  const law = gaussian() as RowLaw;
  return weighted(
    nodesOf(application.response).map((node) => ({ law, natural: asRows(node), weights: null })),
    context,
  );
}

/** Whether the weights of samples count in the weights of responses; true by default. */
export interface ResponseWeights {
  readonly sampleWeights?: boolean;
}

function contextFor(application: Application, sampleWeights: boolean): MetricContext {
  const context = contextOf(application);
  return sampleWeights ? context : { ...context, rowWeights: null };
}

/** Reshapes a value [n, …, m] to rows [n·…, m], and [n] to [n, 1]. */
export function asRows(node: Node): Node {
  if (node.shape.length === 2) return node;
  return reshape(node, [-1, node.shape.length < 2 ? 1 : (node.shape.at(-1) as number)]);
}

/** Returns what is observed of a model; null if nothing is observed. */
export function observedResponses(
  applications: readonly Application[],
  { sampleWeights = true }: ResponseWeights = {},
): readonly ResponsePart[] | null {
  const [first] = applications;
  const observed = first?.observed() ?? [];
  if (first === undefined || observed.length === 0) return null;
  // What is observed of the model counts whole, wherever its first module is.
  const context = { ...contextFor(first, sampleWeights), routing: null };
  return observed.flatMap(({ output, law }) => weighted(law.parts(output as never), context));
}

/** Returns what is observed of a model if that is known, else the responses of its last applications. */
export function modelResponses(
  applications: readonly Application[],
  table: MetricTable,
  options: ResponseWeights = {},
): readonly ResponsePart[] {
  const known = observedResponses(applications, options);
  if (known !== null) return known;
  return lastOf(applications).flatMap((application) => ownResponses(application, table, options));
}

/**
 * Returns the nodes of an application through which a value depends on its parameters: its responses, or the value
 * before its activation.
 */
function exitsOf({ response, preActivation }: Application, natural: Node): readonly Node[] {
  const needed = new Set(topological([natural]));
  const found = nodesOf(response).filter((node) => needed.has(node));
  if (found.length > 0 || preActivation === null) return found;
  // A response of rows, such as t of a layer on [n, T, d], exists before it is reshaped to its axes.
  const base = behindReshapes(preActivation);
  return needed.has(base) ? [base] : [];
}

/** The rows of J'F_rJ for one response over the parameters of some applications. */
export interface ResponseRows {
  /** The rows of each parameter, flattened: [n, r, size]. */
  readonly of: ReadonlyMap<Variable, Node>;
  /** The number r of rows of each sample. */
  readonly r: number;
}

/**
 * Returns the exact rows R'J of one response by all parameters of some applications.
 *
 * Metric back-propagation leads from the response to the responses of every application. A pullback per sample leads
 * from there to the parameters. The uses of one parameter add up in J. Throws MetricError if the response depends on
 * none of the parameters.
 */
export function responseRows(
  applications: readonly Application[],
  part: ResponsePart,
  samples: number,
  columns: Node = bySample(fisherColumns(part), samples),
): ResponseRows {
  const found = new Map<Variable, Node>();
  const reached = applications
    .map((application) => ({ application, exits: exitsOf(application, part.natural) }))
    .filter(({ exits }) => exits.length > 0);
  if (reached.length === 0) throw unreached(part);
  for (const { application, exits } of reached) checkSamplesFirst(application, exits, samples);
  checkActThrough(part, reached);
  const arriving = pulledBack(
    part.natural,
    columns,
    reached.flatMap(({ exits }) => exits),
  );
  let at = 0;
  for (const { application, exits } of reached) {
    const own = arriving.slice(at, at + exits.length);
    at += exits.length;
    const [r = 0] = columns.shape;
    const perSample = own.map((one) => {
      const [, rows = 0, ...rest] = one.shape;
      return reshape(one, [r, samples, rows / samples, ...rest]);
    });
    const again = (x: NodeTree) => exitsAgain(application, x, exits);
    const params = Object.values(application.trained);
    const parts = rowsOf(again, application.reference, perSample, params);
    params.forEach((param, index) => {
      const [part, known] = [parts[index] as Node, found.get(param)];
      found.set(param, known === undefined ? part : add(known, part));
    });
  }
  return { of: found, r: columns.shape[0] as number };
}

/** Returns the values that stand for `exits` when an application is made on other rows. */
function exitsAgain(
  application: Application,
  x: NodeTree,
  exits: readonly Node[],
): readonly Node[] {
  const { response, preActivation } = application.applyTo(x);
  const [before, after] = [nodesOf(application.response), nodesOf(response)];
  return exits.map((exit) => {
    const index = before.indexOf(exit);
    return index < 0 ? behindReshapes(preActivation as Node) : (after[index] as Node);
  });
}

/** Whether it is known that the samples of a value are not on its first axis. */
function samplesLater(
  { inputs, samples }: Pick<Application, "inputs" | "samples">,
  node: Node,
): boolean {
  const size = sizeOf(node.shape);
  const inner = rowsPerSample(reshape(node, [size]), nodesOf(inputs), samples);
  return inner !== null && inner !== size / samples;
}

/** Throws MetricError if it is known that samples are not on the first axis of an application's input or output. */
function checkSamplesFirst(
  { path, reference, inputs }: Application,
  exits: readonly Node[],
  samples: number,
): void {
  for (const node of [...nodesOf(reference), ...exits]) {
    if (!samplesLater({ inputs, samples }, node)) continue;
    throw new MetricError({
      where: `metric of ${path}`,
      must: "samples must come first in what a module takes and gives, to apply it to one of them",
      got: `${showNode(node)} with the samples on a later axis`,
      todo: "transpose inside of the module, or take a row of uses such as linearRows()",
    });
  }
}

/**
 * Throws MetricError if parameters reach a response by a way that avoids the responses of their modules, as in a
 * derivative by the inputs.
 *
 * Rows by the responses would leave that way out.
 */
function checkActThrough(
  { natural }: ResponsePart,
  reached: readonly { readonly application: Application; readonly exits: readonly Node[] }[],
): void {
  const past = gradientReach(natural, new Set(reached.flatMap(({ exits }) => exits)));
  for (const { application } of reached)
    checkNotAmong(past, application, Object.values(application.trained));
}

/** Throws MetricError if a gradient reaches one of the parameters by another way. */
export function checkNotAmong(
  past: ReadonlySet<Node>,
  application: Application,
  params: readonly Variable[],
): void {
  const found = params.find((param) => past.has(param));
  if (found !== undefined) throw otherWay(application, found);
}

function otherWay({ path, pathOf }: Application, parameter: Variable): MetricError {
  return new MetricError({
    where: `metric of ${path}`,
    must: "parameters must reach the response through what their module responds with",
    got: `another way from ${pathOf(parameter)}, such as a derivative by the inputs`,
    todo: "take observedMetrics(), which follows every path",
  });
}

function unreached({ law }: ResponsePart): MetricError {
  return new MetricError({
    where: "metric of a group of modules",
    must: "its response must depend on the parameters of its modules",
    got: `a response ${law.name} that depends on none of them`,
    todo: "look at the group's modules, and at what is observed of the model",
  });
}
