import {
  add,
  affine,
  concat,
  cutEdges,
  grad,
  gradientReach,
  matmul,
  mul,
  type Node,
  replaceNodes,
  reshape,
  slice,
  stopGradient,
  sub,
  sum,
  topological,
  type Variable,
  withMetricScope,
  zerosLike,
} from "@metrigrad/graph";
import type { MadeOf, SolvePrecision } from "@metrigrad/metric";
import type { AffineUse, Use } from "@metrigrad/nn";
import type { OptimizerContext } from "../core/optimizer.ts";
import {
  columnsOf,
  type Measured,
  type Preconditioned,
  type PreconditionTask,
  packing,
} from "./preconditioned.ts";
import { effortOf } from "./settings.ts";
import { floatOf, inPrecision, solveIn } from "./solvePrecision.ts";

/**
 * What a solve in the space of rows needs: values on the way from the parameters to the loss, and all other ways from
 * the loss to W.
 */
interface Route {
  /** The values: T = X̃W, or what is observed. */
  readonly values: readonly Node[];
  /** Returns ∂L/∂(X̃W) from the cotangents of the values. */
  readonly cotangents: (found: readonly Node[]) => Node;
  /** T, if the value is T; null otherwise. */
  readonly outputs: Node | null;
  readonly rows: MadeOf;
  /** The gradient that reaches each parameter past the values, of its shape; null if nothing does. */
  readonly rest: readonly (Node | null)[];
}

/**
 * Preconditions with the metric of the batch that gives the gradient.
 *
 * If a subsystem's outputs T = X̃W are known, the gradient is never formed. The solve then starts from ∂L/∂T, in the
 * space of the n rows, and L2 takes part through X̃V = β(T − 1b'). Other ways in which the loss reads W, such as a
 * penalty or a second use, show in the graph: their gradient is added to the right side.
 */
export function batchMetric(task: PreconditionTask): Preconditioned {
  const { measured, dampingOf, solverOf, settings, step, context } = task;
  const { solvePrecision: precision } = settings;
  // The outputs of a forward pass of its own are not on the way to the loss. A direction that is not the gradient of
  // this batch does not come from outputs.
  const direct =
    settings.forward === "train" &&
    step.directions === step.gradients &&
    context.gradients === null;
  const readers: Readers = direct ? readersOf(context) : new Map();
  const routes = measured.map((one) =>
    direct ? (routeOf(one, readers, context) ?? observedRoute(one, context)) : null,
  );
  const found = [...new Set(routes.flatMap((route) => route?.values ?? []))];
  const cotangents = new Map(grad(context.loss, found).map((one, i) => [found[i] as Node, one]));
  const float = floatOf(precision, context.float);
  const effort = effortOf(settings);
  const blocks = measured.map((subsystem, index) => {
    const { path, params, block } = subsystem;
    const packs = packing(subsystem);
    return withMetricScope(path, () => {
      const [damping, solver] = [dampingOf(subsystem), solverOf(subsystem)];
      const by = { damping, solver, float, ...effort };
      const prepared = block.prepare(null, by);
      const common = { ...packs, ...solveIn(precision, path, prepared), path };
      const route = routes[index] ?? null;
      if (block.solveOutputs === null || route === null) {
        const asked = columnsOf(step, packs);
        const solved = prepared.solve(asked);
        const direction = inPrecision(precision, solved);
        return { ...common, solver, asked: () => asked, solved, direction };
      }
      const rest = restOf(route, params, packs.pack, context, precision);
      const own = route.values.map((value) => cotangents.get(value) as Node);
      const cotangent = route.cotangents(own);
      const solved = block.solveOutputs(cotangent, rest, by);
      const space = route.outputs === null ? "samples" : "outputs";
      const inSpace = solver === "woodbury" ? `woodbury in the space of ${space}` : solver;
      const asked = () => withMetricScope(path, () => gradientOf(route.rows, cotangent, rest));
      return {
        ...common,
        solver: inSpace,
        asked,
        solved,
        direction: inPrecision(precision, solved),
      };
    });
  });
  return { blocks, before: [], always: [] };
}

type Reader = readonly [node: Node, input: number];

/** The nodes that read each value on the way to the loss. */
type Readers = ReadonlyMap<Node, readonly Reader[]>;

function readersOf({ loss }: OptimizerContext): Readers {
  const readers = new Map<Node, Reader[]>();
  for (const node of topological([loss])) {
    node.inputs.forEach((input, at) => {
      const list = readers.get(input);
      if (list === undefined) readers.set(input, [[node, at]]);
      else list.push([node, at]);
    });
  }
  return readers;
}

/** Returns how a subsystem is solved through its outputs; null if they are not those of one use of its parameters. */
function routeOf(
  { block, params, applications }: Measured,
  readers: Readers,
  { loss }: OptimizerContext,
): Route | null {
  const { madeOf, solveOutputs } = block;
  const outputs = madeOf?.outputs ?? null;
  if (solveOutputs === null || madeOf === null || outputs === null) return null;
  const uses: readonly Use[] = applications.flatMap((application) => application.uses);
  const use = uses.find(
    (one): one is Extract<Use, AffineUse> =>
      one.kind === "affine" && one.outputs === outputs && sameList(one.parameters, params),
  );
  if (use === undefined || use.transposed) return null;
  // A use in a loop exists only if all that reads the parameters goes through T.
  if (!use.looped && !use.consumers.every(([node]) => endsIn(outputs, node, readers))) return null;
  const others = params.flatMap((param) =>
    (readers.get(param) ?? []).filter(
      ([node, input]) => !use.consumers.some(([one, at]) => one === node && at === input),
    ),
  );
  const own = { values: [outputs], cotangents: ([one]: readonly Node[]) => asRows(one as Node) };
  const common = { ...own, outputs, rows: madeOf };
  if (others.length === 0) return { ...common, rest: params.map(() => null) };
  const [past] = cutEdges([loss], use.consumers);
  return { ...common, rest: grad(past as Node, params, { unused: "zero" }) };
}

/** Returns how a subsystem is solved through what is observed, if its rows are derivatives of that; null otherwise. */
function observedRoute(
  { block, params, through }: Measured,
  { loss }: OptimizerContext,
): Route | null {
  const { madeOf, solveOutputs } = block;
  if (through === null || solveOutputs === null || madeOf === null) return null;
  const { values, rows } = through;
  // A value that is observed on the way to another observed value would count twice.
  const nested = values.some((value) =>
    topological(value.inputs).some((one) => values.includes(one)),
  );
  if (nested) return null;
  const cut = new Map(values.map((value) => [value, stopGradient(value)] as const));
  const [past] = replaceNodes([loss], cut) as [Node];
  const left = gradientReach(past);
  const rest = params.some((param) => left.has(param))
    ? grad(past, params, { unused: "zero" })
    : params.map(() => null);
  return { values, cotangents: rows, outputs: null, rows: madeOf, rest };
}

/** Whether all of the loss that reads a value reads it through T. A product without its bias may be read by itself. */
function endsIn(outputs: Node, node: Node, readers: Readers): boolean {
  if (node === outputs) return true;
  const own = readers.get(node) ?? [];
  return own.length > 0 && own.every(([reader]) => endsIn(outputs, reader, readers));
}

function sameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((one, at) => one === b[at]);
}

/** V and X̃V; null if there is none. */
type Rest = { readonly v: Node; readonly along: Node } | null;

/** Returns V, the gradient of what does not pass through T, and X̃V; null if there is none. */
function restOf(
  { outputs, rows, rest }: Route,
  params: readonly Variable[],
  pack: (values: readonly Node[]) => Node,
  context: OptimizerContext,
  precision: SolvePrecision,
): Rest {
  // T is rounded to the store's floats. A solve in other floats would divide that error by λ.
  const decay =
    outputs === null || floatOf(precision, context.float) !== context.float
      ? wholeDecay(context, params)
      : decayOf(context, params, outputs, rows);
  const extra = rest.some((one) => one !== null)
    ? pack(params.map((param, at) => rest[at] ?? zerosLike(param)))
    : null;
  const penalty = decay === null ? null : pack(decay.values);
  if (extra === null)
    return penalty === null ? null : { v: penalty, along: decay?.along ?? times(rows, penalty) };
  if (penalty === null) return { v: extra, along: times(rows, extra) };
  const along = decay?.along ?? times(rows, penalty);
  return { v: add(penalty, extra), along: add(along, times(rows, extra)) };
}

/**
 * Returns X̃'C plus the gradient of what does not pass through T, in the floats of the solve. A step does not need
 * it.
 */
function gradientOf({ x, bias }: MadeOf, cotangent: Node, rest: Rest): Node {
  const product = matmul(x, cotangent, { transposeA: true });
  const whole = bias ? concat([product, sum(cotangent, { axis: 0, keepDims: true })], 0) : product;
  return rest === null ? whole : add(whole, rest.v);
}

/** Returns a value [n, …, m] as rows [n·…, m]. */
function asRows(node: Node): Node {
  return node.shape.length === 2 ? node : reshape(node, [-1, node.shape.at(-1) as number]);
}

/** Returns X̃V. */
function times({ x, bias }: MadeOf, v: Node): Node {
  return bias ? affine(x, v) : matmul(x, v);
}

/** Returns the gradient of the L2 term by the parameters of a block; null if nothing decays. */
function wholeDecay(
  { penalty, parameters }: OptimizerContext,
  params: readonly Variable[],
): { readonly values: readonly Node[]; readonly along: null } | null {
  const decaying = (one: Variable) =>
    (parameters.find(({ variable }) => variable === one)?.decay ?? "none") !== "none";
  if (penalty === null || !params.some(decaying)) return null;
  return { values: grad(penalty.value, params, { unused: "zero" }), along: null };
}

/**
 * Returns the gradient of the L2 term by parameters, and X̃V of it if that needs no product; null if nothing decays.
 * For V = βW it is βT, and β(T − 1b') if the bias does not decay.
 */
function decayOf(
  { penalty, parameters }: OptimizerContext,
  params: readonly Variable[],
  outputs: Node,
  { x, bias: biased }: MadeOf,
): { readonly values: readonly Node[]; readonly along: Node | null } | null {
  if (penalty === null) return null;
  const decays = params.map(
    (param) => parameters.find(({ variable }) => variable === param)?.decay ?? "none",
  );
  if (decays.every((decay) => decay === "none")) return null;
  const values = grad(penalty.value, params, { unused: "zero" });
  const [w, bias, ...others] = params as readonly [Variable, ...Variable[]];
  const { beta } = penalty;
  if (others.length > 0) return { values, along: null };
  if (bias !== undefined) {
    const alone = decays[0] === "all" && decays[1] === "none";
    return { values, along: alone ? mul(sub(asRows(outputs), bias), beta) : null };
  }
  if (decays[0] === "all") return { values, along: mul(asRows(outputs), beta) };
  const d = w.shape[0] as number;
  const last = slice(w, [[d - 1, d]]);
  return {
    values,
    along: mul(sub(asRows(outputs), biased ? last : lastColumnTimes(x, last)), beta),
  };
}

/** Returns the share of the last parameter row in T, if its input is a stored column. */
function lastColumnTimes(x: Node, row: Node): Node {
  const columns = x.shape[1] as number;
  return mul(slice(x, [null, [columns - 1, columns]]), row);
}
