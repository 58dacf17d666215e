import type { Step, TypedArray, View } from "@metrigrad/tensor";
import test from "tape";
import { Random } from "../support/random.ts";
import { backends, compare, finer, TestPlan } from "../support/steps.ts";

/** Symmetric matrices with eigenvalues about 1 apart, whose vectors are well determined. */
function separated(plan: TestPlan, random: Random, batch: number[], d: number): View {
  const view = plan.view([...batch, d, d], "f32", () => random.between(-0.2, 0.2));
  const data = plan.buffers[view.buffer]?.data as Float32Array;
  for (let at = 0; d > 0 && at + d * d <= data.length; at += d * d) {
    for (let i = 0; i < d; i++) data[at + i * (d + 1)] = i - d / 3;
  }
  return view;
}

test("eigh: sizes, batches, layouts", async (t) => {
  const random = new Random(71);
  for (const d of [0, 1, 2, 3, 5, 8, 31, 64, 97]) {
    const batch = random.pick([[], [3], [2, 2]]);
    const plan = new TestPlan();
    const a = separated(plan, random, batch, d);
    const order = random.pick([
      undefined,
      [...batch.map((_, i) => i), batch.length + 1, batch.length],
    ]);
    const output = plan.view([...batch, d, d], "f32", () => 1, order ? { order } : {});
    const values = random.pick([
      plan.view([...batch, d], "f32", () => 1),
      plan.view([...batch, d], "f32", () => 1, { gap: 2 }),
      null,
    ]);
    const step = { kind: "eigh", label: "v", a, output, values } as const;
    await compare(t, plan, [step], { relative: 2e-5, absolute: 4e-5 }, `[${batch}] d ${d}`);
  }
});

test("eigh: very large, very small, diagonal, zero and odd matrices", async (t) => {
  const size = 3;
  for (const [name, entries] of [
    ["large", [3e30, 0, 0, 1e30, -2e30, 0, 5e29, 1e29, 9e30]],
    ["small", [3e-30, 0, 0, 1e-30, -2e-30, 0, 5e-31, 1e-31, 9e-30]],
    ["diagonal", [3, 0, 0, 0, -1, 0, 0, 0, 2]],
    ["zero", [0, 0, 0, 0, 0, 0, 0, 0, 0]],
    ["not a number", [1, 0, 0, Number.NaN, 1, 0, 0, 0, 1]],
    ["infinite", [1, 0, 0, 0, Number.POSITIVE_INFINITY, 0, 0, 0, 1]],
  ] as const) {
    const plan = new TestPlan();
    const a = plan.view([size, size], "f32", (at) => entries[at] ?? 0);
    const output = plan.view([size, size], "f32", () => 1);
    const values = plan.view([size], "f32", () => 1);
    const step = { kind: "eigh", label: "v", a, output, values } as const;
    await compare(t, plan, [step], { relative: 1e-5, absolute: 1e-6 }, name);
  }
});

/** XX'/rank for X [size, rank], without rounding; `dead` of its rows are zero. */
function lowRank(random: Random, size: number, rank: number, dead: number): number[] {
  const rows = Array.from({ length: rank * size }, (_, at) =>
    at % size < dead ? 0 : random.integer(0, 64) / 64,
  );
  return Array.from({ length: size * size }, (_, at) => {
    const [i, j] = [Math.floor(at / size), at % size];
    let sum = 0;
    for (let s = 0; s < rank; s++) {
      sum += (rows[s * size + i] as number) * (rows[s * size + j] as number);
    }
    return sum / rank;
  });
}

test("eigh: matrices of low rank, some with rows of zeros", async (t) => {
  const { all } = await backends();
  const [size, rank] = [256, 16];
  for (const dead of [0, 200]) {
    const plan = new TestPlan();
    const entries = lowRank(new Random(72), size, rank, dead);
    const a = plan.view([size, size], "f32", (at) => entries[at] ?? 0);
    const output = plan.view([size, size], "f32", () => 1);
    const values = plan.view([size], "f32", () => 1);
    const norm = Math.hypot(...entries);
    for (const [backend, float] of all.flatMap((one) => [
      [one, "f32"] as const,
      [one, "f64"] as const,
    ])) {
      const scale = float === "f32" ? 1 : finer;
      const step: Step = { kind: "eigh", label: "v", a, output, values };
      const buffers = await plan.run(backend, [step], float);
      const [, v, lambda] = buffers as [TypedArray, TypedArray, TypedArray];
      const at = (i: number, j: number) => v[i * size + j] as number;
      const [products, residuals]: [number[], number[]] = [[], []];
      for (let i = 0; i < size; i++) {
        for (let j = 0; j < size; j++) {
          let [product, image] = [0, 0];
          for (let k = 0; k < size; k++) {
            product += at(k, i) * at(k, j);
            image += (entries[i * size + k] as number) * at(k, j);
          }
          products.push(product - Number(i === j));
          residuals.push(image - at(i, j) * (lambda[j] as number));
        }
      }
      t.ok(
        Math.hypot(...products) < 1e-4 * scale * Math.sqrt(size),
        `V'V = I, ${dead} rows of zeros, ${float}, ${backend.describe()}`,
      );
      t.ok(Math.hypot(...residuals) < 1e-5 * scale * norm, "AV = VΛ");
      t.ok(
        Math.abs(lambda[size - rank - 1] as number) < 1e-5 * scale * norm,
        "as many zeros as the rank lacks",
      );
    }
  }
});
