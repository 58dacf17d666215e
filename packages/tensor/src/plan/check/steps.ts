import type { DType } from "../../dtype.ts";
import { sameShape, showShape, sizeOf } from "../../shape.ts";
import type { StepTable } from "../parts.ts";
import type { Plan } from "../plan.ts";
import { productAxes } from "../productAxes.ts";
import type { View } from "../view.ts";
import { checkExprs, typeOfView } from "./expr.ts";
import type { Refuse } from "./refuse.ts";

/** Checks of the shapes and types of each step kind; views are checked before. */
export function stepChecks(plan: Plan, refuse: Refuse): StepTable<void> {
  const shaped = (role: string, view: View | null, wanted: readonly number[]): void => {
    if (view === null || sameShape(view.shape, wanted)) return;
    refuse(`${role} must have shape ${showShape(wanted)}`, showShape(view.shape));
  };
  const typed = (role: string, view: View | null, wanted: DType): void => {
    const dtype = view === null ? wanted : plan.buffers[view.buffer]?.dtype;
    if (dtype !== wanted) refuse(`${role} must be ${wanted}`, String(dtype));
  };
  const floats = (views: Readonly<Record<string, View | null>>): void => {
    for (const [role, view] of Object.entries(views)) typed(role, view, plan.float);
  };
  const ranked = (role: string, view: View, least: number): void => {
    if (view.shape.length >= least) return;
    refuse(`${role} must have at least ${least} axes`, showShape(view.shape));
  };
  const all = (role: string, views: readonly View[], shape: readonly number[]): void => {
    for (const [i, view] of views.entries()) shaped(`${role}[${i}]`, view, shape);
  };
  const typesOf = (views: readonly View[]) => views.map((view) => typeOfView(plan, view));
  const square = (role: string, view: View): { batch: readonly number[]; d: number } => {
    ranked(role, view, 2);
    const d = view.shape.at(-1) as number;
    const batch = view.shape.slice(0, -2);
    shaped(role, view, [...batch, d, d]);
    return { batch, d };
  };

  return {
    map: ({ shape, inputs, exprs, outputs }) => {
      all("inputs", inputs, shape);
      all("outputs", outputs, shape);
      checkExprs(plan, exprs, typesOf(inputs), outputs, refuse);
    },
    reduce: ({ shape, axes, inputs, exprs, ops, outputs }) => {
      const ascending = axes.every((axis, i) => axis > (axes[i - 1] ?? -1) && axis < shape.length);
      if (!ascending || !axes.every(Number.isInteger)) {
        refuse(`axes must ascend within rank ${shape.length}`, showShape(axes));
      }
      all("inputs", inputs, shape);
      const kept = shape.filter((_, axis) => !axes.includes(axis));
      all("outputs", outputs, kept);
      checkExprs(plan, exprs, typesOf(inputs), outputs, refuse);
      if (ops.length !== exprs.length)
        refuse("each expression must have an op", `${ops.length} ops`);
      exprs.forEach(({ type }, j) => {
        const summed = ops[j] === "sum" || ops[j] === "prod";
        if (type === "bool" && summed) refuse("sums and products must be of numbers", type);
      });
    },
    argReduce: ({ input, output }) => {
      ranked("input", input, 1);
      shaped("output", output, input.shape.slice(0, -1));
      typed("output", output, "i32");
      if (input.shape.at(-1) === 0 && sizeOf(output.shape) > 0) {
        refuse("the last axis of input must not be empty", showShape(input.shape));
      }
    },
    sort: ({ input, output }) => {
      ranked("input", input, 1);
      shaped("output", output, input.shape);
      typed("output", output, "i32");
    },
    matmul: (step) => {
      const { a, b, epilogue, outputs, groups = { rows: 1, inner: 1, columns: 1 } } = step;
      const counts = [groups.rows, groups.inner, groups.columns];
      if (!counts.every((count) => Number.isInteger(count) && count >= 0)) {
        refuse("groups must be counts of axes", counts.join(", "));
      }
      ranked("a", a, groups.rows + groups.inner);
      ranked("b", b, groups.inner + groups.columns);
      floats({ a, b });
      const { batch, rows, inner, columns } = productAxes(step);
      shaped("b", b, [...batch, ...inner, ...columns]);
      const shape = [...batch, ...rows, ...columns];
      all("outputs", outputs, shape);
      if (epilogue === undefined) {
        if (outputs.length !== 1) refuse("there must be one output", String(outputs.length));
        floats({ output: outputs[0] as View });
        return;
      }
      all("inputs", epilogue.inputs, shape);
      const types = ["float" as const, ...typesOf(epilogue.inputs)];
      checkExprs(plan, epilogue.exprs, types, outputs, refuse);
    },
    gather: ({ source, indices, output }) => {
      ranked("source", source, 1);
      typed("indices", indices, "i32");
      shaped("output", output, [...indices.shape, ...source.shape.slice(1)]);
      if (source.shape[0] === 0) refuse("source must have rows", showShape(source.shape));
    },
    scatterAdd: ({ indices, updates, output }) => {
      ranked("output", output, 1);
      typed("indices", indices, "i32");
      shaped("updates", updates, [...indices.shape, ...output.shape.slice(1)]);
      typed("updates", updates, plan.buffers[output.buffer]?.dtype as DType);
      if (typeOfView(plan, output) === "bool") refuse("sums must be of numbers", "bool");
      if (output.shape[0] === 0 && sizeOf(updates.shape) > 0) {
        refuse("output must have rows", showShape(output.shape));
      }
    },
    copy: ({ input, output }) => {
      shaped("output", output, input.shape);
      typed("output", output, plan.buffers[input.buffer]?.dtype as DType);
    },
    random: ({ key, state, output }) => {
      if (key >>> 0 !== key) refuse("key must be an unsigned 32-bit integer", String(key));
      shaped("state", state, [2]);
      typed("state", state, "u32");
      typed("output", output, "u32");
    },
    gram: ({ x, nu, base, alpha, beta, output }) => {
      ranked("x", x, 2);
      floats({ x, nu, base, output });
      const d = x.shape.at(-1) as number;
      const batch = x.shape.slice(0, -2);
      shaped("nu", nu, x.shape.slice(0, -1));
      shaped("base", base, [...batch, d, d]);
      shaped("output", output, [...batch, d, d]);
      if (Number.isNaN(alpha) || Number.isNaN(beta))
        refuse("alpha and beta must be numbers", "NaN");
    },
    cholesky: ({ a, shift, output, used }) => {
      floats({ a, shift, output, used });
      const { batch } = square("a", a);
      shaped("output", output, a.shape);
      shaped("shift", shift, batch);
      shaped("used", used, batch);
    },
    triangularSolve: ({ l, rhs, output }) => {
      floats({ l, rhs, output });
      const { batch, d } = square("l", l);
      ranked("rhs", rhs, 2);
      shaped("rhs", rhs, [...batch, d, rhs.shape.at(-1) as number]);
      shaped("output", output, rhs.shape);
    },
    eigh: ({ a, output, values }) => {
      floats({ a, output, values });
      const { batch, d } = square("a", a);
      shaped("output", output, a.shape);
      shaped("values", values, [...batch, d]);
    },
    // The steps of its body are checked one by one.
    loop: ({ turns }) => {
      if (!Number.isInteger(turns) || turns < 1)
        refuse("turns must be a positive integer", String(turns));
    },
  };
}
