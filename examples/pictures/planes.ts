/** Pictures of the plane: where points of a data set or of a model lie, and what a model says of every other place. */
import {
  type AppliedExtras,
  applyModel,
  constant,
  evaluate,
  type MixtureExtras,
  type Module,
  type Node,
  predict,
  tensor,
} from "metrigrad";
import * as bayesian from "../bayesian-last-layer/bayesian-last-layer.ts";
import { probability as underPosterior } from "../bayesian-last-layer/judged.ts";
import { lnDensity } from "../flow/density.ts";
import * as flow from "../flow/flow.ts";
import { mapOf } from "../flow/judged.ts";
import * as gan from "../gan/gan.ts";
import { noise, ring } from "../gan/ring.ts";
import * as gpclassifier from "../gpclassifier/gpclassifier.ts";
import { moons } from "../gpclassifier/moons.ts";
import { probability } from "../gpclassifier/quality.ts";
import * as mixtureOfExperts from "../mixture-of-experts/mixture-of-experts.ts";
import * as residual from "../residual/residual.ts";
import { spirals } from "../residual/spirals.ts";
import { colourScale, colours } from "./colours.ts";
import {
  type Colour,
  fill,
  heat,
  mixed,
  type Point,
  paint,
  type Raster,
  raster,
  whole,
} from "./raster.ts";
import { disc, outline, square, triangle } from "./shapes.ts";
import { type Picture, pictureOf } from "./trained.ts";
import { heatMap, line, mark, placed, pointsIn, sheet, type View, wholeView } from "./view.ts";

/** Shapes and colours of up to three classes. */
const marks = [
  { shape: disc, colour: colours.blue },
  { shape: (at: Point, size: number) => square(at, 0.87 * size), colour: colours.vermilion },
  { shape: (at: Point, size: number) => triangle(at, 1.33 * size), colour: colours.green },
] as const;

/** Marks points by their classes, 0, 1 and 2. */
function markClasses(
  on: Raster,
  view: View,
  points: readonly number[][],
  classOf: (row: number) => number,
  size = 3,
): void {
  for (const [k, { shape, colour }] of marks.entries()) {
    const own = points.filter((_, row) => classOf(row) === k);
    mark(on, view, own, (at) => shape(at, size), colour);
  }
}

/** Probabilities of a class as colours; one half is white. */
const chances = colourScale("diverging", [0, 1], 15);

/** Points of the two moons with their classes, 1 for those with label 1. */
function markMoons(on: Raster, view: View, rows: number, size?: number) {
  const { x, y } = moons({ rows, seed: 1 });
  const labels = y.data();
  const classOf = (row: number) => Number((labels[row] as number) > 0);
  markClasses(on, view, x.toArray() as number[][], classOf, size);
}

/** Colours where one class has most weight, paler where others have some too. */
function paintShares(on: Raster, shares: readonly number[][], palette: readonly Colour[]) {
  fill(on, whole(on), (column, row) => {
    const own = shares[row * on.width + column] as number[];
    const most = Math.max(...own);
    const share = Math.round(8 * most) / 8;
    return mixed(colours.white, palette[own.indexOf(most)] as Colour, 0.5 * share);
  });
}

/** Pictures of the plane by the name of their example. */
export const planes: Readonly<Record<string, Picture>> = {
  gan: pictureOf(gan, async (store, generator: Module<Node, Node>) => {
    const view = wholeView([-1.6, 1.6], [-1.6, 1.6], 220);
    const on = sheet(view);
    const drawn = await predict(generator, store, noise(400, 4, 1, 1e6));
    for (const point of ring(400, 1, 1e6).toArray() as number[][]) {
      paint(on, outline(disc(placed(view, point), 3.5), 1.2), colours.grey);
    }
    for (const point of drawn.toArray() as number[][]) {
      paint(on, disc(placed(view, point), 1.8), colours.vermilion);
    }
    return on;
  }),
  flow: pictureOf(flow, async (store, model: ReturnType<typeof flow.flow>) => {
    const view = wholeView([-2.4, 2.4], [-2, 2]);
    const { logs } = lnDensity(mapOf(model, store), constant(tensor(pointsIn(view))));
    const found = (await evaluate({ logs }, { store })).logs.data();
    const densities = Float64Array.from(found, Math.exp);
    const most = densities.reduce((a, b) => Math.max(a, b));
    const on = heatMap(view, densities, colourScale("sequential", [0, most]));
    const points = moons({ rows: 100, seed: 8 }).x.toArray() as number[][];
    mark(on, view, points, (at) => disc(at, 1.5), colours.vermilion);
    return on;
  }),
  "mixture-of-experts": pictureOf(
    mixtureOfExperts,
    async (store, model: ReturnType<typeof mixtureOfExperts.mixture>) => {
      const view = wholeView([-1, 1], [-1, 1], 200);
      const { extras } = applyModel(model, constant(tensor(pointsIn(view))));
      const { gates } = (extras[0] as AppliedExtras).values as unknown as MixtureExtras;
      const shares = (await evaluate(gates, { store })).toArray() as number[][];
      const on = sheet(view);
      paintShares(on, shares, [colours.blue, colours.orange, colours.green, colours.pink]);
      for (const [x, y] of [
        [1, 0],
        [0, 1],
      ] as const) {
        line(
          on,
          view,
          [
            [-x, -y],
            [x, y],
          ],
          colours.dark,
          1.5,
        );
      }
      return on;
    },
  ),
  residual: pictureOf(residual, async (store, model: Module<Node, Node>) => {
    const view = wholeView([-2.4, 2.4], [-2.4, 2.4], 220);
    const logits = (await predict(model, store, tensor(pointsIn(view)))).toArray() as number[][];
    const shares = logits.map((row) => {
      const weights = row.map((logit) => Math.exp(logit - Math.max(...row)));
      const sum = weights.reduce((a, b) => a + b, 0);
      return weights.map((weight) => weight / sum);
    });
    const on = sheet(view);
    paintShares(
      on,
      shares,
      marks.map(({ colour }) => colour),
    );
    const { inputs, targets } = spirals({ rows: 4000, seed: 1 }).valid!;
    const labels = targets.data();
    const points = (inputs.toArray() as number[][]).slice(0, 240);
    markClasses(on, view, points, (row) => labels[row] as number);
    return on;
  }),
  gpclassifier: pictureOf(
    gpclassifier,
    async (store, model: ReturnType<typeof gpclassifier.sparseProcess>) => {
      const view = wholeView([-2.6, 2.6], [-2.2, 2.2]);
      const found = await predict(model, store, tensor(pointsIn(view)));
      const [means, variances] = [found.mean.data(), found.variance.data()];
      const values = Float64Array.from(means, (mean, i) =>
        probability(1, mean, variances[i] as number),
      );
      const on = heatMap(view, values, chances);
      markMoons(on, view, 100);
      return on;
    },
  ),
  "bayesian-last-layer": pictureOf(bayesian, async (store, net: Module<Node, Node>) => {
    const one = wholeView([-6, 6], [-6, 6], 124);
    const points = tensor(pointsIn(one));
    const logits = (await predict(net, store, points)).data();
    const spread = await bayesian.variances(store, moons({ rows: 200, seed: 1 }).x, points);
    const on = raster(2 * one.place.width + 4, one.place.height);
    for (const [k, variances] of [logits.map(() => 0), spread].entries()) {
      const values = Float64Array.from(logits, (logit, i) =>
        underPosterior(logit, variances[i] as number),
      );
      const { width, height } = one.place;
      const place = { left: k * (width + 4), top: 0, width, height };
      heat(on, place, values, [height, width], chances);
      markMoons(on, { ...one, place }, 60, 1.8);
    }
    return on;
  }),
};
