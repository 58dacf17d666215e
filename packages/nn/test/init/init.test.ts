import {
  constantInit,
  dense,
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  lecunNormal,
  lecunUniform,
  normalInit,
  ones,
  orthogonal,
  truncatedNormal,
  uniformInit,
  varianceScaling,
  withFans,
  zeros,
} from "@metrigrad/nn";
import { type Initializer, reference } from "@metrigrad/tensor";
import test from "tape";

const shape = [60, 40];
const size = 60 * 40;

function draw(init: Initializer, seed = 3, path = "layer/w"): number[] {
  return Array.from(init({ path, seed, shape }));
}

/** Deviation of the mean square from a variance, in standard errors; `kurtosis` is E[x⁴]/E[x²]². */
function deviation(values: readonly number[], variance: number, kurtosis: number): number {
  const mean = values.reduce((sum, value) => sum + value * value, 0) / values.length;
  return Math.abs(mean / variance - 1) / Math.sqrt((kurtosis - 1) / values.length);
}

for (const [name, init, variance, limit] of [
  ["glorotUniform", glorotUniform, 2 / 100, Math.sqrt(6 / 100)],
  ["heUniform", heUniform, 2 / 60, Math.sqrt(6 / 60)],
  ["lecunUniform", lecunUniform, 1 / 60, Math.sqrt(3 / 60)],
  ["uniformInit", uniformInit(0.3), 0.03, 0.3],
  ["PyTorch's ±1/√in", varianceScaling({ scale: 1 / 3 }), 1 / 180, 1 / Math.sqrt(60)],
  ["varianceScaling by outputs", varianceScaling({ fan: "out" }), 1 / 40, Math.sqrt(3 / 40)],
] as const) {
  test(`${name}: within its limit, of its variance within 4 standard errors, seed 3`, (t) => {
    const values = draw(init);
    t.equal(values.length, size);
    t.ok(values.every((value) => Math.abs(value) <= limit));
    t.ok(
      Math.max(...values) > 0.99 * limit && Math.min(...values) < -0.99 * limit,
      "up to the limit",
    );
    t.ok(deviation(values, variance, 9 / 5) < 4);
    t.ok(deviation(values, 1.25 * variance, 9 / 5) > 4, "and rings on a variance 25 % off");
    t.end();
  });
}

for (const [name, init, variance] of [
  ["glorotNormal", glorotNormal, 2 / 100],
  ["heNormal", heNormal, 2 / 60],
  ["lecunNormal", lecunNormal, 1 / 60],
  ["normalInit", normalInit(0.2), 0.04],
  ["varianceScaling by the average", varianceScaling({ fan: "average", draws: "normal" }), 1 / 50],
  ["withFans", withFans(glorotNormal, { inputs: 60, outputs: 120 }), 2 / 180],
] as const) {
  test(`${name}: of its variance within 4 standard errors, seed 3`, (t) => {
    const values = draw(init);
    t.ok(deviation(values, variance, 3) < 4);
    t.ok(deviation(values, 1.25 * variance, 3) > 4, "and rings on a variance 25 % off");
    const inside = values.filter((value) => Math.abs(value) < Math.sqrt(variance)).length / size;
    t.ok(Math.abs(inside - 0.6827) < 4 * Math.sqrt((0.6827 * 0.3173) / size), "68 % within σ");
    t.end();
  });
}

test("truncatedNormal: within its bounds, of the cut variance within 4 standard errors, seed 3", (t) => {
  // ±2σ leave the variance 0.77374 and the fourth moment 1.41619 of a standard normal.
  const values = draw(truncatedNormal({ deviation: 0.1, low: -0.2, high: 0.2 }));
  t.ok(values.every((value) => Math.abs(value) <= 0.2));
  t.ok(Math.max(...values) > 0.19 && Math.min(...values) < -0.19, "up to the bounds");
  t.ok(deviation(values, 0.0077374, 1.41619 / 0.77374 ** 2) < 4);
  t.ok(deviation(values, 0.01, 1.41619 / 0.77374 ** 2) > 4, "and rings on the variance before");
  // Above its mean only: a half normal, of mean √(2/π).
  const half = draw(truncatedNormal({ mean: 1, low: 1, high: 50 }));
  const mean = half.reduce((a, b) => a + b, 0) / size - 1;
  const error = Math.sqrt((1 - 2 / Math.PI) / size);
  t.ok(Math.abs(mean - Math.sqrt(2 / Math.PI)) < 4 * error, `mean ${mean}`);
  t.throws(() => truncatedNormal({ low: 1 }), /truncatedNormal: the deviation must be positive/);
  t.throws(() => truncatedNormal({ deviation: 9 }), /got mean 0, deviation 9, bounds -2 and 2/);
  t.end();
});

test("orthogonal: columns, or rows, are orthonormal times the gain", (t) => {
  for (const [rows, columns] of [
    [6, 4],
    [4, 6],
    [5, 5],
  ] as const) {
    const q = Array.from(orthogonal(2)({ path: "w", seed: 3, shape: [rows, columns] }));
    const tall = rows >= columns;
    const [count, length] = tall ? [columns, rows] : [rows, columns];
    const at = (k: number, i: number) => q[tall ? i * columns + k : k * columns + i] as number;
    for (let a = 0; a < count; a++) {
      for (let b = 0; b <= a; b++) {
        let product = 0;
        for (let i = 0; i < length; i++) product += at(a, i) * at(b, i);
        if (Math.abs(product - (a === b ? 4 : 0)) > 1e-13) t.fail(`${rows}×${columns}: ${a}, ${b}`);
      }
    }
  }
  const first = Array.from({ length: 200 }, (_, seed) => {
    return orthogonal()({ path: "w", seed, shape: [3, 3] })[0] as number;
  });
  // The first entry of a uniform rotation of three axes is uniform in ±1: mean 0, variance 1/3.
  t.ok(Math.abs(first.reduce((a, b) => a + b, 0)) < 4 * Math.sqrt(200 / 3), "of either sign");
  t.ok(deviation(first, 1 / 3, 9 / 5) < 4, "uniform");
  t.equal(orthogonal()({ path: "w", seed: 0, shape: [2, 3, 4] }).length, 24, "more axes");
  t.throws(() => orthogonal(0), /orthogonal: the gain must be positive, got 0/);
  t.throws(() => orthogonal()({ path: "w", seed: 0, shape: [3] }), /two axes or more, got \[3\]/);
  t.end();
});

test("initialisers: settings out of range are refused", (t) => {
  t.throws(() => normalInit(0), /normalInit: the deviation must be positive, got 0/);
  t.throws(() => uniformInit(-1), /uniformInit: the limit must be positive, got -1/);
  t.throws(() => varianceScaling({ scale: 0 }), /varianceScaling: scale must be positive/);
  t.throws(() => varianceScaling({ fan: "mean" as "in" }), /got 1, mean and uniform/);
  t.end();
});

test("initialisers: a function of seed and path", (t) => {
  for (const init of [
    glorotUniform,
    glorotNormal,
    heUniform,
    heNormal,
    orthogonal(),
    truncatedNormal(),
  ]) {
    t.deepEqual(draw(init), draw(init));
    t.notDeepEqual(draw(init), draw(init, 4));
    t.notDeepEqual(draw(init), draw(init, 3, "other/w"));
  }
  t.end();
});

test("initialisers: constants", (t) => {
  const context = { path: "x", seed: 0, shape: [2, 2] };
  t.deepEqual(
    [...Array.from(zeros(context)), ...Array.from(ones(context))],
    [0, 0, 0, 0, 1, 1, 1, 1],
  );
  t.deepEqual(Array.from(constantInit(2.5)(context)), [2.5, 2.5, 2.5, 2.5]);
  t.end();
});

test("dense: the bias row starts at 0, the weights count only true inputs", (t) => {
  const { w } = dense(59, 40, { init: glorotUniform }).params;
  const values = Array.from(w.init({ path: "layer/w", seed: 3, shape }));
  t.deepEqual(values.slice(59 * 40), new Array(40).fill(0));
  const limit = Math.sqrt(6 / 99);
  t.ok(Math.max(...values) <= limit && Math.max(...values) > 0.99 * limit);
  t.end();
});

test("dense: an initialiser that gives too few weights is not filled up with zeros", async (t) => {
  const backend = await reference();
  const error = await backend
    .store(dense(2, 3, { init: () => [1] }))
    .catch((thrown: unknown) => thrown);
  t.ok(/its initialiser must give 9 values/.test(String(error)), String(error));
  await backend.close();
});
