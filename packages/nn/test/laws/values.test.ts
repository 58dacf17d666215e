/** The laws at values known without them, and what they refuse. */
import { constant, input, type Node } from "@metrigrad/graph";
import {
  bernoulli,
  binomial,
  categorical,
  gaussian,
  gaussianWithCovariance,
  gaussianWithScale,
  multinomial,
  ordinal,
  poisson,
} from "@metrigrad/nn";
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

test("categorical: what is no label of a class is impossible", async (t) => {
  const labels = constant(tensor(Int32Array.of(-1, 3, 2)));
  const three = constant(tensor([0, 1, 2].map(() => [0, Math.log(2), Math.log(5)])));
  const impossible = Number.NEGATIVE_INFINITY;
  const [below, above, last] = await numbers(categorical().logProb(labels, three));
  t.deepEqual([below, above], [impossible, impossible]);
  t.ok(gap([last ?? 0], [Math.log(5 / 8)]) < 1e-14);
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

test("poisson: ln p by plain logarithms of factorials, also of large counts", async (t) => {
  const lnFactorial = (y: number) =>
    Array.from({ length: y }, (_, k) => Math.log(k + 1)).reduce((sum, value) => sum + value, 0);
  const ys = [0, 1, 2, 5, 12, 40, 170, 3000];
  const rates = ys.map((y) => Math.max(0.3, 0.9 * y));
  const found = await numbers(
    poisson().logProb(
      constant(tensor(ys.map((y) => [y]))),
      constant(tensor(rates.map((rate) => [Math.log(rate)]))),
    ),
  );
  const logs = ys.map((y, i) => {
    const rate = rates[i] as number;
    return y * Math.log(rate) - rate - lnFactorial(y);
  });
  t.ok(gap(found, logs) < 1e-9, `off by ${gap(found, logs)}`);
  t.ok(gap(found.slice(0, 5), logs.slice(0, 5)) < 1e-12);
});

test("poisson: a rate of 0, outcomes and the mode", async (t) => {
  const law = poisson();
  const never = constant(tensor([[-800, Math.log(2.5)]]));
  t.deepEqual(await numbers(law.fisher(never)).then((values) => values[0]), 0);
  const [drawn = -1] = await numbers(law.sample(never, "never"));
  t.equal(drawn, 0);
  t.deepEqual(await numbers(law.predict(never)), [0, 2]);
  t.equal(law.outcomes(1), null);
});

const count = 8000;

/** Draws at a rate, seed 5. */
function drawsAt(rate: number): Promise<readonly number[]> {
  const rows = constant(tensor(Array.from({ length: count }, () => [Math.log(rate)])));
  return numbers(poisson().sample(rows, "draws"), { seed: 5 });
}

/** How often each count came up, against p_k = p_{k−1} λ/k of the claimed rate. */
function chiSquare(values: readonly number[], claimed: number): { value: number; cells: number } {
  const cells = new Map<number, number>();
  let log = -claimed;
  for (let k = 0; k < claimed + 12 * Math.sqrt(claimed) + 12; k++) {
    cells.set(k, count * Math.exp(log));
    log += Math.log(claimed) - Math.log(k + 1);
  }
  let [value, kept, got, rest] = [0, 0, 0, 0];
  for (const [k, mean] of cells) {
    const here = values.filter((y) => y === k).length;
    got += here;
    rest += mean;
    if (rest < 8) continue;
    value += (got - rest) ** 2 / rest;
    [got, rest, kept] = [0, 0, kept + 1];
  }
  return { value, cells: kept };
}

// Small rates have another algorithm than those from 10 on.
const rates = process.env.METRIGRAD_SWEEP === "full" ? [0.3, 4, 9.9, 10, 35, 400] : [0.3, 9.9, 10];
for (const rate of rates) {
  test(`poisson: 8000 draws at rate ${rate} are distributed as they must be, seed 5`, async (t) => {
    const values = await drawsAt(rate);
    const { value, cells } = chiSquare(values, rate);
    // A chi-square of f degrees of freedom has mean f and variance 2f.
    const off = (value - (cells - 1)) / Math.sqrt(2 * (cells - 1));
    t.ok(off < 4, `${off.toFixed(1)} standard deviations above the mean`);
    const wrong = chiSquare(values, rate * 1.1);
    t.ok(wrong.value > 2 * value + 10, "and rings on a rate 10 % off");
  });
}

test("gaussianWithScale: ln p, diag(e^(−2s), 2) and what it refuses", async (t) => {
  const law = gaussianWithScale();
  const at = constant(tensor([[1, 2, Math.log(2), Math.log(0.5)]]));
  const logs = await numbers(law.logProb(constant(tensor([[0, 3]])), at));
  const known = -1 / 8 - 4 / 2 - Math.log(2 * Math.PI);
  t.ok(gap(logs, [known]) < 1e-14);
  const fisher = await numbers(law.fisher(at));
  t.ok(gap(fisher, [0.25, 0, 0, 0, 0, 4, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2]) < 1e-14);
  t.deepEqual(await numbers(law.predict(at)), [1, 2]);
  t.throws(
    () => law.fisher(input("h", [4, 3])),
    /gaussianWithScale: h must be \[n, 2m\], the means beside .* got \[4, 3\]; let the model have two/,
  );
  t.throws(() => law.logProb(input("y", [4, 4]), input("h", [4, 4])), ShapeError);
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
  for (const law of [categorical(), bernoulli(), gaussian(), gaussianWithScale(), poisson()])
    t.ok(Object.isFrozen(law), law.name);
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

test("integers, bytes and booleans are observed as the numbers that they are", async (t) => {
  const [one, two] = [
    constant(tensor([[0.5], [-1]])),
    constant(
      tensor([
        [0.5, -1],
        [-1, 0.25],
      ]),
    ),
  ];
  const values = [[1], [0]];
  for (const law of [bernoulli(), gaussian(), gaussianWithScale(), poisson()]) {
    const at = law === gaussianWithScale() ? two : one;
    const wanted = await numbers(law.logProb(constant(tensor(values)), at));
    for (const dtype of ["i32", "u32", "u8", "bool"] as const) {
      const observed = constant(tensor(values, { dtype }));
      t.deepEqual(await numbers(law.logProb(observed, at)), wanted, `${law.name}, ${dtype}`);
    }
  }
});

test("gaussianWithCovariance: of one response it is gaussianWithScale with ln of the root of the precision", async (t) => {
  const [own, other] = [gaussianWithCovariance(), gaussianWithScale()];
  const [h, to, y] = [[[0.4, 0.2]], [[-0.3, 0.5]], [[1.1]]].map((rows) => constant(tensor(rows)));
  const scaled = ([mu = 0, ln = 0]: number[]) => constant(tensor([[mu, -ln]]));
  const pairs = [
    [own.logProb(y as Node, h as Node), other.logProb(y as Node, scaled([0.4, 0.2]))],
    [own.fisher(h as Node), other.fisher(scaled([0.4, 0.2]))],
    [own.kl(h as Node, to as Node), other.kl(scaled([0.4, 0.2]), scaled([-0.3, 0.5]))],
  ] as const;
  for (const [a, b] of pairs) t.ok(gap(await numbers(a), await numbers(b)) < 1e-14);
});

test("ordinal: gaps that are nearly nothing leave finite numbers, and grades that do not exist are impossible", async (t) => {
  const law = ordinal();
  const h = constant(tensor([0, 1, 2, 3].map(() => [0.3, -900, 0.1])));
  const grades = constant(tensor(Int32Array.of(0, 1, 2, 4)));
  const logs = await numbers(law.logProb(grades, h));
  t.ok(logs.slice(0, 3).every(Number.isFinite));
  t.ok((logs[1] as number) < -800);
  t.equal(logs[3], Number.NEGATIVE_INFINITY);
  t.throws(
    () => ordinal({ thresholds: [1, 0] }),
    /ordinal: thresholds must be finite numbers that rise, got 1,0; pass one less/,
  );
  t.throws(() => ordinal({ thresholds: [0] }).logProb(grades, h), /h must be the score, \[n, 1\]/);
});

test("binomial, multinomial: predictions are the most probable counts", async (t) => {
  const logits = constant(tensor([[Math.log(0.39 / 0.61)]]));
  t.deepEqual(await numbers(binomial(4).predict(logits)), [1]);
  const even = constant(tensor([[0, 0, 0]]));
  const counts = await numbers(multinomial(4).predict(even));
  t.equal(
    counts.reduce((a, b) => a + b, 0),
    4,
  );
  t.throws(() => binomial(0), /binomial: the number of trials must be a positive integer, got 0/);
});

test("gaussian: covariances that are none are refused", (t) => {
  t.throws(
    () =>
      gaussian({
        covariance: [
          [1, 2],
          [2, 1],
        ],
      }),
    /got one that is not positive definite/,
  );
  t.throws(
    () =>
      gaussian({
        covariance: [
          [1, 0.5],
          [0.4, 1],
        ],
      }),
    /got one that is not symmetric/,
  );
  t.throws(
    () => gaussian({ sigma: 1, covariance: [[1]] }),
    /gaussian: it must have sigma or a covariance/,
  );
  t.end();
});
