import { type EighStep, reference } from "@metrigrad/tensor";
import test from "tape";
import type { GpuBackend } from "../../src/options.ts";
import { lowerStep } from "../../src/step/table.ts";
import { Page } from "../../src/webgpu/page.ts";
import { onWebGpu } from "../support/adapter.ts";
import { TestPlan, wave } from "../support/plans.ts";

type Element = (i: number, j: number, batch: number) => number;

interface Case {
  readonly name: string;
  readonly d: number;
  readonly batch?: number;
  /** Elements of the lower triangle. Above it lies NaN, which nobody may read. */
  readonly value: Element;
  /** Whether columns of the matrices and of the vectors lie side by side in memory. */
  readonly byColumn?: boolean;
  readonly when?: number;
}

/** A plan with a decomposition. */
function planOf(
  { d, batch = 1, value, byColumn = false, when: on }: Case,
  plan: TestPlan = new TestPlan(),
) {
  const order = byColumn ? [0, 2, 1] : [0, 1, 2];
  const shape = [batch, d, d];
  const element = (at: number) => {
    const [matrix, inside] = [Math.floor((at - 2) / d ** 2), (at - 2) % d ** 2];
    const [slow, fast] = [Math.floor(inside / d), inside % d];
    const [i, j] = byColumn ? [fast, slow] : [slow, fast];
    return j > i ? Number.NaN : value(i, j, matrix);
  };
  const a = plan.view(shape, "f32", element, order);
  const output = plan.view(shape, "f32", () => 7, order);
  const values = plan.view([batch, d], "f32", () => 7);
  const base = { kind: "eigh", label: "", a, output, values } as const;
  if (on === undefined) return { plan, step: base as EighStep };
  const when = { ...plan.view([1], "bool", () => on), shape: [], strides: [] };
  return { plan, step: { ...base, when } as EighStep };
}

const largest = (numbers: Iterable<number>) => Math.max(...Array.from(numbers, Math.abs));

/**
 * Checks AV = VΛ and V'V = 1 in doubles, relative to the largest value, and the order of values and signs. Returns the
 * values of the first matrix.
 */
async function check(one: Case, backend: GpuBackend) {
  const { d, batch = 1, value, byColumn = false } = one;
  const { plan, step } = planOf(one);
  const [, vectors = [], values = []] = await plan.run(backend, [step]);
  let [residual, apart, disorder] = [0, 0, 0];
  for (let m = 0; m < batch; m++) {
    const lambda = Array.from({ length: d }, (_, i) => Number(values[2 + m * d + i]));
    const v = Array.from({ length: d }, (_, column) =>
      Float64Array.from({ length: d }, (_, row) => {
        const inside = byColumn ? column * d + row : row * d + column;
        return Number(vectors[2 + m * d * d + inside]);
      }),
    );
    const a = Array.from({ length: d }, (_, i) =>
      Float64Array.from({ length: d }, (_, j) =>
        Math.fround(value(Math.max(i, j), Math.min(i, j), m)),
      ),
    );
    const dot = (x: Float64Array, y: Float64Array) =>
      x.reduce((sum, u, i) => sum + u * Number(y[i]), 0);
    const size = largest(lambda);
    v.forEach((x, j) => {
      const lambdaJ = Number(lambda[j]);
      const off = a.map((row, i) => dot(row, x) - lambdaJ * Number(x[i]));
      residual = Math.max(residual, largest(off) / size);
      apart = Math.max(apart, largest(v.map((y, k) => dot(x, y) - (j === k ? 1 : 0))));
      const most = largest(x);
      if (Number(x.find((u) => Math.abs(u) === most)) < 0) disorder++;
      if (j > 0 && lambdaJ < Number(lambda[j - 1])) disorder++;
      if (Number.isNaN(lambdaJ)) disorder++;
    });
  }
  return { residual, apart, disorder, values: Array.from(values.slice(2, 2 + d), Number), plan };
}

const random: Element = (i, j, m) => wave(17.3 * i + 5.1 * j * j + 3 * m);
/** A Gram matrix of k columns, whose rows are scaled. */
const gram =
  (k: number, scale: (i: number) => number = () => 1): Element =>
  (i, j) => {
    let sum = 0;
    for (let c = 0; c < k; c++) sum += wave(7.7 * i + 3.1 * c * c) * wave(7.7 * j + 3.1 * c * c);
    return sum * scale(i) * scale(j);
  };

test("webgpu: matrices of one workgroup and of blocks are decomposed", async (t) => {
  await onWebGpu(t, async (backend) => {
    const cases: readonly Case[] = [
      { name: "random", d: 64, value: random },
      { name: "random", d: 65, value: random },
      { name: "a stack, by columns", d: 96, batch: 3, value: random, byColumn: true },
      { name: "a Gram matrix", d: 97, value: gram(200) },
      { name: "of rank 5", d: 70, value: gram(5) },
      { name: "a multiple of 1", d: 70, value: (i, j) => (i === j ? 3 : 0) },
      { name: "ones", d: 70, value: () => 1 },
      { name: "zero", d: 70, value: () => 0 },
      {
        name: "scaled from 1e-6 to 1e6",
        d: 70,
        value: gram(200, (i) => 10 ** (-3 + 6 * (((i * 37) % 70) / 69))),
      },
    ];
    for (const one of cases) {
      const { residual, apart, disorder } = await check(one, backend);
      const what = `${one.name}, d = ${one.d}: AV − VΛ ${residual}, V'V − 1 ${apart}`;
      t.ok((residual < 2e-6 || one.name === "zero") && apart < 5e-6 && disorder === 0, what);
    }
  });
});

test("webgpu: small values beside large ones keep their digits", async (t) => {
  await onWebGpu(t, async (backend) => {
    // D(1 + E)D with a small E has values near those of D², each as certain as the elements are.
    const d = 70;
    const scale = (i: number) => 10 ** (-3 + (6 * ((i * 37) % d)) / (d - 1));
    const value: Element = (i, j) =>
      (i === j ? 1 : 0.05 * wave(i * i + 3 * j)) * scale(i) * scale(j);
    const { values } = await check({ name: "scaled", d, value }, backend);
    const { plan, step } = planOf({ name: "scaled", d, value });
    const host = await reference();
    const [, , expected = []] = await plan.run(host, [step]);
    await host.close();
    const off = values.map((x, i) => Math.abs(x / Number(expected[2 + i]) - 1));
    t.ok(Math.max(...off) < 2e-5, `relative to each value: ${Math.max(...off)}`);
    t.ok(Number(values[0]) < 1e-5 && Number(values[d - 1]) > 1e5);
  });
});

test("webgpu: known values of many axes, with pairs of equal ones", async (t) => {
  await onWebGpu(t, async (backend) => {
    // A circle of second differences has the values 2 − 2 cos(2πk/d), all but one or two of them twice.
    const d = 100;
    const value: Element = (i, j) => (i === j ? 2 : i - j === 1 || i - j === d - 1 ? -1 : 0);
    const { values, residual, apart, disorder, plan } = await check(
      { name: "", d, value },
      backend,
    );
    const expected = Array.from({ length: d }, (_, k) => 2 - 2 * Math.cos((2 * Math.PI * k) / d));
    expected.sort((x, y) => x - y);
    const off = largest(values.map((x, k) => x - Number(expected[k])));
    t.ok(off < 4e-6 && residual < 2e-6 && apart < 5e-6 && disorder === 0, `values off by ${off}`);
    // 4 pairs of blocks meet in 7 rounds of two dispatches, for 12 sweeps; three more begin and end.
    t.equal(plan.dispatches, 2 * 7 * 12 + 3);
  });
});

test("webgpu: matrices that are not finite are NaN alone, and skipped steps keep their outputs", async (t) => {
  await onWebGpu(t, async (backend) => {
    for (const [name, value] of [
      ["NaN", Number.NaN],
      ["infinite", Number.POSITIVE_INFINITY],
    ] as const) {
      const odd: Element = (i, j, m) => (m === 1 && i === 66 && j === 3 ? value : random(i, j, m));
      const { plan, step } = planOf({ name, d: 70, batch: 2, value: odd });
      const [, vectors = [], values = []] = await plan.run(backend, [step]);
      const matrices = [0, 1].map((m) => [
        ...vectors.slice(2 + m * 4900, 2 + (m + 1) * 4900),
        ...values.slice(2 + m * 70, 2 + (m + 1) * 70),
      ]);
      t.ok(matrices[0]?.every(Number.isFinite), `${name}: the other matrix is finite`);
      t.ok(matrices[1]?.every(Number.isNaN), `${name}: its own results are NaN`);
    }
    for (const when of [0, 1]) {
      const { plan, step } = planOf({ name: "", d: 70, value: random, when });
      const [, vectors = [], values = []] = await plan.run(backend, [step]);
      const kept = [...vectors.slice(2, 4902), ...values.slice(2, 72)].filter((x) => x === 7);
      t.equal(kept.length, when === 0 ? 4970 : 0, `when ${when}`);
    }
  });
});

test("webgpu: stacks that do not fit into scratch are decomposed in parts", async (t) => {
  const one: Case = { name: "", d: 70, batch: 3, value: random };
  let whole: readonly number[] = [];
  await onWebGpu(t, async (backend) => {
    const { plan, step } = planOf(one);
    const [, vectors = []] = await plan.run(backend, [step]);
    whole = Array.from(vectors, Number);
    t.equal(plan.dispatches, 2 * 5 * 12 + 3);
  });
  if (whole.length === 0) return;
  await onWebGpu(
    t,
    async (backend) => {
      const { plan, step } = planOf(one);
      const [, vectors = []] = await plan.run(backend, [step]);
      t.deepEqual(Array.from(vectors, Number), whole, "with the same bits");
      t.ok(Number(plan.dispatches) > 2 * 5 * 12 + 3, `${plan.dispatches} dispatches`);
    },
    { bindingBytes: 2 ** 17 },
  );
});

test("webgpu: decompositions of one size share their dispatches", async (t) => {
  await onWebGpu(t, async (backend) => {
    const cases: readonly Case[] = [
      { name: "", d: 70, value: random },
      { name: "", d: 70, value: gram(9) },
    ];
    const apart: number[] = [];
    for (const one of cases) {
      const { plan, step } = planOf(one);
      const [, vectors = []] = await plan.run(backend, [step]);
      apart.push(...Array.from(vectors, Number));
    }
    const plan = new TestPlan();
    const steps = cases.map((one) => planOf(one, plan).step);
    const [, first = [], , , second = []] = await plan.run(backend, steps, true);
    t.deepEqual([...first, ...second].map(Number), apart, "with the same bits");
    t.equal(plan.dispatches, 2 * 5 * 12 + 3, "as many as one has");
  });
});

/** Eigenvectors need no product. */
const noProduct = () => {
  throw new Error("no product");
};

test("eigh: thousands of dispatches have five texts", async (t) => {
  const view = (buffer: number, shape: readonly number[]) => {
    const strides = shape.map((_, axis) => (axis === shape.length - 1 ? 1 : 2048));
    return { buffer, shape, strides, offset: 0 };
  };
  const [a, output, values] = [view(0, [2048, 2048]), view(1, [2048, 2048]), view(2, [2048])];
  const page = new Page("of all buffers", 2 ** 26);
  const dispatches = lowerStep(
    { kind: "eigh", label: "", a, output, values },
    {
      spot: (buffer) => ({ page, offset: buffer * 2 ** 24 }),
      dtype: () => "f32",
      bytes: (buffer) => (buffer === 2 ? 2 ** 13 : 2 ** 24),
      ...{
        scratch: new Page("scratch"),
        scratchBytes: 2 ** 27,
        mostTerms: 2 ** 37,
        shapeOf: noProduct,
      },
    },
  );
  t.equal(dispatches.length, 2 * 127 * 12 + 3);
  t.equal(new Set(dispatches.map(({ source }) => source)).size, 5);
  const params = new Set(dispatches.map((one) => `${one.source.body.length} ${one.params}`));
  t.equal(params.size, dispatches.length, "which differ in their words");
});
