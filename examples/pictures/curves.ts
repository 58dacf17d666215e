/** Pictures of lines and points: what models foretell beside what is right. */
import {
  applyModel,
  type Coordinates,
  cpu,
  evaluate,
  type GaussianStatistics,
  type Module,
  type Node,
  predict,
  type Store,
  type Tensor,
} from "metrigrad";
import * as conjugate from "../conjugate/conjugate.ts";
import { curve } from "../conjugate/curve.ts";
import * as continual from "../continual/continual.ts";
import * as multitask from "../multitask/multitask.ts";
import { turnedDigits } from "../multitask/turnedDigits.ts";
import * as neuralOde from "../neural-ode/neural-ode.ts";
import { paths } from "../neural-ode/paths.ts";
import * as regression from "../regression/regression.ts";
import { colours } from "./colours.ts";
import { fill, mixed, type Raster } from "./raster.ts";
import { disc, square } from "./shapes.ts";
import { type Picture, pictureOf } from "./trained.ts";
import { line, mark, placed, type Span, sheet, wholeView } from "./view.ts";

/** Estimates over right values, [rows, 1] each, beside the line on which they would be the same. */
function scatter(right: Tensor, guess: Tensor, span: Span): Raster {
  const view = wholeView(span, span, 200);
  const on = sheet(view);
  line(
    on,
    view,
    span.map((value) => [value, value]),
    colours.grey,
    1.5,
  );
  const guesses = guess.data();
  const points = Array.from(right.data(), (value, row) => [value, guesses[row] as number]);
  mark(on, view, points.slice(0, 300), (at) => disc(at, 2), colours.blue);
  return on;
}

/** The mean of a curve under q, with two standard deviations on either side, over the data. */
async function posterior(
  store: Store,
  q: Module<readonly [], Coordinates<GaussianStatistics>>,
): Promise<Raster> {
  const { mean, covariance } = conjugate.family.toMoments(applyModel(q, []).output);
  const found = await evaluate({ mean, covariance }, { store });
  const [m, S] = [[...found.mean.data()], found.covariance.toArray() as number[][]];
  const view = wholeView([0, 1], [-0.9, 1.8], 240, 170);
  const on = sheet(view);
  const along = Array.from({ length: on.width }, (_, column) => {
    const at = (column + 0.5) / on.width;
    const features = m.map((_, k) => Math.cos(Math.PI * k * at));
    const dot = (row: readonly number[]) =>
      row.reduce((sum, value, k) => sum + value * (features[k] as number), 0);
    return { at, middle: dot(m), spread: 2 * Math.sqrt(dot(S.map(dot))) };
  });
  const band = mixed(colours.white, colours.sky, 0.6);
  for (const [left, { at, middle, spread }] of along.entries()) {
    const [top, bottom] = [middle + spread, middle - spread].map((y) => placed(view, [at, y])[1]);
    const [from, to] = [Math.round(top as number), Math.round(bottom as number)];
    fill(on, { left, top: from, width: 1, height: to - from }, () => band);
  }
  const middles = along.map(({ at, middle }) => [at, middle]);
  line(on, view, middles, colours.blue);
  const { x, y } = curve({ rows: 60, seed: 1 }, m.length);
  // The second feature of a place is cos πx.
  const points = y.map((value, row) => [Math.acos(x[row]?.[1] as number) / Math.PI, value]);
  mark(on, view, points, (at) => disc(at, 2), colours.dark);
  return on;
}

/** Pictures of lines and points by the name of their example. */
export const curves: Readonly<Record<string, Picture>> = {
  regression: pictureOf(regression, async (store, model: Module<Node, Node>) => {
    const { valid } = regression.tables(1, 1);
    return scatter(valid.targets, await predict(model, store, valid.inputs), [-1.5, 2.2]);
  }),
  multitask: pictureOf(multitask, async (store, model: ReturnType<typeof multitask.twoTasks>) => {
    const { valid } = await turnedDigits({ rows: 10_000, seed: 1 });
    const { angle } = await predict(model, store, valid.inputs);
    return scatter(valid.targets.angle.value, angle, [-1.1, 1.1]);
  }),
  "neural-ode": pictureOf(neuralOde, async (store, field: Module<Node, Node>) => {
    const times = Array.from({ length: 61 }, (_, at) => at / 10);
    const { inputs, targets } = paths({ rows: 4, times, noise: 0, seed: 4 }).train;
    const guess = await predict(neuralOde.followed(field, times), store, inputs);
    const view = wholeView([0.2, 2.1], [0.2, 2.1], 220);
    const on = sheet(view);
    const found = guess.toArray() as number[][][];
    for (const [row, path] of (targets.toArray() as number[][][]).entries()) {
      line(on, view, path, colours.light, 6);
      const dots = (found[row] as number[][]).filter((_, at) => at % 2 === 0);
      mark(on, view, dots, (at) => disc(at, 1.6), colours.vermilion);
      mark(on, view, path.slice(0, 1), (at) => square(at, 3.5), colours.blue);
    }
    return on;
  }),
  conjugate: pictureOf(conjugate, posterior, { float: "f64" }),
  continual: async () => {
    const backend = await cpu();
    const optimizer = continual.optimizers.rngd;
    const report = await continual.train({ size: 1, optimizer, backend, seed: 1 });
    await backend.close();
    const view = wholeView([0, 3], [0, 1], 200, 150);
    const on = sheet(view);
    const learned = report["first task, learned"];
    line(
      on,
      view,
      [0, 3].map((at) => [at, learned]),
      colours.grey,
      1.5,
    );
    const bars = [
      [learned, colours.grey],
      [report["first task after the second"], colours.vermilion],
      [report["first task after the second, kept"], colours.blue],
    ] as const;
    for (const [k, [share, colour]] of bars.entries()) {
      const [left, top] = placed(view, [k + 0.15, share]).map(Math.round) as [number, number];
      fill(on, { left, top, width: 46, height: 150 - top }, () => colour);
    }
    return on;
  },
};
