import { standardMetrics } from "@metrigrad/metric";
import test from "tape";
import {
  adam,
  chain,
  constantSchedule,
  cosineSchedule,
  klClip,
  metricCurvature,
  moments,
  momentum,
  type Optimizer,
  precondition,
  quadraticStep,
  rngd,
  scale,
  sgd,
  type Transform,
} from "../src/index.ts";
import { batchesOf, classifier, contextOf, follow, gap } from "./problem.ts";

/** Largest difference of two runs, over all steps and variables. */
async function apart(a: Optimizer, b: Optimizer): Promise<number> {
  const batches = batchesOf(3);
  const [first, second] = [
    await follow(classifier(), a, batches),
    await follow(classifier(), b, batches),
  ];
  const gaps = first.flatMap((values, step) =>
    [...values].map(([name, value]) => gap(value, second[step]?.get(name))),
  );
  return Math.max(...gaps);
}

test("chain: the optimizers are chains", async (t) => {
  const schedule = cosineSchedule();
  const rows: readonly (readonly [string, Optimizer, Optimizer])[] = [
    ["sgd", sgd({ learningRate: 0.3, schedule }), chain(scale(0.3), scale(schedule))],
    [
      "momentum",
      momentum({ learningRate: 0.3, momentum: 0.8, nesterov: true }),
      chain(momentum(0.8, { nesterov: true }), scale(0.3)),
    ],
    [
      "adam",
      adam({ learningRate: 0.1, beta1: 0.5 }),
      chain(moments({ beta1: 0.5 }), scale(0.1, constantSchedule())),
    ],
    [
      "rngd",
      rngd({
        ...{ metrics: standardMetrics, absolute: 0.2, momentum: 0.5, learningRate: 0.2, schedule },
        average: null,
      }),
      chain(
        precondition({ metrics: standardMetrics, absolute: 0.2 }),
        momentum(0.5),
        scale(0.2, schedule),
      ),
    ],
  ];
  for (const [name, ready, made] of rows) t.ok((await apart(ready, made)) < 1e-15, name);
});

test("chain: a direction that is no gradient is preconditioned as it is", async (t) => {
  const first = chain(precondition({ absolute: 0.2 }), scale(0.1));
  const last = chain(scale(0.1), precondition({ absolute: 0.2 }));
  t.ok((await apart(first, last)) < 1e-14, "the solve is linear");
});

test("chain: what is no transform is refused, and what needs a metric says so", (t) => {
  t.throws(
    () => chain(scale(0.1), sgd() as unknown as Transform),
    /chain: every argument must be a transform like scale\(0.1\), got object at position 1; call it/,
  );
  t.throws(
    () => chain(precondition(), precondition()).update(contextOf(classifier())),
    /precondition: a chain may have one metric, got a second precondition; leave one out/,
  );
  t.throws(
    () => chain(klClip(1)).update(contextOf(classifier())),
    /klClip: a metric must come before it in the chain, got none; put precondition/,
  );
  t.throws(
    () => chain(quadraticStep({ curvature: metricCurvature })).update(contextOf(classifier())),
    /quadraticStep: a metric must come before it in the chain/,
  );
  const context = { ...contextOf(classifier()), observed: [] };
  t.throws(
    () => chain(quadraticStep()).update(context),
    /quadraticStep: the Gauss–Newton matrix needs what is observed of the model, and its law, got a loss without a law/,
  );
  t.end();
});

test("chain: settings of links are refused by name", (t) => {
  t.throws(() => scale(-1), /scale: factor must be a finite number ≥ 0, got -1/);
  t.throws(() => momentum(1.5), /momentum must be a number in \[0, 1\], got 1.5/);
  t.throws(() => klClip(0), /klClip: bound must be a finite number > 0, got 0/);
  t.throws(() => moments({ epsilon: -1 }), /moments: epsilon must be a finite number ≥ 0/);
  t.end();
});

test("chain: it says what it is made of as plain data", (t) => {
  const made = chain(precondition({ absolute: 0.2 }), momentum(0.5), klClip(0.1), quadraticStep());
  t.deepEqual(JSON.parse(JSON.stringify(made.settings)), made.settings);
  t.match(JSON.stringify(made.settings), /"name":"klClip","bound":0.1/);
  t.end();
});
