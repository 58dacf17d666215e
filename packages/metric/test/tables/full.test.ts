/** Every module by its own row, the last by the likelihood. */
import { tanh } from "@metrigrad/graph";
import {
  batchNormMetric,
  checkMetric,
  fisher,
  fullMetrics,
  likelihoodMetric,
  metrics,
} from "@metrigrad/metric";
import {
  batchNorm,
  bernoulli,
  categorical,
  dense,
  gaussian,
  gaussianWithScale,
  type Law,
  poisson,
  sequential,
} from "@metrigrad/nn";
import { Matrix } from "ml-matrix";
import test from "tape";
import { backends } from "../support/backends.ts";
import { denseBlocks, subsystemsOf, withStore } from "../support/dense.ts";
import { asMatrix, asTensor, augmented, matrixOf } from "../support/draws.ts";
import { gap } from "../support/evaluate.ts";
import { rejects } from "../support/rejects.ts";
import { normalUnit } from "../support/units.ts";

const x = matrixOf("x", 5, 2);

const laws: readonly (readonly [law: Law, linear: string, curved: string])[] = [
  [categorical(), "softmaxGram", "factorGram"],
  [bernoulli(), "unitGram", "unitGram"],
  [bernoulli({ values: [-1, 1] }), "unitGram", "unitGram"],
  [poisson(), "unitGram", "unitGram"],
  [gaussian({ sigma: 0.6 }), "sharedGram", "unitGram"],
  [gaussianWithScale(), "unitGram", "unitGram"],
];

for (const [likelihood, linear, curved] of laws) {
  for (const activation of [null, tanh]) {
    const name = activation === null ? "linear" : "tanh";
    test(`fullMetrics: the last layer, ${name} under ${likelihood.name}, is the Fisher information of its response`, async (t) => {
      const model = dense(2, 4, activation === null ? {} : { activation });
      const place = { x, metrics: fullMetrics, likelihood };
      const { w } = await denseBlocks(model, place);
      await withStore(model, {}, async (store) => {
        const whole = await fisher(model, asTensor(x), { store, likelihood });
        const expected = asMatrix(await whole.toDense());
        t.ok(gap(w?.to1DArray() ?? [], expected.to1DArray()) < 1e-12);
      });
      const [one] = subsystemsOf(model, place);
      t.equal(one?.block?.form, activation === null ? linear : curved);
      t.equal(one?.responseModel().law, likelihood);
    });
  }
}

/** The last layer's response laws whose rows have a shape of their own, in plain JavaScript. */
const responses = [
  {
    law: categorical(),
    form: "(diag η − ηη') ⊗ x̃x̃'",
    logProb: ([label = 0]: readonly number[], t: readonly number[]) =>
      (t[label] as number) - Math.log(t.reduce((sum, one) => sum + Math.exp(one), 0)),
    outcomes: (t: readonly number[]) => {
      const total = t.reduce((sum, one) => sum + Math.exp(one), 0);
      return t.map((one, label) => ({ y: [label], weight: Math.exp(one) / total }));
    },
  },
  {
    law: gaussianWithScale(),
    form: "diag(e^(−2s), 2) ⊗ x̃x̃' in (μ, s)",
    logProb: ([y = 0]: readonly number[], [mu = 0, s = 0]: readonly number[]) =>
      -0.5 * ((y - mu) * Math.exp(-s)) ** 2 - s,
    outcomes: ([mu = 0, s = 0]: readonly number[]) =>
      normalUnit((t) => t, Math.exp(s))
        .outcomes(mu)
        .map(({ y, weight }) => ({ y: [y], weight })),
  },
];

for (const { law, form, logProb, outcomes } of responses) {
  const w = matrixOf("w", 3, 2, 0.5);
  const expected = Matrix.zeros(6, 6);
  for (const row of augmented(x).to2DArray()) {
    const outputs = (weights: Matrix) => new Matrix([row]).mmul(weights).to1DArray();
    for (const { y, weight } of outcomes(outputs(w))) {
      const scores = Array.from({ length: 6 }, (_, k) => {
        const at = (steps: number) => {
          const moved = w.clone();
          moved.set(k >> 1, k % 2, moved.get(k >> 1, k % 2) + steps * 1e-3);
          return logProb(y, outputs(moved));
        };
        return (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / 12e-3;
      });
      const score = Matrix.columnVector(scores);
      expected.add(score.mmul(score.transpose()).mul(weight / x.rows));
    }
  }

  for (const on of backends) {
    test(`T1 ${law.name} layer: ${form} = E[score score'], scores by finite differences, on ${on.name}`, async (t) => {
      const place = { x, metrics: fullMetrics, likelihood: law, values: { w }, on };
      const { w: got } = await denseBlocks(dense(2, 2), place);
      t.ok(gap(got?.to1DArray() ?? [], expected.to1DArray()) < on.limit(1e-9, 1e-6));
    });
  }
}

test("T1 soft-max layer: (diag η − ηη') ⊗ x̃x̃' = E[score score'] over the classes, by checkMetric", async (t) => {
  const law = categorical();
  const report = await checkMetric(likelihoodMetric(), { module: dense(2, 3), law, samples: 200 });
  t.ok(report.passed, String(report));
  t.match(String(report), /softmaxGram, categorical: E\[score score'\] by enumeration/);
});

for (const on of backends) {
  test(`T1 batch normalisation: σ⁻²[[x̂², x̂], [x̂, 1]] in scale and offset = E[score score'], on ${on.name}`, async (t) => {
    const sigma = 0.4;
    const { "scale + offset": got } = await denseBlocks(batchNorm(2, { epsilon: 3 }), {
      x,
      metrics: metrics(batchNormMetric({ sigma })),
      on,
    });
    // Running mean 0 and variance 1, so x̂ = x/2; the score of y ~ N(γx̂ + β, σ²) at five nodes of y.
    const expected = Matrix.zeros(4, 4);
    for (const row of x.to2DArray()) {
      row.forEach((value, unit) => {
        const logProb = (y: number, scale: number, offset: number) =>
          normalUnit((t) => t, sigma).logProb(y, (scale * value) / 2 + offset);
        for (const { y, weight } of normalUnit((t) => t, sigma).outcomes(value / 2)) {
          const score = Matrix.zeros(4, 1);
          score.set(unit, 0, (logProb(y, 1.01, 0) - logProb(y, 0.99, 0)) / 0.02);
          score.set(2 + unit, 0, (logProb(y, 1, 0.01) - logProb(y, 1, -0.01)) / 0.02);
          expected.add(score.mmul(score.transpose()).mul(weight / x.rows));
        }
      });
    }
    t.ok(gap(got?.to1DArray() ?? [], expected.to1DArray()) < on.limit(1e-10, 1e-6));
  });
}

test("T1 batch normalisation by checkMetric", async (t) => {
  const report = await checkMetric(batchNormMetric({ sigma: 0.4 }), { samples: 200 });
  t.ok(report.passed, String(report));
});

test("batchNormMetric: a matrix of two for each feature, by the batch's statistics when training", async (t) => {
  const model = sequential(batchNorm(2, { epsilon: 1e-9 }), dense(2, 1));
  const blocks = await denseBlocks(model, { x, metrics: fullMetrics, mode: "train" });
  const got = blocks["batchNorm0/scale + batchNorm0/offset"] as Matrix;
  // E[x̂] = 0 and E[x̂²] = 1 over the batch.
  t.ok(gap(got.to1DArray(), Matrix.eye(4).to1DArray()) < 1e-7);
  const inferred = await denseBlocks(model, { x, metrics: fullMetrics });
  const rows = augmented(x.getColumnVector(0));
  const expected = rows.transpose().mmul(rows).div(5);
  const pair = (inferred["batchNorm0/scale + batchNorm0/offset"] as Matrix).selection(
    [0, 2],
    [0, 2],
  );
  t.ok(gap(pair.to1DArray(), expected.to1DArray()) < 1e-7, "running mean 0 and variance 1");
});

test("fullMetrics: without a likelihood and in hidden layers, the rows of activations", (t) => {
  const model = sequential(dense(2, 3, { activation: tanh }), dense(3, 2));
  const forms = subsystemsOf(model, { x, metrics: fullMetrics }).map(({ block }) => block?.form);
  t.deepEqual(forms, ["unitGram", "sharedGram"]);
  t.end();
});

test("batchNormMetric: σ must be positive", async (t) => {
  await rejects(
    t,
    (async () => batchNormMetric({ sigma: 0 }))(),
    /gaussian: sigma must be a positive/,
  );
});
