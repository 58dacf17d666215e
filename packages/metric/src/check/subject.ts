import {
  add,
  compile,
  constant,
  input,
  makeNode,
  type Node,
  topological,
  type Variable,
} from "@metrigrad/graph";
import { type AnyModule, applyModel, movedOutputs, nodesOf, type RowLaw } from "@metrigrad/nn";
import {
  type Backend,
  isTensor,
  MetricError,
  mapTree,
  type Store,
  sizeOf,
  type Tensor,
  type Tree,
  tensor,
  uniformStream,
} from "@metrigrad/tensor";
import type { Block } from "../blocks/block.ts";
import { type Metric, plain } from "../core/defMetric.ts";
import { type Subsystem, type SubsystemPart, subsystems } from "../core/subsystems.ts";
import { metricTable } from "../core/table.ts";
import { movedCopies } from "./movedCopies.ts";

/** One of the independent responses that a block is the Fisher information of. */
export interface Response {
  readonly law: RowLaw;
  /** The response h [rows, m] at the parameters θ. */
  readonly natural: Node;
  /**
   * The response at θ + δ, with the moves δ as inputs of the graph. What the response is conditioned on stays fixed.
   */
  readonly moved: Node;
  /** How much each row counts, [rows]; null if all count 1. */
  readonly weights: Node | null;
}

/** What is checked: a block of one small module at some parameters and inputs. */
export interface Subject {
  /** The name: "dense0, sharedGram, gaussian(1)". */
  readonly name: string;
  readonly store: Store;
  readonly block: Block;
  /** The move δ of each parameter of the block, as inputs of the graph. */
  readonly moves: readonly Node[];
  /** The name of each element of the moves: "w[0, 1]". */
  readonly elements: readonly string[];
  readonly responses: readonly Response[];
  /** The number of samples that the metric is a mean over. A sample may have several rows. */
  readonly samples: number;
  readonly seed: number;
}

/** Where to check. */
export interface Place {
  readonly module: AnyModule;
  /** The inputs, with the samples first. */
  readonly inputs: Tree<Tensor>;
  /** The weights of the samples, [n]. */
  readonly rowWeights: Tensor | null;
  /** The law of the module's output. */
  readonly law: unknown;
  readonly seed: number;
}

/** Draws normal values of a shape, as a function of seed and path. */
export function drawn(
  seed: number,
  path: string,
  shape: readonly number[],
  deviation: number,
): Tensor {
  const stream = uniformStream({ seed, path });
  const values = Float64Array.from(
    { length: sizeOf(shape) },
    (_, i) => deviation * stream.normal(i),
  );
  return tensor(values, { shape });
}

/** Some nodes on a store, as functions of inputs of the graph. */
export interface HostProgram {
  /** Returns the values of the nodes. Feeds that are not needed are left out. */
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Float64Array[]>;
  close(): Promise<void>;
}

/** Compiles some nodes for work on the host. */
export async function hostProgram(store: Store, outputs: readonly Node[]): Promise<HostProgram> {
  const program = await compile({ outputs }, store);
  const needed = new Set(program.plan.feeds.map(({ name }) => name));
  return {
    run: async (feeds) => {
      const own = Object.entries(feeds).filter(([name]) => needed.has(name));
      const handles = await program.run(Object.fromEntries(own));
      const values = await Promise.all(handles.map((handle) => handle.read()));
      return values.map((value) => Float64Array.from(value.data()));
    },
    close: () => program.close(),
  };
}

/** Computes the values of some nodes. */
export async function numbers(
  store: Store,
  outputs: readonly Node[],
  feeds: Readonly<Record<string, Tensor>> = {},
): Promise<Float64Array[]> {
  const program = await hostProgram(store, outputs);
  const values = await program.run(feeds);
  await program.close();
  return values;
}

/** Turns δ into values of the moves of a subject. */
export function feedsOf({ moves }: Pick<Subject, "moves">, delta: Float64Array | null) {
  const feeds: Record<string, Tensor> = {};
  let begin = 0;
  for (const [k, { shape }] of moves.entries()) {
    const size = sizeOf(shape);
    const own = delta === null ? new Float64Array(size) : delta.slice(begin, begin + size);
    feeds[moveName(k)] = tensor(own, { shape });
    begin += size;
  }
  return feeds;
}

const moveName = (k: number) => `check/move${k}`;

/** The standard deviation of drawn parameters. Pre-activations are then of order 1, on both sides of 0. */
const spread = 0.7;

/** A module on a store, with the blocks of a metric on it. */
export interface Stage {
  readonly store: Store;
  readonly subjects: readonly Subject[];
  /** Moves the parameters. Turn 0 draws them, and later turns move them on; given parameters move only a little. */
  draw(turn: number): Promise<void>;
}

/**
 * Makes the blocks of a metric on one module.
 *
 * @param metric - The metric. Parameters that it does not describe are held fixed.
 * @param place - Module, inputs and law.
 * @param given - The values of parameters by path.
 * @param backend - A reference backend.
 * @returns The blocks; none if the module has no parameters that the metric describes.
 * @throws MetricError for parameters that the module does not have. Errors of the metric and of the module pass
 *   through.
 */
export async function stageOf(
  metric: Metric,
  place: Place,
  given: Readonly<Record<string, Tensor>>,
  backend: Backend,
): Promise<Stage> {
  const { module, inputs, rowWeights, law, seed } = place;
  const paths = module.variables.map(({ path }) => path);
  const odd = Object.keys(given).find((name) => !paths.includes(name));
  if (odd !== undefined) throw unknown(odd, paths);
  const store = await backend.store(module, { seed, float: "f64" });
  const draw = async (turn: number) => {
    for (const { path, spec } of module.variables) {
      const own = given[path];
      if (spec.role !== "parameter" && own === undefined) continue;
      const size = own === undefined ? spread : turn === 0 ? 0 : 1e-2;
      const shift = drawn(seed, `check/${path}${turn === 0 ? "" : `/${turn}`}`, spec.shape, size);
      await store.write(path, own === undefined ? shift : sumOf(own, shift));
    }
  };
  await draw(0);
  const x = mapTree(inputs, isTensor, (value) => constant(value));
  const applied = applyModel(module as never, x as never, {
    rowWeights: rowWeights === null ? null : constant(rowWeights),
    law: (law ?? null) as never,
  });
  const { applications } = applied;
  const others = new Set(
    applications.filter((one) => !describes(metric, one)).map((one) => one.module),
  );
  const rows = [metric, ...[...others].map((other) => plain(other))];
  const variables = applied.parameters.map(({ variable }) => variable);
  const found = subsystems(applications, metricTable("check", ...rows).orPlain(), variables);
  const subjects = found.flatMap((one) => {
    return one.block === null ? [] : [subjectOf(one, one.block, { module, store, seed })];
  });
  return { store, subjects, draw };
}

/** Whether a metric describes something of an application. */
function describes(
  { of }: Metric,
  { module, definition }: { readonly module: unknown; readonly definition: unknown },
): boolean {
  return "use" in of || module === of || definition === of;
}

function subjectOf(
  { path, params, names, parts, applications }: Subsystem,
  block: Block,
  { module, store, seed }: Pick<Place, "module" | "seed"> & { readonly store: Store },
): Subject {
  const moves = params.map(({ shape }, k) => input(moveName(k), shape));
  const responses = parts.flatMap((part) => {
    return part
      .responses()
      .map((one) => ({ ...one, moved: movedOf(one.natural, part, params, moves) }));
  });
  const laws = [...new Set(responses.map(({ law }) => law.name))].join(" and ");
  const title = path === "" ? module.definition.spec.name : path;
  const count = applications[0]?.samples ?? 1;
  // Rows that do not belong to samples are samples themselves.
  const rows = responses[0]?.natural.shape[0] ?? count;
  return {
    name: `${title}, ${block.form}, ${laws}`,
    store,
    block,
    moves,
    elements: params.flatMap(({ shape }, k) => elementNames(names[k] as string, shape)),
    responses,
    samples: rows % count === 0 ? count : rows,
    seed,
  };
}

/**
 * Returns a response with its parameters moved in one use only.
 *
 * The nodes by which the use reads the parameters take θ + δ. For the row of a module, all nodes that were made from
 * its inputs do.
 */
function movedOf(
  natural: Node,
  { application, use }: SubsystemPart,
  params: readonly Variable[],
  moves: readonly Node[],
): Node {
  const shifted = new Map<Node, Node>(params.map((one, k) => [one, add(one, moves[k] as Node)]));
  const fixed = use === null ? new Set(topological(nodesOf(application.reference))) : null;
  const readers = new Map<Node, Set<number>>();
  for (const [node, at] of use?.consumers ?? [])
    readers.set(node, (readers.get(node) ?? new Set()).add(at));
  const made = new Map<Node, Node>();
  if (use?.looped === true) {
    // Later turns of a loop read what earlier turns made. So outputs are made anew from the rows as they are.
    readers.clear();
    const moved = new Map(params.map((one, k) => [one, moves[k] as Node]));
    if (use.kind === "copies") {
      for (const [outputs, one] of movedCopies(use, moved)) made.set(outputs, one);
    } else if (use.kind !== "free" && use.kind !== "grouped") {
      made.set(use.outputs, movedOutputs(use, moved));
    }
  }
  for (const node of topological([natural])) {
    if (made.has(node)) continue;
    if (fixed?.has(node) === true) continue;
    const inputs = node.inputs.map((one, at) => {
      const reads = fixed !== null || readers.get(node)?.has(at) === true;
      return (reads ? shifted.get(one) : undefined) ?? made.get(one) ?? one;
    });
    if (inputs.every((one, at) => one === node.inputs[at])) continue;
    made.set(node, makeNode(node.op, inputs, node.attrs));
  }
  return made.get(natural) ?? natural;
}

function sumOf(a: Tensor, b: Tensor): Tensor {
  const [left, right] = [a.data(), b.data()];
  const values = Float64Array.from(right, (value, i) => value + (left[i] as number));
  return tensor(values, { shape: b.shape });
}

function elementNames(name: string, shape: readonly number[]): string[] {
  const indices = shape.reduce<number[][]>(
    (all, size) =>
      all.flatMap((head) => Array.from({ length: size }, (_, index) => [...head, index])),
    [[]],
  );
  return indices.map((index) => (index.length === 0 ? name : `${name}[${index.join(", ")}]`));
}

function unknown(name: string, known: readonly string[]): MetricError {
  return new MetricError({
    where: "checkMetric, parameters",
    must: `names must be of the module's variables (${known.join(", ")})`,
    got: name,
    todo: "correct the name",
  });
}
