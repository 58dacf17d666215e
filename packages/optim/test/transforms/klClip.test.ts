/** On a linear model under a Gaussian law KL = ½δ'gδ, so the bound on the length is one on KL. */
import { Matrix } from "ml-matrix";
import test from "tape";
import { chain, klClip, precondition, rngd, scale } from "../../src/index.ts";
import {
  batchSize,
  classifier,
  follow,
  gap,
  inputs,
  labels,
  regression,
  regressionContext,
  targets,
} from "../problem.ts";

const batch = { x: inputs, y: targets };

/** KL of N(X̃W, I) from N(X̃W', I), the mean over the batch's rows. */
function divergence(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const x = inputs.data();
  const rows = new Matrix(
    Array.from({ length: batchSize }, (_, s) => [...x.slice(4 * s, 4 * s + 4), 1]),
  );
  const moved = rows.mmul(
    Matrix.from1DArray(
      5,
      3,
      Array.from(a, (value, i) => value - (b[i] as number)),
    ),
  );
  return Matrix.mul(moved, moved).sum() / 2 / batchSize;
}

for (const refreshEvery of [1, 3]) {
  test(`klClip: KL of a clipped step is ½κ² nats, refreshEvery ${refreshEvery}`, async (t) => {
    const made = (bound: number) =>
      chain(
        precondition({ absolute: 0.1, over: { every: refreshEvery } }),
        scale(0.7),
        klClip(bound),
      );
    const model = regression();
    const free = await follow(
      model,
      chain(precondition({ absolute: 0.1, over: { every: refreshEvery } }), scale(0.7)),
      [batch],
      regressionContext(model),
    );
    const names = [...(free[0]?.keys() ?? [])].filter((name) => !/^optimizer|step/.test(name));
    t.equal(names.length, 1);
    const at = (run: typeof free, step: number) =>
      run[step]?.get(names[0] as string) as Float64Array;
    const whole = divergence(at(free, 0), at(free, 1));
    for (const bound of [0.5, 0.01]) {
      const run = await follow(model, made(bound), [batch], regressionContext(model));
      t.ok(bound ** 2 / 2 < whole, "the bound is below the free step");
      t.ok(
        Math.abs(divergence(at(run, 0), at(run, 1)) / (bound ** 2 / 2) - 1) < 1e-12,
        `κ = ${bound}`,
      );
    }
    const wide = await follow(model, made(100), [batch], regressionContext(model));
    t.ok(gap(at(wide, 1), at(free, 1)) < 1e-15, "a wide bound changes nothing");
  });
}

test("klClip: rngd bounds γ times the direction, momentum included", async (t) => {
  const model = classifier();
  const steps = [
    { x: inputs, y: labels },
    { x: inputs, y: labels },
  ];
  const free = await follow(model, rngd({ learningRate: 5 }), steps);
  const bound = await follow(model, rngd({ learningRate: 5, klClip: 0.01 }), steps);
  const path = (run: typeof free) => gap(run[2]?.get("dense0/w"), run[0]?.get("dense0/w"));
  t.ok(path(bound) < 0.1 * path(free));
  t.ok(path(bound) > 0);
});
