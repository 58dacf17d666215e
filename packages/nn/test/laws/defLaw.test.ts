/** What `defLaw` derives from a density, against closed forms of textbooks and of the laws that have them. */
import {
  abs,
  add,
  constant,
  exp,
  input,
  log,
  log1p,
  matmul,
  mul,
  type Node,
  neg,
  softplus,
  square,
  sub,
  sum,
  transpose,
} from "@metrigrad/graph";
import {
  bernoulli,
  categorical,
  defLaw,
  gaussian,
  gaussianWithScale,
  type LawSpec,
} from "@metrigrad/nn";
import { tensor } from "@metrigrad/tensor";
import test from "tape";
import { evaluate, gap, numbers } from "../support/evaluate.ts";

const rows = (values: number[][]) => constant(tensor(values));
const h = rows([
  [0.4, -1.2],
  [2.1, 300],
]);
const overRow = (each: Node) => sum(each, { axis: 1 });
const laplaceSpec: LawSpec = {
  name: "laplace",
  support: "real",
  logProb: (y, h) => overRow(sub(neg(abs(sub(y, h))), Math.LN2)),
};

test("defLaw: laplace by quadrature has the identity, a kink and all", async (t) => {
  const law = defLaw(laplaceSpec);
  t.deepEqual(law.how, {
    fisher: "quadrature",
    fisherRoot: "quadrature",
    kl: "quadrature",
    sample: "none",
    predict: "h",
  });
  const identity = [1, 0, 0, 1, 1, 0, 0, 1];
  t.ok(gap(await numbers(law.fisher(h)), identity) < 1e-8);
  t.ok(gap(await numbers(law.fisherRoot(h)), identity) < 1e-8);
  const diagonal = law.fisherDiagonal as (h: Node) => Node;
  t.ok(gap(await numbers(diagonal(h)), [1, 1, 1, 1]) < 1e-8);
  // KL of two Laplace densities d apart: d + e^(−d) − 1 for each response.
  const d = 0.7;
  const apart = 2 * (d + Math.exp(-d) - 1);
  const kl = await numbers(law.kl?.(h, add(h, d)) as Node);
  t.ok(gap(kl, [apart, apart]) < 1e-7, `${kl}`);
  t.throws(
    () => law.sample(h, "k"),
    /laplace, sample: the law must know how to draw, got no sample; give sample/,
  );
  t.equal(law.support?.has(Number.NaN, 2), false);
});

test("defLaw: cauchy has heavy tails, and information ½", async (t) => {
  const law = defLaw({
    name: "cauchy",
    support: "real",
    logProb: (y, h) => overRow(neg(log(mul(add(1, square(sub(y, h))), Math.PI)))),
  });
  t.ok(gap(await numbers(law.fisher(h)), [0.5, 0, 0, 0.5, 0.5, 0, 0, 0.5]) < 1e-9);
  // KL of two Cauchy densities d apart: ln(1 + d²/4) (Chyzak and Nielsen 2019).
  const kl = await numbers(law.kl?.(h, add(h, 3)) as Node);
  t.ok(gap(kl, [2 * Math.log(13 / 4), 2 * Math.log(13 / 4)]) < 1e-8, `${kl}`);
});

test("defLaw: two parameters per response, as gaussianWithScale has them", async (t) => {
  const closed = gaussianWithScale();
  const law = defLaw({
    name: "scaled",
    support: "real",
    parameters: 2,
    predict: closed.predict,
    logProb: closed.logProb,
  });
  const at = rows([
    [1, 2, 0.5, -3],
    [-50, 0, 4, 0.1],
  ]);
  const to = add(at, 0.2);
  const [own, right, root] = await evaluate([
    law.fisher(at),
    closed.fisher(at),
    law.fisherRoot(at),
  ]);
  const scale = Math.exp(6);
  t.deepEqual(own?.shape, [2, 4, 4]);
  t.ok(gap(own?.data() ?? [], right?.data() ?? []) < 1e-8 * scale);
  const back = await numbers(matmul(constant(root ?? 0), transpose(constant(root ?? 0))));
  t.ok(gap(back, own?.data() ?? []) < 1e-12 * scale);
  t.equal(law.fisherDiagonal, null);
  const [kl, closedKl] = await evaluate([law.kl?.(at, to) as Node, closed.kl?.(at, to) as Node]);
  t.ok(gap(kl?.data() ?? [], closedKl?.data() ?? []) < 1e-6);
  t.throws(
    () => law.fisher(input("h", [4, 3])),
    /scaled, Fisher information by quadrature: h must be \[n, 2·m\], 2 columns .* got \[4, 3\]/,
  );
});

test("defLaw: positive responses, and shares between 0 and 1", async (t) => {
  const exponential = defLaw({
    name: "exponential",
    support: "positive",
    centre: (h) => exp(neg(h)),
    logProb: (y, h) => overRow(sub(h, mul(exp(h), y))),
  });
  t.equal(exponential.how?.predict, "centre");
  const at = rows([[-9], [0], [7]]);
  t.ok(gap(await numbers(exponential.fisher(at)), [1, 1, 1]) < 1e-7);
  // Logit-normal: the normal density of ln y/(1 − y) over y(1 − y).
  const logit = (y: Node) => sub(log(y), log1p(neg(y)));
  const shares = defLaw({
    name: "logitNormal",
    support: "unit",
    predict: (h) => exp(neg(softplus(neg(h)))),
    logProb: (y, h) => {
      const normal = sub(mul(square(sub(logit(y), h)), -0.5), Math.log(2 * Math.PI) / 2);
      return overRow(sub(normal, add(log(y), log1p(neg(y)))));
    },
  });
  const near = rows([[-3, 0, 2]]);
  t.ok(gap(await numbers(shares.fisher(near)), [1, 0, 0, 0, 1, 0, 0, 0, 1]) < 1e-7);
  t.ok(gap(await numbers(shares.kl?.(near, add(near, 0.4)) as Node), [0.24]) < 1e-7);
});

test("defLaw: by enumeration, everything that categorical has in closed form", async (t) => {
  const closed = categorical();
  const law = defLaw({
    name: "three",
    outcomes: (m) => tensor(Int32Array.from({ length: m }, (_, i) => i)),
    logProb: closed.logProb,
  });
  const at = rows([
    [0.1, 2, -1],
    [0, 200, 1],
  ]);
  const to = rows([
    [1, 0, 0],
    [3, 2, 1],
  ]);
  const own = [law.fisher(at), law.kl?.(at, to), law.predict(at)] as Node[];
  const right = [closed.fisher(at), closed.kl?.(at, to), closed.predict(at)] as Node[];
  const [a, b] = [await evaluate(own), await evaluate(right)];
  a.forEach((value, i) => {
    t.ok(gap(value.data(), b[i]?.data() ?? []) < 1e-13, own[i]?.op.name);
  });
  t.deepEqual((await evaluate([law.fisherRoot(at)]))[0]?.shape, [2, 3, 3]);
  t.equal(law.support?.text(3), "0, 1, 2");
  t.equal(law.support?.has(3, 3), false);
  const many = rows(Array.from({ length: 6000 }, () => [0.1, 2, -1]));
  const draws = await numbers(law.sample(many, "draws"), { seed: 3 });
  const p = Math.exp(2) / (Math.exp(0.1) + Math.exp(2) + Math.exp(-1));
  const share = draws.filter((y) => y === 1).length / draws.length;
  t.ok(
    Math.abs(share - p) < 4 * Math.sqrt((p * (1 - p)) / draws.length),
    "seed 3, 4 standard errors",
  );
});

test("defLaw: by samples where nothing else is known, and where outcomes are too many", async (t) => {
  const normal = gaussian();
  const { logProb, sample } = normal;
  const law = defLaw({ name: "drawn", logProb, sample, samples: 20000 });
  t.equal(law.how?.fisher, "20000 samples");
  const [a = 0, b = 0, c = 0] = await numbers(law.fisher(rows([[0.4, -1.2]])), { seed: 4 });
  const limit = 4 * Math.sqrt(2 / 20000);
  t.ok(Math.max(Math.abs(a - 1), Math.abs(b), Math.abs(c)) < limit, "seed 4, 4 standard errors");
  t.equal(law.kl, null);
  const bits = bernoulli();
  const spec = { name: "bits", logProb: bits.logProb, outcomes: bits.outcomes };
  const both = defLaw({ ...spec, sample: bits.sample });
  t.equal(both.how?.fisher, "enumeration, else 64 samples");
  t.deepEqual(both.fisherRoot(input("h", [2, 13])).shape, [2, 13, 64]);
  t.deepEqual(both.fisherRoot(input("h", [2, 3])).shape, [2, 3, 8]);
  for (const m of [3, 13]) {
    const [y, h] = [input("y", [2, m]), input("h", [2, m])];
    t.deepEqual(both.logProb(y, h).shape, [2], "listed or not, responses have a density");
  }
  t.throws(() => both.logProb(input("y", [2]), input("h", [2, 3])), /y \[2, 3\]/);
  t.throws(
    () => defLaw(spec).fisher(input("h", [2, 13])),
    /bits: its outcomes must be listed for this width of h, got null for \[2, 13\]/,
  );
});

test("defLaw: what is given stays, and the rest of the information follows from it", async (t) => {
  const { logProb, sample, fisher } = gaussian({ sigma: 0.5 });
  const at = rows([[0.4, -1.2]]);
  const byFisher = defLaw({ name: "a", logProb, sample, fisher });
  t.equal(byFisher.how?.fisherRoot, "cholesky of fisher");
  t.ok(gap(await numbers(byFisher.fisherRoot(at)), [2, 0, 0, 2]) < 1e-12);
  const byDiagonal = defLaw({ name: "b", logProb, sample, fisherDiagonal: 4 });
  t.ok(gap(await numbers(byDiagonal.fisher(at)), [4, 0, 0, 4]) < 1e-12);
  t.ok(gap(await numbers(byDiagonal.fisherRoot(at)), [2, 0, 0, 2]) < 1e-12);
  const byRoot = defLaw({ name: "c", logProb, sample, fisherRoot: byDiagonal.fisherRoot });
  t.ok(gap(await numbers(byRoot.fisher(at)), [4, 0, 0, 4]) < 1e-12);
});

test("defLaw: what is missing or misspelt is refused at the door", (t) => {
  const { logProb } = laplaceSpec;
  const refused = (spec: object, message: RegExp) =>
    t.throws(() => defLaw(spec as LawSpec), message);
  refused(
    { name: "x", logProb },
    /defLaw x: there must be a way to the Fisher information, got none/,
  );
  refused({ logProb, support: "real" }, /defLaw: name must be a text, got undefined/);
  refused({ name: "x", support: "real" }, /defLaw x: logProb must be a function of y and h/);
  refused({ ...laplaceSpec, domain: "real" }, /defLaw: options must be among name, .* got domain/);
  refused(
    { ...laplaceSpec, support: "reals" },
    /support must be among real, positive, .* got reals/,
  );
  refused({ ...laplaceSpec, parameters: 0 }, /parameters must be a positive integer, got 0/);
  refused(
    { ...laplaceSpec, support: "positive" },
    /must know where the responses are, got no centre/,
  );
  refused(
    { name: "x", logProb, support: "counts", sample: () => h },
    /the most probable response must be given where it is not h itself/,
  );
  const odd = defLaw({ ...laplaceSpec, logProb: (y, h) => sub(y, h) });
  t.throws(
    () => odd.logProb(h, h),
    /laplace, logProb: it must be a number for each row, float \[2\], got float \[2, 2\]; sum/,
  );
  t.ok(Object.isFrozen(defLaw(laplaceSpec)));
  t.end();
});

test("laws: a copy with other members is its own part", (t) => {
  const law = gaussian();
  const copy = { ...law, name: "copy" };
  const natural = input("h", [3, 2]);
  t.equal(copy.parts(natural)[0]?.law, copy);
  t.equal(copy.given(natural), copy);
  t.deepEqual(law.parts(natural), [{ law, natural, weights: null }]);
  t.end();
});

test("categorical: a label with a fraction is impossible, not truncated", async (t) => {
  const at = rows([
    [0, 0],
    [0, 0],
  ]);
  const logs = await numbers(categorical().logProb(constant(tensor([1, 0.5])), at));
  t.deepEqual(logs, [Math.log(0.5), Number.NEGATIVE_INFINITY]);
});
