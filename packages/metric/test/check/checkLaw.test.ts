/** Right laws pass, and each wrong member of a law is found. */
import {
  abs,
  add,
  input,
  log1p,
  mul,
  type Node,
  neg,
  sign,
  square,
  sub,
  sum,
  uniform,
} from "@metrigrad/graph";
import { checkLaw } from "@metrigrad/metric";
import * as nn from "@metrigrad/nn";
import {
  bernoulli,
  beta,
  binomial,
  categorical,
  defLaw,
  dirichlet,
  exponential,
  gamma,
  gaussian,
  gaussianWithCovariance,
  gaussianWithScale,
  independent,
  joint,
  type Law,
  masked,
  mixture,
  multinomial,
  negativeBinomial,
  ordinal,
  poisson,
  type RowLaw,
  studentT,
  vonMises,
  weighted,
} from "@metrigrad/nn";
import { tensor } from "@metrigrad/tensor";
import test from "tape";
import { sweepSeeds, wholeSweep } from "../support/seeds.ts";

const overRow = (each: Node) => sum(each, { axis: 1 });

const laplace = defLaw({
  name: "laplace",
  support: "real",
  logProb: (y, h) => overRow(sub(neg(abs(sub(y, h))), Math.LN2)),
  sample: (h, key) => {
    const u = sub(uniform(h.shape, { key }), 0.5);
    return sub(h, mul(sign(u), log1p(mul(abs(u), -2))));
  },
});
const cauchy = defLaw({
  name: "cauchy",
  support: "real",
  logProb: (y, h) => overRow(sub(neg(log1p(square(sub(y, h)))), Math.log(Math.PI))),
});
const listed = defLaw({
  name: "listed",
  outcomes: () => tensor(Int32Array.of(0, 1, 2)),
  logProb: categorical().logProb,
});

for (const law of [
  categorical(),
  bernoulli(),
  gaussian(),
  gaussianWithScale(),
  cauchy,
  listed,
  ...(wholeSweep
    ? [
        bernoulli({ values: [-1, 1] }),
        gaussian({ sigma: 0.01 }),
        poisson(),
        laplace,
        nn.laplace({ scale: 0.6 }),
        studentT(),
        exponential(),
        negativeBinomial({ dispersion: 2 }),
        binomial(4),
        ordinal(),
      ]
    : []),
]) {
  test(`checkLaw: ${law.name} is right, seed 1`, async (t) => {
    // Two responses by quadrature where that is short.
    const wide = law.outcomes(3) !== null || /^(gaussian\(1\)|poisson|gaussianWith)/.test(law.name);
    const inputs = wide ? {} : { inputs: column };
    const report = await checkLaw(law, { samples: 1000, ...inputs });
    t.ok(report.passed, String(report));
    t.ok(report.checks.some(({ name }) => /^fisher = E\[score score'\] by/.test(name)));
  });
}

for (const [law, h] of [
  [
    gaussian({
      covariance: [
        [1, 0.5],
        [0.5, 2],
      ],
    }),
    [0.1, 2],
  ],
  [gaussianWithCovariance(), [0.1, 2, 0.1, -0.1, 0.2]],
  [nn.laplace({ scale: "learned" }), [0.1, -0.3]],
  [studentT({ scale: "learned" }), [0.1, -0.3]],
  [gamma(), [0.7, 0.2]],
  [beta(), [0.4, 0.8]],
  [dirichlet(), [0.4, 0.8, 0.1]],
  [vonMises(), [1.4, -0.8]],
  [multinomial(3), [0.4, 0.8, 0.1]],
  [ordinal({ thresholds: [-1, 0.5] }), [0.3]],
  [mixture(bernoulli(), 2), [0.4, -0.2, 1, -1]],
] as const) {
  // Where draws alone judge it takes many seconds.
  if (/^(dirichlet|vonMises)/.test(law.name) && !wholeSweep) continue;
  test(`checkLaw: ${law.name} is right, seed 1`, async (t) => {
    const report = await checkLaw(law, { samples: 2000, inputs: tensor([[...h]]) });
    t.ok(report.passed, String(report));
  });
}

test("checkLaw: many responses are judged by samples", async (t) => {
  const report = await checkLaw(gaussian(), { inputs: tensor([[0.1, 2, -1, 0.4]]) });
  t.ok(report.passed, String(report));
  t.deepEqual(
    report.checks.map(({ name }) => name),
    [
      "sample is in the support",
      "sample: E[score] = 0",
      "sample: E[score score'] = fisher",
      "fisherRoot = fisher",
      "fisherDiagonal = fisher",
      "sample: kl = E[ln p − ln p']",
    ],
  );
});

test("checkLaw: where draws alone judge there are enough of them, 10 % off", async (t) => {
  const inputs = tensor([[0.1, 2, -1]]);
  const wrong: RowLaw = { ...gaussian(), fisher: (h) => mul(gaussian().fisher(h), 1.1) };
  for (const seed of wholeSweep ? sweepSeeds : [1]) {
    // 20 draws see nothing: more are taken.
    if (seed <= 3) {
      const right = await checkLaw(gaussian(), { inputs, seed, samples: 20 });
      t.ok(right.passed, String(right));
    }
    const { checks } = await checkLaw(wrong, { inputs, seed, samples: 20 });
    const off = checks.filter(({ passed }) => !passed).map(({ name }) => name);
    t.ok(off.includes("sample: E[score score'] = fisher"), `10 % off, seed ${seed}: ${off}`);
  }
});

test("checkLaw: a density with kinks, and one that is sharp", async (t) => {
  // The kink of a response lies within the step of many scores.
  for (const at of [0, 1e-7, 3e-6]) {
    const report = await checkLaw(laplace, { inputs: tensor([[at]]), samples: 0 });
    t.ok(report.passed, String(report));
  }
  const sharp = await checkLaw(gaussian({ sigma: 1e-4 }), { inputs: column, samples: 0 });
  t.ok(sharp.passed, String(sharp));
});

const words = tensor([
  [
    [0.1, 2, -1],
    [0, 0.3, 1],
  ],
  [
    [1, 0, 0.4],
    [0.2, -0.3, 0.5],
  ],
]);
const digit = tensor([
  [0.1, 2, -1],
  [0, 1, 2],
]);

test("checkLaw: laws of laws, part by part and as a whole", async (t) => {
  const law = joint({
    digit: categorical(),
    angle: weighted(gaussian({ sigma: 0.1 })),
    words: [masked(independent(categorical()))],
  });
  const inputs = { digit, angle: tensor([[0.3], [1]]), words: [words] };
  const report = await checkLaw(law, { inputs, samples: 1000 });
  t.ok(report.passed, String(report));
  const names = report.checks.map(({ name }) => name);
  for (const part of ["part 1, categorical: ", "part 2, gaussian(0.1): ", "part 3, categorical: "])
    t.ok(
      names.some((name) => name.startsWith(part)),
      part,
    );
  t.deepEqual(names.slice(-3), [
    "the whole: E[score] = 0 by samples",
    "the whole: E[score score'] = Σ of the parts by samples",
    "the whole: kl = E[ln p − ln p'] by samples",
  ]);
});

/** Names of the checks that are off, up to a colon or "by". */
async function off(law: Law, inputs?: Parameters<typeof checkLaw>[1]): Promise<string[]> {
  const { checks } = await checkLaw(law, { samples: 2000, ...inputs });
  return checks
    .filter(({ passed }) => !passed)
    .map(({ name }) => name.replace(/,? (by|enum|quad).*/, ""));
}

/** One response per row, where the quadrature is short. */
const column = tensor([[0.3], [-1.2]]);
const normal = gaussian();
const scaled = (by: number) => (h: Node) => mul(normal.fisher(h), by);
const wrong: readonly (readonly [what: string, law: RowLaw, found: readonly string[]])[] = [
  [
    "a Fisher information 10 % off",
    { ...normal, fisher: scaled(1.1) },
    ["fisher = E[score score']", "sample: E[score score'] = fisher"],
  ],
  [
    "a root 10 % off",
    { ...normal, fisherRoot: (h) => mul(normal.fisherRoot(h), 1.1) },
    ["fisherRoot = E[score score']"],
  ],
  ["a diagonal 1 % off", { ...normal, fisherDiagonal: 1.01 }, ["fisherDiagonal = E[score score']"]],
  [
    "a diagonal where there is none",
    {
      ...categorical(),
      fisherDiagonal: (h) => overRow(categorical().fisher(h)),
    },
    ["fisherDiagonal = E[score score']"],
  ],
  [
    "draws of another σ",
    { ...normal, sample: gaussian({ sigma: 1.2 }).sample },
    ["sample: E[score score'] = fisher", "sample: as often as logProb says"],
  ],
  [
    "draws of another mean",
    { ...bernoulli(), sample: (h, key) => bernoulli().sample(add(h, 0.3), key) },
    [
      "sample: E[score] = 0",
      "sample: E[score score'] = fisher",
      "sample: as often as logProb says",
    ],
  ],
  [
    "a density without its constant",
    { ...normal, logProb: (y, h) => add(normal.logProb(y, h), 0.3) },
    [
      "probabilities add up to 1",
      "fisher = E[score score']",
      "fisherRoot = E[score score']",
      "fisherDiagonal = E[score score']",
      "kl = E[ln p − ln p']",
      "sample: as often as logProb says",
    ],
  ],
  [
    "a divergence 1 % off",
    { ...normal, kl: (h, other) => mul(normal.kl?.(h, other) as Node, 1.01) },
    ["kl = E[ln p − ln p']"],
  ],
  [
    "a prediction beside the mode",
    { ...normal, predict: (h) => add(h, 0.5) },
    ["predict is the most probable response"],
  ],
  [
    "an outcome twice",
    { ...categorical(), outcomes: () => tensor(Int32Array.of(0, 1, 2, 2)) },
    ["outcomes differ"],
  ],
  [
    "a support that draws leave",
    { ...normal, support: { text: () => "numbers below 2", has: (value) => value < 2 } },
    ["sample is in the support"],
  ],
];

// Every other one; all of them with METRIGRAD_SWEEP=full.
for (const [what, law, found] of wrong.filter((_, at) => wholeSweep || at % 2 === 0)) {
  test(`checkLaw: rings on ${what}, seed 1`, async (t) => {
    const got = await off(law, law.support?.has(0.5, 1) === true ? { inputs: column } : {});
    for (const name of found) t.ok(got.includes(name), `${name} in ${got}`);
    if (found.length === 1 && found[0] !== "outcomes differ") t.deepEqual(got, found);
  });
}

test("checkLaw: an estimate from draws is judged by its size", async (t) => {
  const law = mixture(gaussian(), 2);
  const inputs = tensor([
    [0.3, -0.2, 1, -0.5],
    [0, 0.4, 0.2, 2],
  ]);
  for (const samples of [0, 2000]) {
    const report = await checkLaw(law, { inputs, samples });
    t.ok(report.passed, String(report));
    for (const factor of [0.2, 5]) {
      const fisher = (h: Node) => mul(factor, law.fisher(h));
      const wrong = await checkLaw({ ...law, fisher } as RowLaw, { inputs, samples });
      t.notOk(wrong.passed, `times ${factor}`);
    }
  }
  const listed = mixture(bernoulli(), 2);
  const fisher = (h: Node) => mul(1.01, listed.fisher(h));
  const off = await checkLaw({ ...listed, fisher } as RowLaw, {
    inputs: tensor([[0.4, -0.2, 1, -1]]),
  });
  t.notOk(off.passed, "what is enumerated is no estimate");
});

test("checkLaw: labels that are smoothed or weighted are checked by their part", async (t) => {
  const inputs = tensor([
    [0.3, -0.2, 1],
    [0, 0.4, 0.2],
  ]);
  const laws = [
    ...[{ smoothing: 0.1 }, { classWeights: [1, 2, 3] }, { soft: true }].map((own) =>
      categorical(own),
    ),
    masked(categorical({ smoothing: 0.1 })),
  ];
  for (const law of laws) {
    const report = await checkLaw(law, { inputs });
    t.ok(report.passed, report.toString());
    t.ok(report.checks.length > 3);
    t.match(report.toString(), /is no density.*only its parts are checked/s);
  }
});

test("checkLaw: says what is wrong", async (t) => {
  const law: RowLaw = { ...normal, fisher: scaled(1.1) };
  const text = String(await checkLaw(law, { samples: 0, inputs: column }));
  t.match(text, /^checkLaw gaussian\(1\): 1 of 7 checks are off/);
  t.match(
    text,
    /OFF {2}fisher = E\[score score'\] by quadrature: .* all of it is 1\.100 times what it must be/,
  );
});

test("checkLaw: a whole that is not its parts", async (t) => {
  const law = independent(categorical());
  // Every response counts twice in the density, once in the information.
  const odd = { ...law, logProb: (y: Node, h: Node) => mul(law.logProb(y, h), 2) };
  const got = await off(odd, { inputs: words });
  t.deepEqual(got.slice(0, 1), ["the whole: E[score score'] = Σ of the parts"]);
});

test("checkLaw: what it cannot check is refused", async (t) => {
  const refused = async (law: unknown, message: RegExp, options = {}) => {
    try {
      await checkLaw(law as RowLaw, options);
      t.fail("no error");
    } catch (error) {
      t.match(String(error), message);
    }
  };
  await refused(categorical, /MetricError: checkLaw: it must be a law, got a function; call it/);
  await refused(
    joint({ a: gaussian() }),
    /checkLaw of joint\(a: gaussian\(1\)\): the shapes .* pass \{ inputs \}/,
  );
  await refused(gaussian(), /checkLaw: options must be among inputs, .* got input/, { input });
  const bare = defLaw({ name: "bare", logProb: normal.logProb, fisher: normal.fisher });
  await refused(bare, /checkLaw of bare: there must be a way to expectations/);
});
