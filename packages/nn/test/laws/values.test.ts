/** The laws at values known without them, and what they refuse. */
import { constant, input } from "@metrigrad/graph";
import { bernoulli, categorical, gaussian } from "@metrigrad/nn";
import { ShapeError, tensor } from "@metrigrad/tensor";
import test from "tape";
import { evaluate, gap, numbers } from "../support/evaluate.ts";

const h = constant(tensor([[0, Math.log(2), Math.log(5)]]));

test("categorical: P(y = i) = η_i, and diag η − ηη'", async (t) => {
  const law = categorical();
  const logs = await Promise.all(
    [0, 1, 2].map((label) => numbers(law.logProb(constant(tensor(Int32Array.of(label))), h))),
  );
  t.ok(gap(logs.flat(), [1 / 8, 2 / 8, 5 / 8].map(Math.log)) < 1e-14);
  const fisher = [7, -2, -5, -2, 12, -10, -5, -10, 15].map((value) => value / 64);
  t.ok(gap(await numbers(law.fisher(h)), fisher) < 1e-15);
  t.deepEqual(await numbers(law.predict(h)), [2]);
  t.deepEqual(law.outcomes(3)?.toArray(), [0, 1, 2]);
});

test("categorical: a certain class has no information and no NaN", async (t) => {
  const certain = constant(tensor([[1000, 0]]));
  t.deepEqual(await numbers(categorical().fisher(certain)), [0, 0, 0, 0]);
  t.deepEqual(
    await numbers(categorical().logProb(constant(tensor(Int32Array.of(1))), certain)),
    [-1000],
  );
});

test("bernoulli: {0, 1} is sigm h, {−1, 1} is (1 + tanh h)/2", async (t) => {
  const one = constant(tensor([[0.7]]));
  const on = constant(tensor([[1]]));
  const zero = await numbers(bernoulli().logProb(on, one));
  t.ok(Math.abs((zero[0] ?? 0) + Math.log(1 + Math.exp(-0.7))) < 1e-15);
  const signed = await numbers(bernoulli({ values: [-1, 1] }).logProb(on, one));
  t.ok(Math.abs((signed[0] ?? 0) - Math.log((1 + Math.tanh(0.7)) / 2)) < 1e-15);
  t.deepEqual(
    await numbers(bernoulli({ values: [-1, 1] }).predict(constant(tensor([[0.1, -0.1]])))),
    [1, -1],
  );
});

test("bernoulli: all outcomes of few units, none of many", (t) => {
  t.deepEqual(
    bernoulli({ values: [-1, 1] })
      .outcomes(2)
      ?.toArray(),
    [
      [-1, -1],
      [1, -1],
      [-1, 1],
      [1, 1],
    ],
  );
  t.equal(bernoulli().outcomes(13), null);
  t.end();
});

test("gaussian: ln p of independent responses, 1/σ² and no outcomes", async (t) => {
  const law = gaussian({ sigma: 2 });
  const [logs, fisher] = await evaluate([
    law.logProb(constant(tensor([[1, 3]])), constant(tensor([[0, 5]]))),
    law.fisher(constant(tensor([[0, 5]]))),
  ]);
  const expected = -(1 + 4) / 8 - 2 * Math.log(2 * Math.sqrt(2 * Math.PI));
  t.ok(gap(logs?.data() ?? [], [expected]) < 1e-14);
  t.deepEqual([...(fisher?.data() ?? [])], [0.25, 0, 0, 0.25]);
  t.equal(law.outcomes(1), null);
  const value = constant(tensor([[3, 4]]));
  t.equal(law.predict(value), value);
});

test("laws: parameters out of range are refused", (t) => {
  t.throws(
    () => bernoulli({ values: [1, 1] }),
    /bernoulli: values must be \[low, high\] with low < high, got \[1, 1\]; swap/,
  );
  for (const sigma of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    t.throws(
      () => gaussian({ sigma }),
      /gaussian: sigma must be a positive number, got \S+; pass \{ sigma: 1 \}/,
    );
  }
  t.end();
});

test("laws: they are frozen values", (t) => {
  for (const law of [categorical(), bernoulli(), gaussian()]) t.ok(Object.isFrozen(law), law.name);
  t.end();
});

test("laws: responses that would broadcast against the rows are refused", (t) => {
  const rows = (...shape: number[]) => input("rows", shape);
  const labels = (...shape: number[]) => input("labels", shape, "i32");
  t.throws(
    () => gaussian().logProb(rows(8), input("h", [8, 1])),
    /gaussian\(1\): h must be \[n, m\] and y \[8, 1\], got input \[8, 1\] and input \[8\]/,
  );
  t.throws(() => bernoulli().logProb(rows(8), input("h", [8, 1])), ShapeError);
  t.throws(() => categorical().logProb(labels(8, 1), input("h", [8, 3])), ShapeError);
  t.throws(() => categorical().logProb(labels(1), input("h", [8, 3])), ShapeError);
  t.throws(() => categorical().logProb(labels(8), input("h", [8])), ShapeError);
  t.end();
});
