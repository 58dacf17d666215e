/** Laws made of laws: densities, draws, divergences and information by hand. */
import {
  broadcastTo,
  cast,
  constant,
  fill,
  grad,
  input,
  isNode,
  mul,
  type Node,
  sum,
} from "@metrigrad/graph";
import {
  bernoulli,
  categorical,
  defLaw,
  gaussian,
  independent,
  joint,
  type Law,
  masked,
  weighted,
} from "@metrigrad/nn";
import { type Tensor, tensor } from "@metrigrad/tensor";
import test from "tape";
import { evaluate, gap, numbers } from "../support/evaluate.ts";

const labels = (...values: number[]) => constant(tensor(Int32Array.from(values)));
const of = (value: Parameters<typeof tensor>[0]) => constant(tensor(value));
const logits = of([
  [0, Math.log(2), Math.log(5)],
  [Math.log(3), 0, 0],
]);
const means = of([[0.5], [-1]]);

test("joint: ln p and kl add up, trees keep their names, parts are those of all", async (t) => {
  const law = joint({ digit: categorical(), angle: gaussian({ sigma: 2 }) });
  t.equal(law.name, "joint(digit: categorical, angle: gaussian(2))");
  const h = { digit: logits, angle: means };
  const y = { digit: labels(2, 0), angle: of([[0.5], [1]]) };
  const normal = -Math.log(2 * Math.sqrt(2 * Math.PI));
  const right = [Math.log(5 / 8) + normal, Math.log(3 / 5) + normal - 0.5];
  t.ok(gap(await numbers(law.logProb(y, h)), right) < 1e-14);
  const kl = await numbers(law.kl?.(h, { digit: logits, angle: mul(means, 3) }) as Node);
  t.ok(gap(kl, [1 / 8, 4 / 8]) < 1e-14);
  const { digit, angle } = law.predict(h);
  t.deepEqual(await numbers(digit), [2, 0]);
  t.equal(angle, means);
  const drawn = law.sample(h, "key");
  t.deepEqual([drawn.digit.shape, drawn.angle.shape], [[2], [2, 1]]);
  const parts = law.parts(h);
  t.deepEqual(
    parts.map(({ law: own, natural, weights }) => [own.name, natural.shape, weights]),
    [
      ["categorical", [2, 3], null],
      ["gaussian(2)", [2, 1], null],
    ],
  );
  t.equal(parts[0]?.law, categorical(), "the law itself, so that closed forms are found");
});

test("joint: lists and nested records; draws of equal laws differ", async (t) => {
  const law = joint([gaussian(), { left: gaussian(), right: gaussian() }]);
  t.equal(law.name, "joint(gaussian(1), joint(left: gaussian(1), right: gaussian(1)))");
  const [first, { left, right }] = law.sample([means, { left: means, right: means }], "key");
  const draws = await evaluate([first, left, right]);
  t.equal(new Set(draws.map((value) => value.data()[0])).size, 3);
  t.equal(law.parts([means, { left: means, right: means }]).length, 3);
});

test("joint: without a divergence of one there is none of all", (t) => {
  const { logProb, sample, fisher } = gaussian();
  const open = defLaw({ name: "open", logProb, sample, fisher });
  t.equal(joint({ a: gaussian(), b: open }).kl, null);
  t.end();
});

test("joint: what is no law, and trees that do not fit, are refused", (t) => {
  const refused = (laws: object, message: RegExp) => t.throws(() => joint(laws as never), message);
  refused({}, /joint: it must be a record or a list of laws, got none/);
  refused(gaussian(), /joint: it must be a record or a list of laws, got the law gaussian\(1\)/);
  refused({ a: gaussian }, /got a function at a; pass/);
  const law = joint({ a: gaussian(), b: gaussian() });
  t.throws(
    () => law.parts({ a: means } as never),
    /joint\(a: gaussian\(1\), b: gaussian\(1\)\), h: the tree must have a record of \{ a, b \}/,
  );
  const other = input("other", [3, 1]);
  t.throws(
    () => law.logProb({ a: means, b: other }, { a: means, b: other }),
    /all responses must have as many samples, got 2 and 3; .* independent/,
  );
  t.end();
});

const words = of([
  [
    [0, Math.log(2), Math.log(5)],
    [Math.log(3), 0, 0],
  ],
  [
    [0, 0, 0],
    [0, Math.log(2), Math.log(5)],
  ],
]);
const tokens = constant(tensor(Int32Array.of(2, 0, 1, 1), { shape: [2, 2] }));
const logs = [Math.log(5 / 8), Math.log(3 / 5), Math.log(1 / 3), Math.log(2 / 8)] as const;

test("independent: a sequence of labels; parts are its rows", async (t) => {
  const law = independent(categorical());
  const right = [logs[0] + logs[1], logs[2] + logs[3]];
  t.ok(gap(await numbers(law.logProb(tokens, words)), right) < 1e-14);
  const [part] = law.parts(words);
  t.deepEqual([part?.natural.shape, part?.weights, part?.law], [[4, 3], null, categorical()]);
  const [predicted, drawn, kl] = await evaluate([
    law.predict(words),
    law.sample(words, "k"),
    law.kl?.(words, mul(words, 0)) as Node,
  ]);
  t.deepEqual(predicted?.toArray(), [
    [2, 0],
    [0, 2],
  ]);
  t.deepEqual([drawn?.shape, kl?.shape], [[2, 2], [2]]);
  const entropy = (p: number[]) => p.reduce((sum, one) => sum + one * Math.log(one * 3), 0);
  const a = entropy([1 / 8, 2 / 8, 5 / 8]);
  t.ok(gap(kl?.data() ?? [], [a + entropy([3 / 5, 1 / 5, 1 / 5]), a]) < 1e-13);
});

test("independent: several axes, trees, and what does not fit", async (t) => {
  const grid = independent(bernoulli(), 2);
  t.equal(grid.name, "independent(bernoulli{0, 1}, 2)");
  const zero = fill([2, 3, 4, 1], 0);
  t.ok(
    gap(
      await numbers(grid.logProb(zero, zero)),
      [12, 12].map((n) => n * Math.log(0.5)),
    ) < 1e-13,
  );
  t.deepEqual(grid.parts(zero)[0]?.natural.shape, [24, 1]);
  const pairs = independent(joint({ word: categorical(), score: gaussian() }));
  const score = fill([2, 2, 1], 0);
  const h = { word: words, score };
  const normal = Math.log(2 * Math.PI);
  const right = [logs[0] + logs[1] - normal, logs[2] + logs[3] - normal];
  t.ok(gap(await numbers(pairs.logProb({ word: tokens, score }, h)), right) < 1e-13);
  t.throws(
    () => independent(categorical(), 0),
    /independent: axes must be a positive integer, got 0/,
  );
  t.throws(
    () => independent(categorical()).logProb(labels(1, 2), words),
    /independent\(categorical\): all values must have the same 2 first axes, got \[2, 2, 3\] and \[2\]/,
  );
});

/** ln p of a masked or weighted law, and its derivative by h. */
async function withSlope<Y>(law: Law<Node, Y>, y: Y, h: Node) {
  const value = law.logProb(y, h);
  const [logProb, slope] = await evaluate([value, grad(sum(value), h)]);
  return { logProb: [...(logProb as Tensor).data()], slope: [...(slope as Tensor).data()] };
}

test("masked: what is missing counts 0 whatever it is, in values and derivatives", async (t) => {
  const nan = Number.NaN;
  const far = of([
    [0, Math.log(2), Math.log(5)],
    [nan, Number.POSITIVE_INFINITY, 0],
  ]);
  const law = masked(categorical());
  const y = { value: labels(2, -100), mask: of([1, 0]) };
  const { logProb, slope } = await withSlope(law, y, far);
  t.ok(gap(logProb, [logs[0], 0]) < 1e-14);
  t.ok(gap(slope, [-1 / 8, -2 / 8, 3 / 8, 0, 0, 0]) < 1e-14);
  const numbersMissing = masked(gaussian());
  const value = of([[nan], [1]]);
  const mask = cast(of([0, 1]), "bool");
  const second = await withSlope(numbersMissing, { value, mask }, means);
  t.ok(gap(second.slope, [0, 2]) < 1e-14);
});

for (const [name, law] of [
  ["masked(independent)", masked(independent(categorical()))],
  ["independent(masked)", independent(masked(categorical()))],
] as const) {
  test(`${name}: a mask per response`, async (t) => {
    const value = constant(tensor(Int32Array.of(2, 0, 9, 1), { shape: [2, 2] }));
    const mask = of([
      [1, 1],
      [0, 1],
    ]);
    const y = { value, mask };
    t.ok(gap(await numbers(law.logProb(y, words)), [logs[0] + logs[1], logs[3]]) < 1e-14);
    t.deepEqual(
      law.parts(words).map(({ weights }) => weights),
      [null],
      "all count",
    );
    const given = law.given(y);
    const [part] = given.parts(words);
    t.deepEqual(await numbers(part?.weights as Node), [1, 1, 0, 1]);
    t.deepEqual(part?.natural.shape, [4, 3]);
    const kl = (one: typeof law) => numbers(one.kl?.(words, mul(words, 0)) as Node);
    const [all, some] = [await kl(law), await kl(given)];
    t.equal(all[0], some[0]);
    t.ok((some[1] as number) > 0 && Math.abs((some[1] as number) - (all[1] as number)) < 1e-14);
    const { mask: bound } = given.sample(words, "k");
    t.deepEqual(await numbers(bound), [1, 1, 0, 1], "draws keep the mask");
    t.deepEqual(given.predict(words).value.shape, [2, 2]);
  });
}

test("masked: one number per sample of several responses", async (t) => {
  const law = masked(independent(categorical()));
  const y = { value: tokens, mask: of([0, 1]) };
  t.ok(gap(await numbers(law.logProb(y, words)), [0, logs[2] + logs[3]]) < 1e-14);
  t.deepEqual(await numbers(law.given(y).parts(words)[0]?.weights as Node), [0, 0, 1, 1]);
  const drawn = law.sample(words, "k");
  t.deepEqual(
    await numbers(law.logProb({ ...drawn, mask: drawn.mask }, words)).then((all) => all.length),
    2,
  );
  t.throws(
    () => law.logProb({ value: tokens, mask: input("mask", [3]) }, words),
    /masked\(independent\(categorical\)\): the mask must have the first axes of the values \[2, 2\], got input \[3\]/,
  );
});

test("masked: a joint law, and parts of it", async (t) => {
  const law = masked(joint({ digit: categorical(), words: independent(categorical()) }));
  const h = { digit: logits, words };
  const y = { value: { digit: labels(2, 7), words: tokens }, mask: of([1, 0]) };
  t.ok(gap(await numbers(law.logProb(y, h)), [2 * logs[0] + logs[1], 0]) < 1e-14);
  const weights = law
    .given(y)
    .parts(h)
    .map((part) => part.weights as Node);
  t.deepEqual(
    (await evaluate(weights)).map((value) => value.toArray()),
    [
      [1, 0],
      [1, 1, 0, 0],
    ],
  );
  const inside = joint({ digit: masked(categorical()), angle: gaussian() });
  const given = inside.given({
    digit: { value: labels(1, 1), mask: of([0, 1]) },
    angle: means,
  });
  const [first, second] = given.parts({ digit: logits, angle: means });
  t.ok(isNode(first?.weights));
  t.equal(second?.weights, null);
});

test("weighted: ln p, slope, divergence and information times the weight", async (t) => {
  const law = weighted(gaussian());
  const weight = of([3, 0]);
  const y = { value: of([[1.5], [Number.NaN]]), weight };
  const { logProb, slope } = await withSlope(law, y, means);
  t.ok(gap(logProb, [3 * (-0.5 - Math.log(2 * Math.PI) / 2), 0]) < 1e-13);
  t.ok(gap(slope, [3, 0]) < 1e-14);
  const given = law.given(y);
  t.deepEqual(await numbers(given.parts(means)[0]?.weights as Node), [3, 0]);
  t.ok(gap(await numbers(given.kl?.(means, mul(means, 3)) as Node), [1.5, 0]) < 1e-14);
  const both = masked(weighted(gaussian()));
  const weights = both
    .given({ value: { value: means, weight: of([3, 2]) }, mask: of([1, 0]) })
    .parts(means)[0]?.weights;
  t.deepEqual(await numbers(weights as Node), [3, 0]);
});

test("laws of laws are frozen, and infer their trees", (t) => {
  const law = joint({ a: masked(independent(categorical())), b: [gaussian(), bernoulli()] });
  const y: ReturnType<typeof law.predict> = law.predict({
    a: words,
    b: [means, broadcastTo(means, [2, 1])],
  });
  const [first, second]: readonly [Node, Node] = y.b;
  t.deepEqual(
    [y.a.value.shape, y.a.mask.shape, first.shape, second.shape],
    [[2, 2], [2], [2, 1], [2, 1]],
  );
  for (const one of [law, independent(gaussian()), masked(gaussian()), weighted(gaussian())])
    t.ok(Object.isFrozen(one), one.name);
  t.end();
});
