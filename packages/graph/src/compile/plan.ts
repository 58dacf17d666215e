import {
  atOnce,
  type FloatType,
  GraphError,
  isStoredOnly,
  type Pieces,
  type Plan,
  sameShape,
  showShape,
  storedType,
  tensor,
  type ValueType,
  type VariableSpec,
} from "@metrigrad/tensor";
import { isNode, type Node, showNode } from "../core/node.ts";
import { topological } from "../core/topology.ts";
import { joinLoops } from "../loop/joined.ts";
import { reduceLoops } from "../loop/reduce.ts";
import { add } from "../ops/arithmetic.ts";
import { constant } from "../ops/constant.ts";
import { where } from "../ops/logic.ts";
import { rngState } from "../ops/random.ts";
import { isVariable, type Variable, variableName } from "../ops/variable.ts";
import { placeArena } from "./arena.ts";
import { compactPlan } from "./compact.ts";
import { fusionOf, loopLowering } from "./loop.ts";
import { type Floats, lower } from "./lower.ts";
import { joinRows } from "./rows.ts";
import { type Destination, settle } from "./settle.ts";
import { simplifyGraph } from "./simplify.ts";
import { unitsOf } from "./units.ts";
import { contiguousView } from "./views.ts";
import { unconverted, widen } from "./widen.ts";

/**
 * A variable, the node of its next value, and optionally a condition.
 *
 * The condition is a bool scalar. If it is false, the variable keeps its value.
 *
 * @category Graph: compile and run
 */
export type Update = readonly [variable: Variable, value: Node, when?: Node];

/**
 * The request of {@link planOf}: what to compute, and which variables to change.
 *
 * @category For authors of backends
 */
export interface PlanRequest {
  /** The values to read after a run. */
  readonly outputs: readonly Node[];
  /** Variables and their next values. */
  readonly updates: readonly Update[];
  /** The float type of the store. */
  readonly float: FloatType;
  /** Whether {@link double} makes 64-bit values in a plan of 32 bits; false by default. Otherwise it has no effect. */
  readonly mixed?: boolean;
  /** Whether every node stays in memory and has a step of its own; false by default. For looking at values inside. */
  readonly unfused?: boolean;
}

/**
 * A plan, and the variables that it needs in its store.
 *
 * @category For authors of backends
 */
export interface Planned {
  /** The plan. */
  readonly plan: Plan;
  /** The variables that the plan reads or writes. */
  readonly variables: readonly VariableSpec[];
  /** Returns the name of a variable for messages. */
  readonly nameOf: (spec: VariableSpec) => string;
}

/**
 * Turns nodes into a plan: steps over buffers.
 *
 * It simplifies the graph, fuses loops over elements and orders the steps. It writes updates in place where possible, and lets
 * scratch buffers share memory. All values are computed from the variables as they are before the updates.
 *
 * @param request - The outputs, the updates and the float type.
 * @returns The plan, and the variables that it needs.
 * @throws {@link GraphError} if an output is no node, if an update does not fit its variable, or if two inputs have the same name.
 * @category For authors of backends
 */
export function planOf(request: PlanRequest): Planned {
  return atOnce(planning(request));
}

/** Returns the work of `planOf`, a pass in each piece. */
export function* planning(request: PlanRequest): Pieces<Planned> {
  checkOutputs(request.outputs);
  checkUpdates(request.updates);
  yield;
  const updates = withRandomState(request).map(selected);
  const conditions = updates.flatMap(([, , when]) => (when === undefined ? [] : [when]));
  const simple = simplifyGraph([
    ...updates.map(([, value]) => value),
    ...request.outputs,
    ...conditions,
  ]);
  yield;
  const { float, unfused = false, mixed = false } = request;
  const reduced = joinLoops(reduceLoops(simple));
  const { roots: all, wide } =
    mixed && float === "f32"
      ? widen(reduced, (index) => index < updates.length)
      : { roots: unconverted(reduced), wide: new Set<Node>() };
  const of = (node: Node) => (wide.has(node) ? "f64" : float);
  const floats: Floats = { own: float, of, mixed: mixed && float === "f32" };
  const roots = all.slice(0, updates.length + request.outputs.length);
  const conditionOf = new Map(conditions.map((when, i) => [when, all[roots.length + i] as Node]));
  const order = topological(all);
  yield;
  const olds = new Map<Node, Node>(updates.map(([old], at) => [roots[at] as Node, old]));
  const fusion = fusionOf(order, all, unfused, { floatOf: of, olds });
  yield;
  const units = unitsOf(order, [...roots.slice(updates.length), ...all], fusion);
  const lowered = lower(units, order, fusion, floats, loopLowering(floats, unfused));
  yield;
  const { buffers, feeds, variables } = lowered;
  for (const [node] of updates) {
    const { attrs: spec } = node;
    if (variables.has(spec)) continue;
    const dtype = storedType(spec.type, request.float);
    const place = { kind: "variable", spec } as const;
    const size = spec.shape.reduce((a, b) => a * b, 1);
    buffers.push({ dtype, size, place, label: variableName(node) });
    variables.set(spec, contiguousView(buffers.length - 1, spec.shape));
  }
  const destinations = roots.map((root, index): Destination => {
    const from = lowered.viewOf(root);
    const update = updates[index];
    if (update !== undefined) {
      const [{ attrs }, , condition] = update;
      const to = variables.get(attrs) as typeof from;
      if (condition === undefined) return { from, to };
      return { from, to, when: lowered.viewOf(conditionOf.get(condition) as Node) };
    }
    const size = root.shape.reduce((a, b) => a * b, 1);
    const dtype = storedType(root.type, floats.of(root));
    buffers.push({ dtype, size, place: { kind: "output" }, label: showNode(root) });
    return { from, to: contiguousView(buffers.length - 1, root.shape) };
  });
  yield;
  const joined = unfused ? lowered.steps : joinRows(lowered.steps, buffers, destinations);
  yield;
  const steps = settle(joined, buffers, destinations);
  yield;
  const arena = placeArena(buffers, steps);
  yield;
  const outputs = destinations.slice(updates.length).map(({ to }) => to);
  const plan = compactPlan({
    float: request.float,
    buffers: arena.buffers,
    steps,
    feeds,
    outputs,
    arenaBytes: arena.bytes,
  });
  const names = new Map(
    buffers.flatMap(({ place, label }) => (place.kind === "variable" ? [[place.spec, label]] : [])),
  );
  const nameOf = (spec: VariableSpec) => names.get(spec) ?? spec.role;
  return { plan, variables: [...variables.keys()], nameOf };
}

/**
 * Turns the conditional update of an element-wise value into a choice between the old and the new value, which costs nothing.
 *
 * All other values keep their condition. The step that computes them is skipped if it is false.
 */
function selected([variable, value, when]: Update): Update {
  if (when === undefined) return [variable, value];
  return value.op.expr === undefined
    ? [variable, value, when]
    : [variable, where(when, value, variable)];
}

/** Says what to do if the next value of a variable has another type or shape. */
function adviceFor(type: ValueType, given: ValueType): string {
  return isStoredOnly(type) && given !== type
    ? `only an input or a variable can be ${type}: keep the variable as "float"`
    : "reshape or cast it";
}

/** Adds the update of the shared random counter if the graph draws from it. */
function withRandomState({ outputs, updates }: PlanRequest): readonly Update[] {
  const roots = [...outputs];
  for (const [, value, when] of updates) roots.push(value, ...(when === undefined ? [] : [when]));
  const drawn = topological(roots).some((node) => node === (rngState as Node));
  if (!drawn || updates.some(([variable]) => variable === rngState)) return updates;
  const next = add(rngState, constant(tensor(Uint32Array.of(0, 1))));
  return [...updates, [rngState, next]];
}

function checkOutputs(outputs: readonly Node[]): void {
  outputs.forEach((node, index) => {
    if (isNode(node)) return;
    throw new GraphError({
      where: "compile",
      must: "outputs must be nodes: one, a list, or by name",
      got: `${typeof node} as output ${index}`,
      todo: "make a node of a number or a tensor with constant(…)",
    });
  });
}

function checkUpdates(updates: readonly Update[]): void {
  const seen = new Set<VariableSpec>();
  for (const [target, value, when] of updates) {
    const where = "compile, updates";
    if (!isNode(target) || !isVariable(target)) {
      const got = isNode(target) ? showNode(target) : String(target);
      throw new GraphError({
        where,
        must: "only variables can be updated",
        got,
        todo: "pass [variable, value] pairs",
      });
    }
    const { shape, type } = target.attrs;
    const name = variableName(target);
    if (seen.has(target.attrs)) {
      const todo = "combine them into one value";
      throw new GraphError({
        where,
        must: "a variable may have one update",
        got: `two for ${name}`,
        todo,
      });
    }
    seen.add(target.attrs);
    if (when !== undefined && (when.type !== "bool" || when.shape.length > 0)) {
      const got = `${when.type} ${showShape(when.shape)}`;
      throw new GraphError({
        where,
        must: `the condition of ${name} must be a bool scalar`,
        got,
        todo: "reduce it",
      });
    }
    const known = isNode(value);
    if (known && sameShape(shape, value.shape) && type === value.type) continue;
    throw new GraphError({
      where,
      must: `the next value of ${name} must be ${type} ${showShape(shape)}`,
      got: known ? `${value.type} ${showShape(value.shape)}` : typeof value,
      todo: known ? adviceFor(type, value.type) : "make a node of it with constant(…)",
    });
  }
}
