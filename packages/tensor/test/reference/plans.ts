import type { VariableSpec } from "../../src/backend/variable.ts";
import { type DType, storageBytes } from "../../src/dtype.ts";
import { parseExpr } from "../../src/expr/parse.ts";
import type { BufferSpec, Place, Plan } from "../../src/plan/plan.ts";
import type { MapStep } from "../../src/plan/step.ts";
import type { View } from "../../src/plan/view.ts";
import { stridesOf } from "../../src/shape.ts";

/** A buffer of f64, unless said otherwise. */
export function buffer(size: number, place: Place, dtype: DType = "f64"): BufferSpec {
  return { dtype, size, place, label: "" };
}

/** A whole buffer as a row-major view. */
export function whole(index: number, ...shape: number[]): View {
  return { buffer: index, shape, strides: stridesOf(shape), offset: 0 };
}

/** One expression over views of one shape. */
export function map(source: string, inputs: readonly View[], output: View, label = ""): MapStep {
  const args = inputs.map((_, i) => `x${i}`);
  const exprs = [parseExpr(source, { args })];
  return { kind: "map", shape: output.shape, inputs, exprs, outputs: [output], label };
}

/** A variable of its own: another object, and so another variable, at every call. */
export function variable(
  path: string | null,
  shape: readonly number[],
  more: Partial<VariableSpec> = {},
): VariableSpec {
  const init = () => new Array<number>(shape.reduce((p, q) => p * q, 1)).fill(0.1);
  return { path, shape, type: "float", role: "parameter", init, ...more };
}

/** The variable w of `smallPlan`. */
export const w: VariableSpec = variable("w", [3], { init: () => [0, 10, 20] });

const slot = 64;

/**
 * y = (2x + w)², w ← w + 1: a feed x, a variable w, two scratch buffers, an output; [3] each.
 * Buffers: 0 x, 1 w, 2 doubled, 3 sum, 4 y.
 */
export function smallPlan(): Plan {
  const [x, weights, doubled, sum, y] = [0, 1, 2, 3, 4].map((i) => whole(i, 3)) as [
    View,
    View,
    View,
    View,
    View,
  ];
  return {
    float: "f64",
    buffers: [
      buffer(3, { kind: "feed", name: "x" }),
      { ...buffer(3, { kind: "variable", spec: w }), label: "w" },
      buffer(3, { kind: "arena", offset: 0 }),
      buffer(3, { kind: "arena", offset: slot }),
      buffer(3, { kind: "output" }),
    ],
    steps: [
      map("2 * x0", [x], doubled, "double"),
      map("x0 + x1", [doubled, weights], sum, "sum"),
      map("x0 * x0", [sum], y, "square"),
      map("x0 + 1", [weights], weights, "count"),
    ],
    feeds: [{ name: "x", shape: [3], dtype: "f64", buffer: 0 }],
    outputs: [y],
    arenaBytes: slot + 3 * storageBytes.f64,
  };
}
