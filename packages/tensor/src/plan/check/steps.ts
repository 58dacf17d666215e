import { type DType, isStoredOnly } from "../../dtype.ts";
import { sameShape, showShape, sizeOf } from "../../shape.ts";
import type { StepTable } from "../parts.ts";
import type { Plan } from "../plan.ts";
import { productAxes } from "../productAxes.ts";
import type { View } from "../view.ts";
import { checkExprs, typeOfView } from "./expr.ts";
import type { Refuse } from "./refuse.ts";
import { checkRows } from "./rows.ts";

/** The plan of a step, and how to refuse the step. */
export interface StepPlace {
  readonly plan: Plan;
  readonly refuse: Refuse;
}

function shaped(
  { refuse }: StepPlace,
  role: string,
  view: View | null,
  wanted: readonly number[],
): void {
  if (view === null || sameShape(view.shape, wanted)) return;
  refuse(`${role} must have shape ${showShape(wanted)}`, showShape(view.shape));
}

function dtypeOf({ plan }: StepPlace, view: View): DType {
  return plan.buffers[view.buffer]?.dtype as DType;
}

function typed({ plan, refuse }: StepPlace, role: string, view: View | null, wanted: DType): void {
  const dtype = view === null ? wanted : plan.buffers[view.buffer]?.dtype;
  if (dtype !== wanted) refuse(`${role} must be ${wanted}`, String(dtype));
}

/** Checks that all views are floats of one type: that of the plan, or f64. */
function floats(at: StepPlace, views: Readonly<Record<string, View | null>>): void {
  const entries = Object.entries(views);
  const [, first] = entries.find(([, view]) => view !== null) as [string, View];
  const wide = at.plan.buffers[first.buffer]?.dtype === "f64";
  for (const [role, view] of entries) typed(at, role, view, wide ? "f64" : at.plan.float);
}

function ranked({ refuse }: StepPlace, role: string, view: View, least: number): void {
  if (view.shape.length >= least) return;
  refuse(`${role} must have at least ${least} axes`, showShape(view.shape));
}

function all(at: StepPlace, role: string, views: readonly View[], shape: readonly number[]): void {
  for (const [i, view] of views.entries()) shaped(at, `${role}[${i}]`, view, shape);
}

function typesOf({ plan }: StepPlace, views: readonly View[]) {
  return views.map((view) => typeOfView(plan, view));
}

function square(at: StepPlace, role: string, view: View): { batch: readonly number[]; d: number } {
  ranked(at, role, view, 2);
  const d = view.shape.at(-1) as number;
  const batch = view.shape.slice(0, -2);
  shaped(at, role, view, [...batch, d, d]);
  return { batch, d };
}

/** Checks of the shapes and types for each kind of step. The views were checked before. */
export const stepChecks: StepTable<(at: StepPlace) => void> = {
  map:
    ({ shape, inputs, exprs, outputs }) =>
    (at) => {
      all(at, "inputs", inputs, shape);
      all(at, "outputs", outputs, shape);
      checkExprs(at.plan, exprs, typesOf(at, inputs), outputs, at.refuse);
    },
  reduce:
    ({ shape, axes, inputs, exprs, ops, outputs }) =>
    (at) => {
      const ascending = axes.every((axis, i) => axis > (axes[i - 1] ?? -1) && axis < shape.length);
      if (!ascending || !axes.every(Number.isInteger)) {
        at.refuse(`axes must ascend within rank ${shape.length}`, showShape(axes));
      }
      all(at, "inputs", inputs, shape);
      const kept = shape.filter((_, axis) => !axes.includes(axis));
      all(at, "outputs", outputs, kept);
      checkExprs(at.plan, exprs, typesOf(at, inputs), outputs, at.refuse);
      if (ops.length !== exprs.length)
        at.refuse("each expression must have an op", `${ops.length} ops`);
      exprs.forEach(({ type }, j) => {
        const summed = ops[j] === "sum" || ops[j] === "prod";
        if (type === "bool" && summed) at.refuse("sums and products must be of numbers", type);
      });
    },
  rows: (step) => (at) => checkRows(step, at.plan, at.refuse),
  argReduce:
    ({ input, output }) =>
    (at) => {
      ranked(at, "input", input, 1);
      shaped(at, "output", output, input.shape.slice(0, -1));
      typed(at, "output", output, "i32");
      if (input.shape.at(-1) === 0 && sizeOf(output.shape) > 0) {
        at.refuse("the last axis of input must not be empty", showShape(input.shape));
      }
    },
  sort:
    ({ input, output }) =>
    (at) => {
      ranked(at, "input", input, 1);
      shaped(at, "output", output, input.shape);
      typed(at, "output", output, "i32");
    },
  matmul: (step) => (at) => {
    const { a, b, epilogue, outputs, groups = { rows: 1, inner: 1, columns: 1 } } = step;
    const counts = [groups.rows, groups.inner, groups.columns];
    if (!counts.every((count) => Number.isInteger(count) && count >= 0)) {
      at.refuse("groups must be counts of axes", counts.join(", "));
    }
    ranked(at, "a", a, groups.rows + groups.inner);
    ranked(at, "b", b, groups.inner + groups.columns);
    floats(at, { a, b });
    const { batch, rows, inner, columns } = productAxes(step);
    shaped(at, "b", b, [...batch, ...inner, ...columns]);
    const shape = [...batch, ...rows, ...columns];
    all(at, "outputs", outputs, shape);
    if (epilogue === undefined) {
      if (outputs.length !== 1) at.refuse("there must be one output", String(outputs.length));
      floats(at, { output: outputs[0] as View });
      return;
    }
    all(at, "inputs", epilogue.inputs, shape);
    const types = ["float" as const, ...typesOf(at, epilogue.inputs)];
    checkExprs(at.plan, epilogue.exprs, types, outputs, at.refuse);
  },
  convolve:
    ({ a, b, shift, dilation, output }) =>
    (at) => {
      const axes = shift.length;
      if (dilation.length !== axes) {
        at.refuse(`there must be ${axes} dilations, as shifts`, String(dilation.length));
      }
      if (!shift.every(Number.isInteger)) at.refuse("shifts must be integers", shift.join(", "));
      if (!dilation.every((by) => Number.isInteger(by) && by > 0)) {
        at.refuse("dilations must be positive integers", dilation.join(", "));
      }
      ranked(at, "a", a, 2 + axes);
      floats(at, { a, b, output });
      const lead = a.shape.slice(0, a.shape.length - 2 - axes);
      const [rows = 0, inner = 0] = a.shape.slice(lead.length);
      ranked(at, "b", b, lead.length + 1 + axes);
      ranked(at, "output", output, lead.length + 1 + axes);
      const last = ({ shape }: View) => shape.slice(shape.length - axes);
      shaped(at, "b", b, [...lead, inner, ...last(b)]);
      shaped(at, "output", output, [...lead, rows, ...last(output)]);
    },
  gather:
    ({ source, indices, output }) =>
    (at) => {
      ranked(at, "source", source, 1);
      typed(at, "indices", indices, "i32");
      shaped(at, "output", output, [...indices.shape, ...source.shape.slice(1)]);
      if (source.shape[0] === 0) at.refuse("source must have rows", showShape(source.shape));
      const [from, to] = [dtypeOf(at, source), dtypeOf(at, output)];
      // No backend rounds to halves.
      if (to === "f16" && from !== to) at.refuse("the source of an f16 output must be f16", from);
    },
  scatterAdd:
    ({ indices, updates, output }) =>
    (at) => {
      ranked(at, "output", output, 1);
      typed(at, "indices", indices, "i32");
      shaped(at, "updates", updates, [...indices.shape, ...output.shape.slice(1)]);
      const dtype = dtypeOf(at, output);
      typed(at, "updates", updates, dtype);
      if (dtype === "bool" || isStoredOnly(dtype)) {
        at.refuse("sums must be of f32, f64, i32 or u32", dtype);
      }
      if (output.shape[0] === 0 && sizeOf(updates.shape) > 0) {
        at.refuse("output must have rows", showShape(output.shape));
      }
    },
  copy:
    ({ input, output }) =>
    (at) => {
      shaped(at, "output", output, input.shape);
      typed(at, "output", output, dtypeOf(at, input));
    },
  random:
    ({ key, state, output }) =>
    (at) => {
      if (key >>> 0 !== key) at.refuse("key must be an unsigned 32-bit integer", String(key));
      shaped(at, "state", state, [2]);
      typed(at, "state", state, "u32");
      typed(at, "output", output, "u32");
    },
  gram:
    ({ x, nu, base, alpha, beta, output }) =>
    (at) => {
      ranked(at, "x", x, 2);
      floats(at, { x, nu, base, output });
      const d = x.shape.at(-1) as number;
      const batch = x.shape.slice(0, -2);
      shaped(at, "nu", nu, x.shape.slice(0, -1));
      shaped(at, "base", base, [...batch, d, d]);
      shaped(at, "output", output, [...batch, d, d]);
      if (Number.isNaN(alpha) || Number.isNaN(beta))
        at.refuse("alpha and beta must be numbers", "NaN");
    },
  cholesky:
    ({ a, shift, output, used }) =>
    (at) => {
      floats(at, { a, shift, output, used });
      const { batch } = square(at, "a", a);
      shaped(at, "output", output, a.shape);
      shaped(at, "shift", shift, batch);
      shaped(at, "used", used, batch);
    },
  triangularSolve:
    ({ l, rhs, output }) =>
    (at) => {
      floats(at, { l, rhs, output });
      const { batch, d } = square(at, "l", l);
      ranked(at, "rhs", rhs, 2);
      shaped(at, "rhs", rhs, [...batch, d, rhs.shape.at(-1) as number]);
      shaped(at, "output", output, rhs.shape);
    },
  eigh:
    ({ a, output, values }) =>
    (at) => {
      floats(at, { a, output, values });
      const { batch, d } = square(at, "a", a);
      shaped(at, "output", output, a.shape);
      shaped(at, "values", values, [...batch, d]);
    },
  // The steps of the body are checked one by one.
  loop:
    ({ turns }) =>
    (at) => {
      if (!Number.isInteger(turns) || turns < 1)
        at.refuse("turns must be a positive integer", String(turns));
    },
};
