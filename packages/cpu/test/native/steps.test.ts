import type { Step } from "@metrigrad/tensor";
import test from "tape";
import { finished, finishKinds } from "../support/finished.ts";
import { compareNative, onNative } from "../support/native.ts";
import { Random } from "../support/random.ts";
import { type Layout, TestPlan } from "../support/steps.ts";

const transposed: Layout = { order: [1, 0], gap: 1 };
const wide: Layout = { gap: 3 };

test("native: products, every transpose, batches, broadcast operands", async (t) => {
  await onNative(t, async (backends) => {
    const random = new Random(81);
    const value = () => random.between(-1, 1);
    for (const [m, k, n] of [
      [50, 80, 33],
      [7, 130, 60],
    ] as const) {
      for (const left of [wide, transposed]) {
        for (const right of [wide, transposed]) {
          for (const layout of [wide, transposed]) {
            const plan = new TestPlan();
            const a = plan.view([m, k], "f32", value, left);
            const b = plan.view([k, n], "f32", value, right);
            const c = plan.view([m, n], "f32", value, layout);
            const step: Step = { kind: "matmul", label: "p", a, b, outputs: [c] };
            await compareNative(t, backends, plan, step, { absolute: 1e-4 }, `${m}×${k}×${n}`);
          }
        }
      }
    }
    const plan = new TestPlan();
    const a = plan.view([2, 5, 40, 30], "f32", value, { broadcast: [0] });
    const b = plan.view([2, 5, 30, 48], "f32", value, { broadcast: [1] });
    const c = plan.view([2, 5, 40, 48], "f32", value);
    const step: Step = { kind: "matmul", label: "p", a, b, outputs: [c] };
    await compareNative(t, backends, plan, step, { absolute: 1e-4 }, "a batch");
  });
});

test("native: products with epilogues, of rows, columns and a batch", async (t) => {
  await onNative(t, async (backends) => {
    const random = new Random(89);
    const value = () => random.between(-1, 1);
    for (const [shape, layout] of [
      [[50, 33], wide],
      [[30, 90], transposed],
      [[4, 40, 48], {}],
    ] as const) {
      for (const kind of finishKinds) {
        const plan = new TestPlan();
        const [m, n] = shape.slice(-2) as [number, number];
        const lead = shape.slice(0, -2);
        const a = plan.view([...lead, m, 60], "f32", value);
        const b = plan.view([...lead, 60, n], "f32", value);
        const last = finished(plan, random, shape, kind, layout);
        const step: Step = { kind: "matmul", label: "p", a, b, ...last };
        const exact = { absolute: 1e-4, relative: 1e-4 };
        await compareNative(t, backends, plan, step, exact, `${kind} of ${shape}`);
      }
    }
  });
});

test("native: products that BLAS cannot read stay on our kernels", async (t) => {
  await onNative(t, async (backends) => {
    const random = new Random(82);
    const value = () => random.between(-1, 1);
    for (const layout of [{ reversed: [0] }, { reversed: [1] }, { broadcast: [0] }] as Layout[]) {
      const plan = new TestPlan();
      const a = plan.view([60, 50], "f32", value, layout);
      const b = plan.view([50, 40], "f32", value);
      const c = plan.view([60, 40], "f32", value);
      const step: Step = { kind: "matmul", label: "p", a, b, outputs: [c] };
      await compareNative(t, backends, plan, step, { absolute: 1e-4 }, JSON.stringify(layout));
    }
  });
});

test("native: solves by triangles that repeat, overlap or go backwards stay on our kernels", async (t) => {
  await onNative(t, async (backends) => {
    const random = new Random(84);
    const n = 100;
    // Wherever a view begins, its diagonal is one of the two of the buffer.
    const entry = (at: number) => {
      const [row, column] = [Math.floor(at / n), at % n];
      return row === column || row + column === n - 1 ? 2 : 0.01 * random.between(-1, 1);
    };
    const layouts: readonly (Layout & { readonly fill?: number })[] = [
      { reversed: [0] },
      { reversed: [1] },
      { reversed: [0, 1] },
      { broadcast: [0], fill: 1 },
      { broadcast: [1], fill: 1 },
    ];
    for (const { fill, ...layout } of layouts) {
      for (const transpose of [false, true]) {
        const plan = new TestPlan();
        const value = fill === undefined ? entry : () => 0.9 + 0.1 * random.between(0, 1);
        const l = plan.view([n, n], "f32", value, layout);
        const rhs = plan.view([n, 40], "f32", () => random.between(-1, 1));
        const output = plan.view([n, 40], "f32", () => 0);
        const step: Step = { kind: "triangularSolve", label: "s", l, rhs, transpose, output };
        const name = `${JSON.stringify(layout)}, transposed ${transpose}`;
        await compareNative(t, backends, plan, step, { absolute: 1e-3 }, name);
      }
    }
  });
});

test("native: gram with weights of any sign, base, factors, layouts", async (t) => {
  await onNative(t, async (backends) => {
    const random = new Random(83);
    const value = () => random.between(-1, 1);
    for (const [batch, n, d] of [
      [[], 60, 40],
      [[], 45, 130],
      [[3], 40, 33],
    ] as const) {
      for (const weighted of ["none", "positive", "both signs"]) {
        for (const from of ["none", "output", "other"] as const) {
          const plan = new TestPlan();
          const axes = batch.length;
          const order = [...batch.map((_, at) => at), axes + 1, axes];
          const layout = random.pick([{ order, gap: 2 }, { gap: 2 }]);
          const x = plan.view([...batch, n, d], "f32", value, layout);
          const weight = weighted === "positive" ? () => random.next() : value;
          const nu = weighted === "none" ? null : plan.view([...batch, n], "f32", weight);
          const square = [...batch, d, d];
          const output = plan.view(square, "f32", () => 0.5, random.pick([{ gap: 2 }, { order }]));
          const other = plan.view(square, "f32", () => -0.25);
          const base = { none: null, output, other }[from];
          const [alpha, beta] = [random.pick([1, 0.25]), random.pick([1, 0.9])];
          const step = { kind: "gram", label: "k", x, nu, base, alpha, beta, output } as const;
          const name = `[${batch}] n ${n}, d ${d}, ν ${weighted}, base ${from}`;
          await compareNative(t, backends, plan, step, { absolute: 2e-5 }, name);
        }
      }
    }
  });
});

test("native: many grams of the same rows", async (t) => {
  await onNative(t, async (backends) => {
    const random = new Random(88);
    const value = () => random.between(-1, 1);
    for (const [matrices, n, d] of [
      [40, 30, 66],
      [20, 140, 65],
    ] as const) {
      for (const based of [false, true]) {
        const plan = new TestPlan();
        const x = plan.view([matrices, n, d], "f32", value, { broadcast: [0], gap: 1 });
        const order = random.pick([
          [0, 1],
          [1, 0],
        ]);
        const nu = plan.view([matrices, n], "f32", value, { order });
        const output = plan.view([matrices, d, d], "f32", () => 1, { gap: 2 });
        const base = based ? output : null;
        const step = {
          ...({ kind: "gram", label: "k", x, nu, base, alpha: 1 / n, beta: 0.9, output } as const),
        };
        const name = `${matrices} matrices, n ${n}, d ${d}, base ${based}`;
        await compareNative(t, backends, plan, step, { absolute: 1e-5 }, name);
      }
    }
  });
});

test("native: factors, of batches and of one matrix in parts, and what needs a larger λ", async (t) => {
  await onNative(t, async (backends) => {
    const random = new Random(84);
    for (const [batch, d, corner] of [
      [[], 33, 0],
      [[2, 2], 40, 0],
      [[2], 150, 0],
      [[], 140, -1e-3],
      [[], 140, Number.NaN],
      [[], 140, Number.POSITIVE_INFINITY],
    ] as const) {
      const plan = new TestPlan();
      const a = plan.view([...batch, d, d], "f32", () => random.between(-0.3, 0.3) / d, wide);
      const data = plan.buffers[a.buffer]?.data as Float32Array;
      const [row] = a.strides.slice(-2) as [number];
      const size = batch.reduce((product, length) => product * length, 1);
      for (let matrix = 0; matrix < size; matrix++) {
        const from = matrix * (batch.length === 0 ? 0 : (a.strides[batch.length - 1] as number));
        for (let i = 0; i < d; i++) data[from + i * (row + 1)] = 1 + random.next();
      }
      // The last row and column but one are zero, so that one pivot fails.
      if (corner !== 0) {
        for (let i = 0; i < d; i++) {
          data[(d - 2) * row + i] = 0;
          data[i * row + d - 2] = 0;
        }
        data[(d - 2) * (row + 1)] = corner;
      }
      const shift = plan.view(batch, "f32", () => (corner === 0 ? random.next() : 2e-4));
      const order = [...batch.map((_, i) => i), batch.length + 1, batch.length];
      const layout = random.pick([{}, { order }, wide]);
      const output = plan.view([...batch, d, d], "f32", () => 1, layout);
      const used = plan.view(batch, "f32", () => 1);
      const step = { kind: "cholesky", label: "l", a, shift, output, used } as const;
      const tolerance = { relative: 1e-3, absolute: 2e-5 };
      await compareNative(t, backends, plan, step, tolerance, `[${batch}] d ${d}, ${corner}`);
    }
  });
});

test("native: solves with L and L', by rows and by columns, batches", async (t) => {
  await onNative(t, async (backends) => {
    const random = new Random(85);
    for (const [batch, d, cols] of [
      [[], 130, 50],
      [[], 60, 33],
      [[3], 40, 20],
    ] as const) {
      for (const transpose of [false, true]) {
        for (const turned of [false, true]) {
          const plan = new TestPlan();
          const axes = batch.length;
          const order = [...batch.map((_, at) => at), axes + 1, axes];
          const layout = turned ? { order, gap: 1 } : { gap: 1 };
          const l = plan.view(
            [...batch, d, d],
            "f32",
            (at) => (at % 7 === 3 ? 5 : random.between(-0.5, 0.5)) / d,
            layout,
          );
          const data = plan.buffers[l.buffer]?.data as Float32Array;
          const [row, col] = l.strides.slice(-2) as [number, number];
          const step0 = axes === 0 ? 0 : (l.strides[0] as number);
          for (let matrix = 0; matrix < (batch[0] ?? 1); matrix++) {
            for (let i = 0; i < d; i++) data[matrix * step0 + i * (row + col)] = 1 + random.next();
          }
          const rhs = plan.view([...batch, d, cols], "f32", () => random.between(-1, 1));
          const output = random.pick([rhs, plan.view([...batch, d, cols], "f32", () => 1, wide)]);
          const step = { kind: "triangularSolve", label: "s", l, rhs, transpose, output } as const;
          const name = `[${batch}] d ${d}, ${cols} columns, ${transpose}, ${turned}`;
          await compareNative(t, backends, plan, step, { absolute: 1e-5 }, name);
        }
      }
    }
  });
});

test("native: eigenvectors and what is not finite", async (t) => {
  await onNative(t, async (backends) => {
    const random = new Random(86);
    for (const [batch, d, odd] of [
      [[], 40, false],
      [[2], 101, false],
      [[], 100, true],
    ] as const) {
      const plan = new TestPlan();
      const a = plan.view([...batch, d, d], "f32", () => random.between(-0.2, 0.2));
      const data = plan.buffers[a.buffer]?.data as Float32Array;
      for (let at = 0; at + d * d <= data.length; at += d * d) {
        for (let i = 0; i < d; i++) data[at + i * (d + 1)] = i - d / 3;
      }
      if (odd) data[d] = Number.NaN;
      const order = [...batch.map((_, i) => i), batch.length + 1, batch.length];
      const output = plan.view([...batch, d, d], "f32", () => 1, random.pick([{}, { order }]));
      const values = random.pick([plan.view([...batch, d], "f32", () => 1, { gap: 2 }), null]);
      const step = { kind: "eigh", label: "v", a, output, values } as const;
      const tolerance = { relative: 2e-5, absolute: 4e-5 };
      await compareNative(t, backends, plan, step, tolerance, `[${batch}] d ${d}, ${odd}`);
    }
  });
});
