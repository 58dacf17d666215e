import type { CholeskyStep } from "@metrigrad/tensor";
import test from "tape";
import { onWebGpu } from "../support/adapter.ts";
import { TestPlan, wave } from "../support/plans.ts";

interface Case {
  readonly d: number;
  readonly batch?: number;
  /** Whether columns of the matrices and of the factors lie side by side in memory. */
  readonly byColumn?: boolean;
  readonly shift?: number;
  /** Matrices that have a bad pivot at this row, without a shift. */
  readonly bad?: readonly (readonly [matrix: number, row: number])[];
  readonly when?: number;
}

/** A step on matrices near d·1, whose upper triangles are NaN; `bad` rows have a negative element on the diagonal. */
function stepOf(plan: TestPlan, one: Case): CholeskyStep {
  const { d, batch = 1, byColumn = false, bad = [] } = one;
  const order = byColumn ? [0, 2, 1] : [0, 1, 2];
  const element = (at: number) => {
    const [matrix, inside] = [Math.floor((at - 2) / d ** 2), (at - 2) % d ** 2];
    const [slow, fast] = [Math.floor(inside / d), inside % d];
    const [i, j] = byColumn ? [fast, slow] : [slow, fast];
    if (j > i) return Number.NaN;
    if (i !== j) return wave(i * j + 3 * i + matrix) / Math.sqrt(d);
    return bad.some(([m, row]) => m === matrix && row === i) ? -0.01 : 2 + wave(i);
  };
  const shape = [batch, d, d];
  const [a, output] = [
    plan.view(shape, "f32", element, order),
    plan.view(shape, "f32", wave, order),
  ];
  const shift =
    one.shift === undefined ? null : plan.view([batch], "f32", () => one.shift as number);
  const used = plan.view([batch]);
  const step = { kind: "cholesky", label: "", a, shift, output, used } as const;
  const on = one.when;
  if (on === undefined) return step;
  const when = { ...plan.view([1], "bool", () => on), shape: [], strides: [] };
  return { ...step, when };
}

test("webgpu: factors of every size, in one panel and in several", async (t) => {
  await onWebGpu(t, async (backend) => {
    const cases: readonly Case[] = [
      ...[1, 31, 32, 33].map((d) => ({ d })),
      ...[33, 129, 256, 257, 385].map((d) => ({ d, batch: 2, shift: 0.5 })),
      { d: 289, shift: 2, byColumn: true },
      { d: 260, batch: 2, shift: 0.5, when: 0 },
      { d: 260, batch: 2, shift: 0.5, when: 1 },
    ];
    for (const one of cases) {
      const plan = new TestPlan();
      const error = await plan.difference(backend, [stepOf(plan, one)]);
      t.ok(error < 1e-5, `${JSON.stringify(one)}: ${error}`);
      const products = one.d > 256 ? Math.ceil(one.d / 128) - 1 : 0;
      // Large matrices with a bad pivot have a dispatch for each of six attempts.
      const attempts = one.d > 256 ? 6 : 1;
      t.equal(plan.dispatches, 1 + Math.ceil(one.d / 32) + products + attempts);
    }
  });
});

test("webgpu: matrices with a bad pivot in any panel are repeated with a larger shift", async (t) => {
  await onWebGpu(t, async (backend) => {
    // A shift of 0.02 fails, 0.2 is enough.
    const cases: readonly Case[] = [
      {
        d: 261,
        batch: 3,
        shift: 1e-3,
        bad: [
          [0, 140],
          [2, 3],
        ],
      },
      { d: 270, batch: 2, shift: 1e-3, bad: [[1, 265]], byColumn: true },
      // The last of 4 panels writes the other word than the last of 9.
      ...[5, 40, 70, 99].map((row) => ({
        d: 100,
        batch: 2,
        shift: 1e-3,
        bad: [[1, row]] as const,
      })),
    ];
    for (const one of cases) {
      const plan = new TestPlan();
      const error = await plan.difference(backend, [stepOf(plan, one)]);
      t.ok(error < 1e-4, `${JSON.stringify(one)}: ${error}`);
    }
  });
});

test("webgpu: many small factors need scratch for a shift and a state each", async (t) => {
  await onWebGpu(
    t,
    async (backend) => {
      const plan = new TestPlan();
      const error = await plan.difference(backend, [
        stepOf(plan, { d: 2, batch: 600, shift: 0.5 }),
      ]);
      t.ok(error < 1e-5, `${error}`);
    },
    { bindingBytes: 2 ** 17 },
  );
});
