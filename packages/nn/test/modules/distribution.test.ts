import test from "tape";
import {
  applierOf,
  constantInit,
  diagonalGaussianFamily,
  distribution,
  type Family,
  gammaFamily,
  gaussianFamily,
  nodesOf,
  zeros,
} from "../../src/index.ts";
import { evaluate, gap } from "../support/evaluate.ts";

/** What a distribution gives, flat, and how it was applied. */
async function applied(q: ReturnType<typeof distribution<never>>) {
  const applier = applierOf({ mode: "train", rowWeights: null, pathOf: () => null });
  const { response } = applier.apply(q, []);
  const values = await evaluate(nodesOf(response), { owner: q });
  return {
    applier,
    values: values.map((one) => [...one.data()]),
    shapes: values.map((one) => one.shape),
  };
}

test("distribution: it takes nothing, has its parameters by statistic, and begins where the family does", async (t) => {
  const { applier, values } = await applied(distribution(gaussianFamily(2)) as never);
  t.deepEqual(values, [
    [0, 0],
    [-0.5, 0, 0, -0.5],
  ]);
  t.deepEqual(
    applier.parameters.map(({ path, decay }) => [path, decay]),
    [
      ["linear", "none"],
      ["quadratic", "none"],
    ],
  );
  t.deepEqual(
    applier.applications.map(({ samples }) => samples),
    [1],
    "one sample",
  );
});

test("distribution: a batch, a start of its own, and expectations as parameters", async (t) => {
  const family = diagonalGaussianFamily(2);
  const many = await applied(
    distribution(family, { batch: [3], init: { linear: constantInit(2) } }) as never,
  );
  t.deepEqual(many.shapes, [
    [3, 2],
    [3, 2],
  ]);
  t.deepEqual(many.values, [Array(6).fill(2), Array(6).fill(-0.5)]);
  // μ = 1 and σ² = 3 − 1: η = (½, −¼).
  const init = { linear: constantInit(1), quadratic: constantInit(3) };
  const { values } = await applied(
    distribution(family, { coordinates: "expectation", init }) as never,
  );
  t.ok(gap(values.flat(), [0.5, 0.5, -0.25, -0.25]) < 1e-15);
});

test("distribution: errors say what is wrong", (t) => {
  t.throws(
    () => distribution(gammaFamily(), { coordinates: "expectation" }),
    /distribution: coordinates must be natural, .*got expectation of gammaFamily/,
  );
  t.throws(
    () => distribution(undefined as unknown as Family),
    /got natural of undefined; call distribution\(/,
  );
  t.throws(
    () => distribution(gammaFamily(), { init: { mean: zeros } }),
    /among log, linear, got mean/,
  );
  t.throws(
    () => distribution(gammaFamily(), { size: 3 } as never),
    /among batch, coordinates, init/,
  );
  t.throws(() => distribution(gammaFamily(), { batch: [-1] }), /distribution, batch/);
  t.end();
});
