/** Mixtures: densities by their sum, draws, and the information of those that can be enumerated. */
import { constant } from "@metrigrad/graph";
import { bernoulli, categorical, gaussian, gaussianWithScale, mixture } from "@metrigrad/nn";
import { tensor } from "@metrigrad/tensor";
import test from "tape";
import { evaluate, gap, numbers } from "../support/evaluate.ts";

const of = (value: number[][]) => constant(tensor(value));
/** π = (0.3, 0.7), N(−1, 0.5²) and N(2, 1.5²). */
const h = [Math.log(0.3), Math.log(0.7), -1, Math.log(0.5), 2, Math.log(1.5)];
const normal = (y: number, mu: number, sigma: number) =>
  Math.exp(-0.5 * ((y - mu) / sigma) ** 2) / (sigma * Math.sqrt(2 * Math.PI));

test("mixture: ln p is that of the sum of its components", async (t) => {
  const law = mixture(gaussianWithScale(), 2);
  t.equal(law.name, "mixture(gaussianWithScale, 2)");
  const values = [-3, -1, 0.4, 5];
  const logs = await numbers(law.logProb(of(values.map((y) => [y])), of(values.map(() => h))));
  const right = values.map((y) => Math.log(0.3 * normal(y, -1, 0.5) + 0.7 * normal(y, 2, 1.5)));
  t.ok(gap(logs, right) < 1e-13);
  t.deepEqual(await numbers(law.predict(of([h]))), [2]);
  t.equal(law.kl, null);
});

test("mixture: draws come from all components, and its information is their scores', seed 3", async (t) => {
  const law = mixture(gaussianWithScale(), 2, { samples: 20_000 });
  const count = 8000;
  const [drawn] = await evaluate([law.sample(of(Array.from({ length: count }, () => h)), "k")], {
    seed: 3,
  });
  const values = [...(drawn?.data() ?? [])];
  const mean = values.reduce((sum, y) => sum + y, 0) / count;
  const squares = values.reduce((sum, y) => sum + y * y, 0) / count;
  // E[y] = 1.1 and E[y²] = 0.3(1 + 0.25) + 0.7(4 + 2.25).
  t.ok(Math.abs(mean - 1.1) < 4 * Math.sqrt((4.75 - 1.21) / count));
  t.ok(Math.abs(squares - 4.75) < 0.3);
  const [fisher] = await evaluate([law.fisher(of([h]))], { seed: 3 });
  const found = fisher?.toArray() as number[][][];
  // Scores in the logits are responsibilities less π, which add up to 0.
  const [first = []] = found;
  t.ok(
    gap(
      first[0] ?? [],
      (first[1] ?? []).map((value) => -value),
    ) < 1e-12,
    "logits",
  );
  // E[score²] of the second mean by quadrature: r² (y − μ)²/σ⁴.
  let integral = 0;
  for (let y = -12; y < 16; y += 0.005) {
    const [p, q] = [0.3 * normal(y, -1, 0.5), 0.7 * normal(y, 2, 1.5)];
    integral += 0.005 * (q ** 2 / (p + q)) * ((y - 2) / 1.5 ** 2) ** 2;
  }
  const own = first[4]?.[4] ?? Number.NaN;
  t.ok(Math.abs(own / integral - 1) < 0.05, `${own} and ${integral}`);
});

test("mixture: of laws with few outcomes all is enumerated", async (t) => {
  const law = mixture(bernoulli(), 2);
  const at = [[0.2, -0.4, 1.3, -0.6]];
  t.equal(law.how?.fisher, "enumeration, else 64 samples");
  const p = 1 / (1 + Math.exp(0.6)) ** 1;
  const [a, b] = [1 / (1 + Math.exp(-1.3)), p];
  const pi = 1 / (1 + Math.exp(-0.6));
  const on = pi * a + (1 - pi) * b;
  const logs = await numbers(
    law.logProb(of([[1], [0]]), of([at[0] as number[], at[0] as number[]])),
  );
  t.ok(gap(logs, [Math.log(on), Math.log(1 - on)]) < 1e-13);
  // One number of information: F = vv'/(p(1 − p)) with v = ∂p/∂h.
  const v = [
    pi * (1 - pi) * (a - b),
    -pi * (1 - pi) * (a - b),
    pi * a * (1 - a),
    (1 - pi) * b * (1 - b),
  ];
  const right = v.flatMap((one) => v.map((other) => (one * other) / (on * (1 - on))));
  t.ok(gap(await numbers(law.fisher(of(at))), right) < 1e-12);
  const kl = law.kl as NonNullable<typeof law.kl>;
  t.ok(gap(await numbers(kl(of(at), of(at))), [0]) < 1e-14);
});

test("mixture: support and refusals", (t) => {
  const law = mixture(categorical(), 2);
  t.equal(law.support?.text(2 + 2 * 3), "integers from 0 to 2");
  t.throws(
    () => law.logProb(constant(tensor(Int32Array.of(0))), of([[1, 2, 3]])),
    /2 logits beside/,
  );
  t.throws(
    () => mixture(gaussian(), 2).logProb(of([[1, 2]]), of([[0, 0, 1, 2]])),
    /mixture\(gaussian\(1\), 2\): h must be \[n, m\] and y \[1, 1\], got constant \[1, 4\] and constant \[1, 2\]/,
  );
  t.throws(
    () => mixture(gaussianWithScale(), 0),
    /number of components must be a positive integer/,
  );
  t.throws(() => mixture(3 as never, 2), /mixture: its first argument must be a law of rows/);
  t.end();
});
