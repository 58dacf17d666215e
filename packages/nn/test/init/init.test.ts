import {
  constantInit,
  dense,
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  ones,
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

test("initialisers: a function of seed and path", (t) => {
  for (const init of [glorotUniform, glorotNormal, heUniform, heNormal]) {
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
