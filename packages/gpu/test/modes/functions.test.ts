import { parseExpr } from "@metrigrad/tensor";
import test from "tape";
import { gpu } from "../../src/index.ts";
import { functions } from "../../src/modes/functions.ts";
import { TestPlan } from "../support/plans.ts";

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

/** From 1e-9 to 1e6 and back below zero, then what is no number. */
const wide = [
  ...Array.from({ length: 400 }, (_, i) => 1e-9 * 10 ** (i / 26.6)),
  ...Array.from({ length: 400 }, (_, i) => -1e-9 * 10 ** (i / 26.6)),
  ...[0, -0, 1, -1, 0.5, 1.5, 2.5, -2.5, 3e38, -3e38, nan, infinity, -infinity],
];
const few = [0, -0, 0.5, 1, -1, 2, 3, -3, -2.5, 7, -8, 1e3, nan, infinity, -infinity];

const unary = [
  ...["exp(x)", "expm1(x)", "log(x)", "log1p(x)", "tanh(x)", "erf(x)", "sin(x)", "cos(x)"],
  ...["round(x)", "isFinite(x) ? x : 7", "x < 1 ? x : 1"],
];
const binary = ["pow(x, y)", "min(x, y)", "max(x, y)", "x > y ? x : y"];

for (const mode of ["cpu", "webasm"] as const) {
  test(`gpu ${mode}: functions of kernels are right far out, near 0 and where there is no number`, async (t) => {
    const backend = await gpu({ mode });
    const compare = async (text: string, inputs: readonly (readonly number[])[]) => {
      const plan = new TestPlan();
      const shape = [inputs[0]?.length as number];
      const views = inputs.map((values) =>
        plan.view(shape, "f32", (at) => values[at - 2] as number),
      );
      const exprs = [parseExpr(`(${["x", "y"].slice(0, inputs.length).join()}) => ${text}`)];
      const outputs = [plan.view(shape)];
      const error = await plan.difference(backend, [
        { kind: "map", label: "", shape, inputs: views, exprs, outputs },
      ]);
      t.ok(error < 4e-6, `${text}: ${error}`);
    };
    for (const text of unary) await compare(text, [wide]);
    const pairs = few.flatMap((x) => few.map((y) => [x, y] as const));
    for (const text of binary)
      await compare(text, [pairs.map(([x]) => x), pairs.map(([, y]) => y)]);
    await backend.close();
  });
}

test("gpu: functions of kernels call only such as call none", async (t) => {
  const nameOf = (source: string) => source.slice("function ".length, source.indexOf("("));
  const callsOf = (source: string) =>
    functions
      .map((inner) => nameOf(inner.source))
      .filter((name) => source.includes(`${name}(`, 10 + nameOf(source).length));
  const calling = functions.filter(({ source }) => callsOf(source).length > 0);
  const deep = calling.filter(({ source }) =>
    callsOf(source).some((name) => calling.some((inner) => nameOf(inner.source) === name)),
  );
  t.ok(calling.length > 3, `${calling.length} functions call others`);
  t.deepEqual(
    deep.map(({ source }) => nameOf(source)),
    [],
  );
});
