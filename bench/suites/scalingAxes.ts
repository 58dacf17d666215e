import { type Backend, cholesky, choleskySolve, gram } from "metrigrad";
import type { Contestant } from "../contestant.ts";
import { uniformValues } from "../data.ts";
import { stepProblem } from "../network.ts";
import { held, programContestant } from "../ours/program.ts";
import { step } from "../ours/step.ts";

/** A quantity that a step grows with. */
export interface ScalingAxis {
  readonly name: string;
  readonly title: string;
  readonly values: readonly number[];
  /** Multiply-adds of a step, up to a factor. */
  readonly work: (value: number) => number;
  readonly make: (backend: Backend, value: number) => Promise<Contestant>;
}

/** One measured value. */
export interface Point {
  readonly value: number;
  readonly work: number;
  readonly seconds: number;
}

/** Rows that a block is assembled from. */
const rows = 500;

export const axes: readonly ScalingAxis[] = [
  network("width", "width of 3 hidden layers, batch 50", [80, 160, 320, 640, 1280, 2048], (w) => ({
    widths: [784, w, w, w, 10],
  })),
  network("depth", "hidden layers of width 80, batch 50", [3, 6, 12, 24], (depth) => ({
    widths: [784, ...Array.from({ length: depth }, () => 80), 10],
  })),
  network("batch", "rows of a batch, 784-80-80-80-10", [16, 64, 256, 1024, 4096], (batch) => ({
    widths: [784, 80, 80, 80, 10],
    batch,
  })),
  {
    name: "d",
    title: `d of a block: gram of ${rows} rows, factor, solve`,
    values: [81, 161, 321, 641, 785, 1281],
    work: (d) => (rows * d * d) / 2 + d ** 3 / 6 + d * d,
    make: (backend, d) => {
      const x = held("x", [rows, d], uniformValues(rows * d, 3));
      const nu = held("nu", [rows], uniformValues(rows, 4, 0, 1));
      const factor = cholesky(gram(x, { nu, alpha: 1 / rows }), { shift: 0.1 });
      const solved = choleskySolve(factor, held("b", [d, 1], uniformValues(d, 5)));
      return programContestant(backend, solved);
    },
  },
];

/** Steps of SGD of networks; a layer takes three products, the first one two. */
function network(
  name: string,
  title: string,
  values: readonly number[],
  of: (value: number) => { readonly widths: readonly number[]; readonly batch?: number },
): ScalingAxis {
  return {
    name,
    title,
    values,
    work: (value) => {
      const { widths, batch = 50 } = of(value);
      const sizes = widths.slice(1).map((to, at) => (at === 0 ? 2 : 3) * to * (widths[at] ?? 1));
      return batch * sizes.reduce((sum, size) => sum + size, 0);
    },
    make: (backend, value) => {
      const { widths, batch = 50 } = of(value);
      return step(backend, stepProblem("sgd", widths, batch), "f32");
    },
  };
}

/** Growth of time by growth of arithmetic between neighbours, as an exponent, and where it is not 1. */
export function steepness(label: string, points: readonly Point[]): string {
  const slopes = points.slice(1).map((point, at) => {
    const before = points[at] as Point;
    const exponent = Math.log(point.seconds / before.seconds) / Math.log(point.work / before.work);
    return { from: before.value, to: point.value, exponent };
  });
  const list = slopes.map(({ from, to, exponent }) => `${from}–${to}: ${exponent.toFixed(2)}`);
  const low = slopes.findLast(({ exponent }) => exponent < 0.85);
  const high = slopes.find(({ exponent }) => exponent > 1.15);
  const verdict = [
    low === undefined ? "" : `below linear up to ${low.to}, where fixed costs count`,
    high === undefined ? "" : `above linear from ${high.from} on`,
  ].filter((text) => text !== "");
  return `${label}: exponents ${list.join(", ")}; ${verdict.join("; ") || "linear throughout"}`;
}
