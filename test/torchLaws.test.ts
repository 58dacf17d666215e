/** ln p and divergences of laws against recorded ones of torch.distributions (test/torch/laws.py). */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  beta,
  binomial,
  categorical,
  constant,
  dirichlet,
  evaluate,
  exponential,
  gamma,
  gaussian,
  gaussianWithCovariance,
  type Law,
  laplace,
  multinomial,
  type NestedArray,
  type Node,
  negativeBinomial,
  reference,
  studentT,
  tensor,
  vonMises,
} from "metrigrad";
import test from "tape";

interface Recorded {
  readonly h: NestedArray;
  readonly y: NestedArray;
  readonly logProb: readonly number[];
  readonly other?: NestedArray;
  readonly kl?: readonly number[];
}

const file = join(import.meta.dirname, "torch/laws.json");
const recorded = JSON.parse(readFileSync(file, "utf8")).laws as Readonly<Record<string, Recorded>>;

const covariance = [
  [1, 0.5],
  [0.5, 2],
];

const laws: Readonly<Record<string, Law>> = {
  laplace: laplace({ scale: 0.6 }),
  laplaceWithScale: laplace({ scale: "learned" }),
  studentT: studentT({ dof: 5, scale: 0.6 }),
  studentTWithScale: studentT({ dof: 3, scale: "learned" }),
  exponential: exponential(),
  gamma: gamma(),
  beta: beta(),
  vonMises: vonMises(),
  dirichlet: dirichlet(),
  binomial: binomial(4),
  multinomial: multinomial(4),
  negativeBinomial: negativeBinomial({ dispersion: 1.5 }),
  gaussianCovariance: gaussian({ covariance }),
  gaussianWithCovariance: gaussianWithCovariance(),
  smoothed: categorical({ smoothing: 0.1 }),
  weighted: categorical({ classWeights: [1, 2, 0.5, 3] }),
  soft: categorical({ soft: true }),
};

const isLabels = (y: NestedArray) => typeof (y as readonly unknown[])[0] === "number";

async function values(node: Node): Promise<number[]> {
  const backend = await reference();
  const found = await evaluate(node, { store: await backend.store([]) });
  await backend.close();
  return [...found.data()];
}

function gap(got: readonly number[], right: readonly number[]): number {
  return Math.max(...right.map((value, at) => Math.abs(value - (got[at] ?? Number.NaN))));
}

test("torch laws: each that was recorded is compared", (t) => {
  t.deepEqual(Object.keys(recorded).sort(), Object.keys(laws).sort());
  t.end();
});

for (const [name, { h, y, logProb, other, kl }] of Object.entries(recorded)) {
  test(`${name}: recorded ln p and divergences`, async (t) => {
    const law = laws[name] as Law;
    const labels = () => tensor(Int32Array.from(y as number[]));
    const observed = constant(isLabels(y) ? labels() : tensor(y));
    const at = constant(tensor(h));
    t.ok(gap(await values(law.logProb(observed, at)), logProb) < 1e-12, "ln p");
    if (kl === undefined || other === undefined) return;
    const apart = (law.kl as NonNullable<Law["kl"]>)(at, constant(tensor(other)));
    t.ok(gap(await values(apart), kl) < 1e-12, "divergence");
  });
}
