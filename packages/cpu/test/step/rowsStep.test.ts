import {
  arg,
  call,
  parseExpr,
  primitiveFns,
  type ReduceOp,
  type RowStage,
  type RowsStep,
  type View,
} from "@metrigrad/tensor";
import test from "tape";
import { Random } from "../support/random.ts";
import { compare, randomLayout, TestPlan } from "../support/steps.ts";

/** A stage of arguments by name; `names` lists inputs, then stages. */
const stages = (
  inputs: readonly string[],
  ...texts: readonly (readonly [per: RowStage["per"], text: string, op?: ReduceOp])[]
): RowStage[] => {
  const args = [...inputs, ...texts.map((_, s) => `s${s}`)];
  return texts.map(([per, text, op]) => ({
    per,
    expr: parseExpr(text, { args }),
    ...(op !== undefined && { op }),
  }));
};

const softmax = stages(
  ["x"],
  ["row", "x", "max"],
  ["row", "isFinite(s0) ? s0 : 0"],
  ["element", "exp(x - s1)"],
  ["row", "s2", "sum"],
  ["row", "s3 === 0 ? 1 : s3"],
  ["element", "s2 / s4"],
  ["row", "log(s4) + s1"],
);

function rows(
  shape: readonly number[],
  rowAxes: number,
  inputs: readonly View[],
  own: readonly RowStage[],
  results: readonly number[],
  outputs: readonly View[],
): RowsStep {
  return { kind: "rows", label: "r", shape, rowAxes, inputs, stages: own, results, outputs };
}

const odd = (at: number) => {
  if (at % 97 === 13) return Number.NaN;
  if (at % 53 === 5) return Number.POSITIVE_INFINITY;
  return at % 7 === 3 ? Number.NEGATIVE_INFINITY : 3 * Math.sin(1.3 * at);
};

test("rows: a soft-max of short and long rows, on one thread and several", async (t) => {
  const fills = {
    numbers: (at: number) => 4 * Math.sin(1.7 * at),
    "NaN and infinities": odd,
    "nothing but −∞": () => Number.NEGATIVE_INFINITY,
  };
  for (const length of [1, 2, 3, 10, 16, 17, 257, 1100]) {
    for (const [name, fill] of Object.entries(fills)) {
      const shape = [7, length];
      const plan = new TestPlan();
      const inputs = [plan.view(shape, "f32", fill)];
      const outputs = [plan.view(shape, "f32", () => 9), plan.view([7], "f32", () => 9)];
      const step = rows(shape, 1, inputs, softmax, [5, 6], outputs);
      const tolerance = { relative: 2e-6, absolute: 1e-7 };
      await compare(t, plan, [step], tolerance, `${name}, rows of ${length}`);
    }
  }
});

test("rows: every layout, several axes of rows and in a row, numbers per row and one for all", async (t) => {
  const random = new Random(5);
  const own = stages(
    ["x", "y", "r", "c"],
    ["element", "x * y + r"],
    ["row", "s0", "sum"],
    ["row", "s1 / 12 + c"],
    ["element", "s0 - s2"],
    ["row", "s3 * s3", "sum"],
    ["row", "s3", "min"],
    ["element", "s3 * (1 / sqrt(s4 + 0.1)) + y"],
    ["element", "r * 2"],
  );
  for (const [shape, rowAxes] of [
    [[5, 12], 1],
    [[4, 3, 33], 1],
    [[2, 5, 3, 10], 2],
    [[3, 2, 2, 3, 150], 3],
    [[1, 9], 1],
    [[6, 1], 1],
    [[4], 1],
  ] as const) {
    const kept = shape.slice(0, shape.length - rowAxes);
    for (let turn = 0; turn < 3; turn++) {
      const plan = new TestPlan();
      const filled = (size: readonly number[], output: boolean) =>
        plan.view(size, "f32", () => random.between(-1, 1), randomLayout(random, size, output));
      const inputs = [
        filled(shape, false),
        filled(shape, false),
        filled(kept, false),
        plan.view(kept, "f32", () => 0.3, { broadcast: kept.map((_, axis) => axis) }),
      ];
      const outputs = [shape, kept, shape, kept, shape, shape].map((size) => filled(size, true));
      const step = rows(shape, rowAxes, inputs, own, [0, 5, 6, 4, 7, 3], outputs);
      const tolerance = { relative: 1e-5, absolute: 2e-5 };
      await compare(t, plan, [step], tolerance, `${rowAxes} of [${shape}], layout ${turn}`);
    }
  }
});

test("rows: integers that wrap, and booleans, which are lanes of ones", async (t) => {
  const shape = [5, 11];
  const plan = new TestPlan();
  const inputs = [
    plan.view(shape, "f32", (at) => (at * 5) % 11),
    plan.view([5], "f32", (at) => at),
    plan.view(shape, "bool", (at) => at % 3),
  ];
  const hit = parseExpr("(x, y) => x === y");
  const own: RowStage[] = [
    { per: "element", expr: hit },
    { per: "row", op: "max", expr: arg(3, "bool") },
    { per: "row", op: "min", expr: arg(2, "bool") },
    { per: "element", expr: arg(4, "bool") },
  ];
  const outputs = [
    plan.view(shape, "bool", () => 0),
    plan.view([5], "bool", () => 0),
    plan.view([5], "bool", () => 1),
    plan.view(shape, "bool", () => 0),
  ];
  await compare(t, plan, [rows(shape, 1, inputs, own, [0, 1, 2, 3], outputs)], {}, "booleans");
  const whole = new TestPlan();
  const fill = (at: number) => (at * 2_654_435_761) | 0;
  const numbers = [whole.view(shape, "i32", fill), whole.view([5], "u32", (at) => at * 3e8)];
  const ints: RowStage[] = [
    { per: "row", op: "sum", expr: arg(0, "i32") },
    { per: "row", op: "min", expr: arg(0, "i32") },
    { per: "row", op: "max", expr: arg(1, "u32") },
    { per: "element", expr: call(primitiveFns.add, arg(0, "i32"), arg(2, "i32")) },
  ];
  const results = [whole.view([5], "i32", () => 0), whole.view([5], "i32", () => 0)];
  const more = [whole.view([5], "u32", () => 0), whole.view(shape, "i32", () => 0)];
  const step = rows(shape, 1, numbers, ints, [0, 1, 2, 3], [...results, ...more]);
  await compare(t, whole, [step], {}, "integers");
});

test("rows: long sums have the digits of a reduction", async (t) => {
  const shape = [3, 40_001];
  const plan = new TestPlan();
  const inputs = [plan.view(shape, "f32", (at) => (at % 2 === 0 ? 1e4 : 0.1) + (at % 5))];
  const own = stages(["x"], ["row", "x", "sum"], ["row", "s0 / 40001"], ["row", "x - s1", "sum"]);
  const outputs = [plan.view([3], "f32", () => 0)];
  const step = rows(shape, 1, inputs, own, [0], outputs);
  await compare(t, plan, [step], { relative: 3e-7, double: 5e-12 }, "sum");
});
