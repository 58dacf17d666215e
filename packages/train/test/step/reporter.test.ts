/** What the optimizer tells of its steps, in the events of a run. */
import { add, mul, type Node, normal } from "@metrigrad/graph";
import { categorical, defModule, dense, type Module, sequential } from "@metrigrad/nn";
import { rngd, sgd } from "@metrigrad/optim";
import { reference } from "@metrigrad/tensor";
import test from "tape";
import {
  type EpochEvent,
  type FitOptions,
  fit,
  type ReportedBlock,
  type StepEvent,
} from "../../src/index.ts";
import { toyData, toyModel } from "../toy.ts";

const optimizer = rngd({
  learningRate: 0.2,
  klClip: 0.05,
  adapt: { every: 2 },
  over: { every: 3 },
});
const options: FitOptions = {
  data: toyData(),
  likelihood: categorical(),
  optimizer,
  batchSize: 12,
  epochs: 2,
  seed: 1,
  backend: reference,
};

/** Noise on the way, drawn anew in every step. */
const noisy = defModule({
  name: "noisy",
  params: {},
  apply: (_: object, x: Node) => add(x, mul(normal(x.shape, { key: "noise" }), 0.3)),
});

async function events(given: Partial<FitOptions>, model = toyModel()) {
  const steps: StepEvent[] = [];
  const run = fit(model, { ...options, ...given, onStep: (event) => steps.push(event) });
  const epochs: EpochEvent[] = [...(await run.finish())];
  const weights = (await run.store.read("dense0/w")).data().slice();
  await run.close();
  return { steps, epochs, weights };
}

test("report: every k-th step and the epoch's last tell λ, residual and a length within the bound", async (t) => {
  const { steps, epochs } = await events({ report: { every: 2 } });
  t.equal(steps.length, 14);
  for (const { step, report } of steps) {
    if (step % 2 === 1) {
      t.equal(report, null);
      continue;
    }
    t.equal(report?.step, step);
    const { length, dampingFactor, reductionRatio } = report?.quantities ?? {};
    t.ok((length as number) <= 0.05 + 1e-12, `step ${step}: ${length}`);
    t.ok((dampingFactor as number) > 0);
    t.equal(reductionRatio, undefined, "what costs much is left out");
    const blocks: readonly ReportedBlock[] = report?.blocks ?? [];
    const [first] = blocks;
    const lambdas = blocks.map(({ quantities }) => quantities.lambda as readonly number[]);
    t.deepEqual(first?.params, ["dense0/w"]);
    const counts = lambdas.map(({ length: count }) => count);
    t.deepEqual(counts, [1, 1], "λ of every matrix");
    t.ok(blocks.every(({ quantities }) => (quantities.residual as number) < 1e-10));
  }
  t.equal(epochs[0]?.report, steps[5]?.report);
  t.equal(epochs[1]?.report?.step, 14);
});

test("report: true tells of the last step of every epoch", async (t) => {
  const { steps, epochs } = await events({ report: true });
  t.deepEqual(
    steps.filter(({ report }) => report !== null).map(({ step }) => step),
    [7, 14],
  );
  t.deepEqual(
    epochs.map(({ report }) => report?.step),
    [7, 14],
  );
});

test("report: condition numbers and ratios on request; optimizers without a metric tell nothing", async (t) => {
  const { epochs } = await events({ report: { every: 7, costly: true } });
  const report = epochs[0]?.report;
  t.ok(Number.isFinite(report?.quantities.reductionRatio));
  t.ok(report?.blocks.every(({ quantities }) => (quantities.condition as number) >= 1));
  const plain = await events({ report: true, optimizer: sgd() });
  t.deepEqual(plain.epochs[0]?.report, { step: 7, quantities: {}, blocks: [] });
  const silent = await events({});
  t.equal(silent.epochs[0]?.report, null);
});

test("report: a run that tells is the run that does not, draws included", async (t) => {
  const model = () =>
    sequential(dense(2, 8, { activation: "tanh" }), noisy(), dense(8, 3)) as Module;
  const told = await events({ report: { every: 1, costly: true } }, model());
  const silent = await events({}, model());
  t.deepEqual([...told.weights], [...silent.weights]);
  t.deepEqual(
    told.epochs.map(({ trainCost }) => trainCost),
    silent.epochs.map(({ trainCost }) => trainCost),
  );
});

test("report: a number of steps that is no count is refused", (t) => {
  t.throws(
    () => fit(toyModel(), { ...options, report: { every: 0 } }),
    /fit: report.every must be a positive integer, got 0; pass { report: { every: 100 } }/,
  );
  t.end();
});
