import {
  arg,
  call,
  type DType,
  type Expr,
  literal,
  type ReduceOp,
  type ScalarFn,
  scalarFns,
} from "@metrigrad/tensor";
import test from "tape";
import { Random } from "../support/random.ts";
import { backends, compare, randomLayout, TestPlan } from "../support/steps.ts";

const fn = (name: string) => scalarFns[name] as ScalarFn;
const sizes = [0, 1, 2, 3, 4, 5, 8, 17, 64, 70, 131];
const ops: readonly ReduceOp[] = ["sum", "max", "min", "prod"];

test("reduce: any axes of any layout, several outputs", async (t) => {
  const random = new Random(4);
  for (let turn = 0; turn < 80; turn++) {
    const rank = random.integer(0, 3);
    const shape = Array.from({ length: rank }, () => random.pick(sizes));
    const axes = shape.map((_, axis) => axis).filter(() => random.chance(0.5));
    const kept = shape.filter((_, axis) => !axes.includes(axis));
    const plan = new TestPlan();
    const near1 = () => random.between(0.9, 1.1);
    const inputs = [0, 1].map(() =>
      plan.view(shape, "f32", near1, randomLayout(random, shape, false)),
    );
    const exprs = [call(fn("mul"), arg(0), arg(1)), call(fn("sub"), arg(0), literal(0.1))];
    const outputs = exprs.map(() =>
      plan.view(kept, "f32", near1, randomLayout(random, kept, true)),
    );
    const chosen = exprs.map(() => random.pick(ops));
    const step = { kind: "reduce", label: "r", shape, axes, inputs, exprs, ops: chosen, outputs };
    const name = `${chosen} over ${JSON.stringify(axes)} of [${shape}]`;
    await compare(t, plan, [step as never], { relative: 2e-5 }, name);
  }
});

test("reduce: NaN and infinities", async (t) => {
  const random = new Random(5);
  const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0];
  for (let turn = 0; turn < 30; turn++) {
    const shape = [random.integer(1, 9), random.integer(1, 40)];
    const axes = random.pick([[0], [1], [0, 1]]);
    const kept = shape.filter((_, axis) => !axes.includes(axis));
    const plan = new TestPlan();
    const value = () => (random.chance(0.03) ? random.pick(special) : random.between(-1, 1));
    const inputs = [plan.view(shape, "f32", value)];
    const outputs = ops.map(() => plan.view(kept, "f32", () => 7));
    const exprs = ops.map(() => arg(0));
    const step = { kind: "reduce", label: "r", shape, axes, inputs, exprs, ops, outputs } as const;
    await compare(t, plan, [step], { relative: 1e-5, absolute: 1e-5 }, `${axes} of [${shape}]`);
  }
});

test("reduce: integers and booleans", async (t) => {
  const random = new Random(6);
  for (const axes of [[0], [1], [2], [0, 2], [0, 1, 2]]) {
    const shape = [5, 6, 7];
    const kept = shape.filter((_, axis) => !axes.includes(axis));
    const plan = new TestPlan();
    const inputs = [
      plan.view(shape, "i32", () => random.integer(-(2 ** 31), 2 ** 31 - 1)),
      plan.view(shape, "u32", () => random.integer(0, 2 ** 32 - 1)),
      plan.view(shape, "bool", () => random.integer(0, 1)),
    ];
    const exprs = [
      ...ops.map(() => arg(0, "i32")),
      ...ops.map(() => arg(1, "u32")),
      arg(2, "bool"),
      arg(2, "bool"),
    ];
    const all: ReduceOp[] = [...ops, ...ops, "max", "min"];
    const words = (type: DType) => ops.map(() => type);
    const types: DType[] = [...words("i32"), ...words("u32"), "bool", "bool"];
    const outputs = types.map((type) => plan.view(kept, type, () => 1));
    const step = { kind: "reduce", label: "r", shape, axes, inputs, exprs, ops: all, outputs };
    await compare(t, plan, [step as never], {}, `over ${axes}`);
  }
});

test("reduce: long sums stay accurate", async (t) => {
  const random = new Random(7);
  for (const [shape, axes] of [
    [[100000], [0]],
    [[20000, 3], [0]],
    [[3, 30001], [1]],
    [
      [300, 40, 20],
      [0, 1],
    ],
  ] as const) {
    const kept = shape.filter((_, axis) => !(axes as readonly number[]).includes(axis));
    const plan = new TestPlan();
    const inputs = [plan.view(shape, "f32", () => random.between(0, 1))];
    const outputs = [plan.view(kept, "f32", () => 0)];
    const [exprs, sum] = [[arg(0)], ["sum"]];
    const step = { kind: "reduce", label: "r", shape, axes, inputs, exprs, ops: sum, outputs };
    // The reference adds one after the other in float64, which is no better than this.
    await compare(t, plan, [step as never], { relative: 2e-7, double: 1e-12 }, `[${shape}]`);
  }
});

test("reduce: long sums in float64 are right to the last digits", async (t) => {
  const { all } = await backends();
  const random = new Random(9);
  const numbers = Float64Array.from({ length: 200_000 }, () => random.next() ** 3);
  // Neumaier's sum, whose error is far below that of any other here.
  let [sum, lost] = [0, 0];
  for (const x of numbers) {
    const next = sum + x;
    lost += sum >= x ? sum - next + x : x - next + sum;
    sum = next;
  }
  for (const shape of [[200_000], [1, 200_000], [200_000, 1]]) {
    for (const backend of all) {
      const plan = new TestPlan();
      const inputs = [plan.view(shape, "f32", (at) => numbers[at] ?? 0)];
      const outputs = [plan.view([], "f32", () => 0)];
      const axes = shape.map((_, axis) => axis);
      const [exprs, ops] = [[arg(0)], ["sum"] as const];
      const step = {
        kind: "reduce",
        label: "r",
        shape,
        axes,
        inputs,
        exprs,
        ops,
        outputs,
      } as const;
      const results = await plan.run(backend, [step], "f64");
      const got = results[1]?.[0] as number;
      t.ok(Math.abs(got / (sum + lost) - 1) < 5e-16, `${got} of [${shape}], ${backend.describe()}`);
    }
  }
});

test("reduce: a sum that is infinite stays so", async (t) => {
  const plan = new TestPlan();
  const shape = [3000];
  const inputs = [plan.view(shape, "f32", (at) => (at === 1700 ? Number.POSITIVE_INFINITY : at))];
  const outputs = [plan.view([], "f32", () => 0)];
  const [exprs, ops] = [[arg(0)], ["sum"] as const];
  const step = {
    kind: "reduce",
    label: "r",
    shape,
    axes: [0],
    inputs,
    exprs,
    ops,
    outputs,
  } as const;
  await compare(t, plan, [step], {}, "∞ among numbers");
});

test("reduce: long ones with few results, of every type and layout", async (t) => {
  const random = new Random(8);
  for (const [shape, axes] of [
    [[40007], [0]],
    [
      [3, 211, 2, 40],
      [1, 3],
    ],
    [
      [5000, 2, 4],
      [0, 1],
    ],
    [
      [33, 7, 200],
      [0, 2],
    ],
  ] as const) {
    const kept = shape.filter((_, axis) => !(axes as readonly number[]).includes(axis));
    const plan = new TestPlan();
    const layout = () => randomLayout(random, shape, false);
    const inputs = [
      plan.view(shape, "f32", () => random.between(-1, 1), layout()),
      plan.view(shape, "i32", () => random.integer(-(2 ** 31), 2 ** 31 - 1), layout()),
      plan.view(shape, "u32", () => random.integer(0, 2 ** 32 - 1), layout()),
      plan.view(shape, "bool", () => random.integer(0, 1), layout()),
      plan.view(shape, "f32", () => (random.chance(2e-5) ? Number.NaN : random.next()), layout()),
    ];
    const [float, i32, u32, bool, holes] = [
      arg(0),
      arg(1, "i32"),
      arg(2, "u32"),
      arg(3, "bool"),
      arg(4),
    ];
    const rows: readonly (readonly [Expr, ReduceOp, DType])[] = [
      [call(fn("mul"), float, float), "sum", "f32"],
      [float, "max", "f32"],
      [holes, "min", "f32"],
      [i32, "sum", "i32"],
      [i32, "min", "i32"],
      [u32, "max", "u32"],
      [bool, "max", "bool"],
    ];
    const outputs = rows.map(([, , type]) =>
      plan.view(kept, type, () => 1, randomLayout(random, kept, true)),
    );
    const [exprs, all] = [rows.map(([expr]) => expr), rows.map(([, op]) => op)];
    const step = { kind: "reduce", label: "r", shape, axes, inputs, exprs, ops: all, outputs };
    await compare(
      t,
      plan,
      [step as never],
      { relative: 3e-7, double: 5e-12 },
      `${axes} of [${shape}]`,
    );
  }
});
