import type { Step, TriangularSolveStep } from "@metrigrad/tensor";
import test from "tape";
import { onWebGpu } from "../support/adapter.ts";
import { TestPlan, wave } from "../support/plans.ts";

interface System {
  readonly batch?: readonly number[];
  readonly d: number;
  readonly columns: number;
  readonly transpose?: boolean;
  /** Whether columns of the triangle lie side by side in memory. */
  readonly byColumn?: boolean;
  readonly inPlace?: boolean;
  readonly when?: number;
  /** A value in the triangle that is not read: above the diagonal. */
  readonly value?: (i: number, j: number) => number;
}

/** Elements that keep the solution near the right-hand side; above the diagonal lies NaN, which nobody may read. */
const usual = (d: number) => (i: number, j: number) => {
  if (j > i) return Number.NaN;
  return i === j ? 1.5 + 0.5 * wave(i) : wave(3 * i + 7 * j) / Math.sqrt(d);
};

function solveStep(plan: TestPlan, system: System): TriangularSolveStep {
  const { batch = [], d, columns, transpose = false, byColumn = false } = system;
  const value = system.value ?? usual(d);
  const shape = [...batch, d, d];
  const lead = batch.map((_, axis) => axis);
  const order = [...lead, ...(byColumn ? [1, 0] : [0, 1]).map((axis) => axis + lead.length)];
  const l = plan.view(
    shape,
    "f32",
    (at) => {
      const inside = (at - 2) % (d * d);
      const [slow, fast] = [Math.floor(inside / d), inside % d];
      return byColumn ? value(fast, slow) : value(slow, fast);
    },
    order,
  );
  const rhs = plan.view([...batch, d, columns], "f32", undefined, byColumn ? order : undefined);
  const output = system.inPlace ? rhs : plan.view([...batch, d, columns]);
  const step = { kind: "triangularSolve", label: "", l, rhs, transpose, output } as const;
  if (system.when === undefined) return step;
  const on = system.when;
  const when = { ...plan.view([1], "bool", () => on), shape: [], strides: [] };
  return { ...step, when };
}

const show = (system: System) => JSON.stringify(system);

test("webgpu: triangular systems of every size, orientation and number of right-hand sides", async (t) => {
  await onWebGpu(t, async (backend) => {
    const systems: readonly System[] = [
      { d: 1, columns: 1 },
      { d: 3, columns: 9, transpose: true },
      ...[31, 32, 33].flatMap((d) => [
        { d, columns: 1 },
        { d, columns: 9, transpose: true },
      ]),
      { batch: [2, 3], d: 70, columns: 1, transpose: true, inPlace: true },
      { batch: [3], d: 70, columns: 8, byColumn: true },
      { d: 64, columns: 33 },
      { d: 161, columns: 12 },
      { batch: [2], d: 161, columns: 40, transpose: true, byColumn: true, inPlace: true },
      { d: 300, columns: 1, byColumn: true, transpose: true },
    ];
    for (const system of systems) {
      const plan = new TestPlan();
      const error = await plan.difference(backend, [solveStep(plan, system)]);
      t.ok(error < 5e-5, `${show(system)}: ${error}`);
    }
  });
});

test("webgpu: a large system is solved by many workgroups", async (t) => {
  await onWebGpu(t, async (backend) => {
    for (const [system, dispatches] of [
      [{ d: 1024, columns: 1 }, 1],
      [{ d: 1025, columns: 1, transpose: true, inPlace: true }, 9],
      [{ d: 1153, columns: 2, byColumn: true }, 10],
      [{ d: 129, columns: 9 }, 5],
    ] as const) {
      const plan = new TestPlan();
      const error = await plan.difference(backend, [solveStep(plan, system)]);
      t.ok(error < 5e-5, `${show(system)}: ${error}`);
      t.equal(plan.dispatches, dispatches);
    }
  });
});

test("webgpu: a solve is skipped as a whole, and shares its dispatches", async (t) => {
  await onWebGpu(t, async (backend) => {
    for (const when of [0, 1]) {
      for (const columns of [1, 9]) {
        const plan = new TestPlan();
        const steps: Step[] = [
          solveStep(plan, { d: 65, columns, when }),
          solveStep(plan, { d: 65, columns, transpose: true }),
          solveStep(plan, { d: 40, columns, when, inPlace: true }),
        ];
        const error = await plan.difference(backend, steps, true);
        t.ok(error < 5e-5, `${columns} columns, when ${when}: ${error}`);
      }
    }
  });
});

test("webgpu: zeros on the diagonal and values that are not finite pass as on the host", async (t) => {
  await onWebGpu(t, async (backend) => {
    const special = (row: number, with_: number) => (i: number, j: number) =>
      i === row && j === row ? with_ : usual(70)(i, j);
    for (const value of [special(40, 0), special(3, Number.NaN), special(69, 0)]) {
      for (const columns of [1, 9]) {
        const plan = new TestPlan();
        const error = await plan.difference(backend, [solveStep(plan, { d: 70, columns, value })]);
        t.ok(error < 5e-5, `${columns} columns: ${error}`);
      }
    }
  });
});
