import { byKind, partsOf, type Step, type StepTable, type View } from "metrigrad";
import { median } from "../measure.ts";
import type { Profile } from "../ours/profiled.ts";
import { type Result, resultOf } from "../result.ts";

/** Steps of plans that take less than this share of their run are one row. */
const least = 0.015;

/** What some steps of a plan take and do. */
interface Work {
  readonly steps: number;
  readonly seconds: number;
  /** NaN where it is not made of products. */
  readonly flops: number;
  readonly bytes: number;
}

/** The rows of a program: time, share, arithmetic and memory rates. Steps of the same kind and shapes are one row. */
export function rowsOf(program: string, { plan, samples }: Profile): Result[] {
  const groups = new Map<string, Work>();
  plan.steps.forEach((step, at) => {
    const name = shapesOf(step);
    const before = groups.get(name) ?? { steps: 0, seconds: 0, flops: 0, bytes: 0 };
    groups.set(name, {
      steps: before.steps + 1,
      seconds: before.seconds + median(samples.map((sample) => sample[at] as number)),
      flops: before.flops + flops(step),
      bytes: before.bytes + bytesOf(step),
    });
  });
  const all = sum([...groups.values()]);
  const isLong = ({ seconds }: Work) => seconds >= least * all.seconds;
  const long = [...groups].filter(([, work]) => isLong(work));
  const short = sum([...groups.values()].filter((work) => !isLong(work)));
  const named = long.map(([name, work]) => {
    return [work.steps > 1 ? `${work.steps} × ${name}` : name, work] as const;
  });
  const others = [`${short.steps} shorter steps`, short] as const;
  return [...named, others, [`all ${all.steps} steps`, all] as const].flatMap(([name, work]) =>
    cells(`${program}: ${name}`, work, all.seconds),
  );
}

function sum(works: readonly Work[]): Work {
  const total = (key: keyof Work) => works.reduce((before, work) => before + work[key], 0);
  const [steps, seconds] = [total("steps"), total("seconds")];
  return { steps, seconds, flops: Number.NaN, bytes: Number.NaN };
}

/** A row of the table; a share is of the program. */
function cells(row: string, { seconds, flops, bytes }: Work, whole: number): Result[] {
  const cell = (column: string, unit: string, ours: number, better: "higher" | "lower") =>
    resultOf({
      ...{ suite: "profile", case: `${row}: ${column}`, unit, better, ours, peers: {} },
      cell: { row, column },
    });
  return [
    cell("time", "µs", seconds * 1e6, "lower"),
    cell("share", "%", (100 * seconds) / whole, "lower"),
    cell("arithmetic", "GFLOP/s", flops / seconds / 1e9, "higher"),
    cell("memory", "GB/s", bytes / seconds / 1e9, "higher"),
  ];
}

const sizeOf = (shape: readonly number[]) => shape.reduce((total, size) => total * size, 1);

/** Additions and multiplications, of a symmetric result once; NaN for what is not made of products. */
function flops(step: Step): number {
  const none = () => Number.NaN;
  const table: StepTable<number> = {
    loop: ({ turns, body }) => {
      const each = body.map(flops).filter((count) => !Number.isNaN(count));
      return each.length === 0 ? Number.NaN : turns * each.reduce((sum, count) => sum + count, 0);
    },
    matmul: ({ a, b, groups = { rows: 1, inner: 1 } }) => {
      const rows = a.shape.slice(-groups.rows - groups.inner, -groups.inner);
      return 2 * sizeOf(b.shape) * sizeOf(rows);
    },
    convolve: ({ a, b, shift }) => 2 * sizeOf(a.shape) * sizeOf(b.shape.slice(-shift.length)),
    gram: ({ x, output }) => {
      const [n, d] = x.shape.slice(-2) as [number, number];
      return sizeOf(output.shape.slice(0, -2)) * d * (d + 1) * n;
    },
    cholesky: ({ a }) => (sizeOf(a.shape) * (a.shape.at(-1) as number)) / 3,
    triangularSolve: ({ l, rhs }) => sizeOf(rhs.shape) * (l.shape.at(-1) as number),
    ...{ map: none, reduce: none, rows: none, argReduce: none, gather: none },
    ...{ scatterAdd: none, copy: none, random: none, eigh: none, sort: none },
  };
  return byKind(table, step);
}

/** What it reads and writes in four-byte lanes, each element once. */
function bytesOf(step: Step): number {
  if (step.kind === "loop") {
    return step.turns * step.body.reduce((total, inner) => total + bytesOf(inner), 0);
  }
  const { inputs, outputs } = partsOf(step);
  // A gather reads as much of its source as it writes.
  const read = step.kind === "gather" ? outputs : inputs;
  const lanes = ({ shape, strides }: View) =>
    sizeOf(shape.filter((_, axis) => strides[axis] !== 0));
  return 4 * [...read, ...outputs].reduce((total, { view }) => total + lanes(view), 0);
}

/** Its kind and the shapes of what it reads and writes: "gram 50×785 → 785×785". */
function shapesOf(step: Step): string {
  if (step.kind === "loop") return `loop ${step.turns}× ${step.body.map(shapesOf).join("; ")}`;
  const { inputs, outputs } = partsOf(step);
  const show = (views: readonly { readonly view: View }[]) =>
    views.map(({ view }) => view.shape.join("×") || "1").join(", ");
  return `${step.kind} ${show(inputs)} → ${show(outputs)}`;
}
