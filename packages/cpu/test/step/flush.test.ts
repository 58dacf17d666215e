import {
  type FloatType,
  type PlainStep,
  type Step,
  sizeOf,
  type TypedArray,
} from "@metrigrad/tensor";
import test from "tape";
import { backends, TestPlan } from "../support/steps.ts";

const label = "";

/** Numbers of which products and averages are denormal: √tiny, the same inverted, near the smallest, and tiny. */
interface Small {
  readonly root: number;
  readonly near: readonly number[];
  readonly tiny: number;
}
const small: Readonly<Record<FloatType, Small>> = {
  f32: { root: 1e-20, near: [1e-38, 3e-38], tiny: 1e-40 },
  f64: { root: 1e-155, near: [2e-308, 6e-308], tiny: 1e-310 },
};
const smallest = { f32: 2 ** -126, f64: 2 ** -1022 };

/** Steps whose results are tiny in places, and what they are elsewhere, written into variables. */
function stepsOf(plan: TestPlan, { root, near, tiny }: Small): Record<string, Step> {
  const filled = (shape: readonly number[], ...values: readonly number[]) =>
    plan.view(shape, "f32", (at) => values[at % values.length] as number);
  const room = (shape: readonly number[], order: readonly number[] = shape.map((_, i) => i)) =>
    plan.view(shape, "f32", () => 0, { order });
  const diagonal = (size: number, value: number) =>
    plan.view([size, size], "f32", (at) => (at % (size + 1) === 0 ? value : 0));
  const [roots, none] = [filled([20, 20], root), filled([20, 20], 0)];
  const average = filled([20, 20], ...near);
  const weights = filled([15, 20], 1);
  const averages = filled([15, 20, 20], ...near);
  const shared = { ...none, shape: [15, 20, 20], strides: [0, 20, 1] };
  const gram = { kind: "gram", label, alpha: 1, beta: 0.5 } as const;
  return {
    product: { kind: "matmul", label, a: roots, b: roots, outputs: [room([20, 20])] },
    "product, transposed": {
      ...{ kind: "matmul", label, a: roots, b: roots },
      outputs: [room([20, 20], [1, 0])],
    },
    gram: { ...gram, x: roots, nu: null, base: null, output: room([20, 20]) },
    "running average": { ...gram, x: none, nu: null, base: average, output: average },
    "running averages": { ...gram, x: shared, nu: weights, base: averages, output: averages },
    cholesky: {
      ...{ kind: "cholesky", label, shift: null, used: null },
      a: plan.view([20, 20], "f32", (at) => (at % 21 === 0 ? 1 : tiny)),
      output: room([20, 20]),
    },
    triangularSolve: {
      ...{ kind: "triangularSolve", label, transpose: false },
      ...{ l: diagonal(20, 1 / root), rhs: roots, output: room([20, 20]) },
    },
    eigh: { kind: "eigh", label, a: diagonal(5, tiny), output: room([5, 5]), values: room([5]) },
  };
}

for (const float of ["f32", "f64"] as const) {
  test(`variables of ${float} keep no denormals, whatever kernel writes them`, async (t) => {
    const { all } = await backends();
    for (const name of Object.keys(stepsOf(new TestPlan(), small[float]))) {
      const found: string[] = [];
      for (const backend of all) {
        const plan = new TestPlan();
        const step = stepsOf(plan, small[float])[name] as PlainStep;
        const results = await plan.run(backend, [step], float);
        const outputs = "outputs" in step ? [...step.outputs] : [step.output];
        if ("values" in step && step.values !== null) outputs.push(step.values);
        for (const { buffer, shape } of outputs) {
          const values = [...(results[buffer] as TypedArray)].slice(0, sizeOf(shape));
          const denormal = values.find((x) => x !== 0 && Math.abs(x) < smallest[float]);
          if (denormal !== undefined) found.push(`${denormal} on ${backend.describe()}`);
        }
      }
      t.deepEqual(found, [], name);
    }
  });
}
