import { input } from "@metrigrad/graph";
import { categorical, type Module } from "@metrigrad/nn";
import { tensor } from "@metrigrad/tensor";
import test from "tape";
import {
  accumulate,
  adam,
  chain,
  clipNorm,
  constantSchedule,
  groups,
  momentum,
  type Optimizer,
  rngd,
  scale,
  sgd,
} from "../src/index.ts";
import { batchesOf, batchSize, classifier, contextOf, type Feeds, follow, gap } from "./problem.ts";

/** k batches as one of k·n rows. */
function merged(batches: readonly Feeds[]): Feeds {
  const rows = batches.length * batchSize;
  const x = Float64Array.from(batches.flatMap((one) => [...(one.x?.data() ?? [])]));
  const y = Int32Array.from(batches.flatMap((one) => [...(one.y?.data() ?? [])]));
  return { x: tensor(x, { shape: [rows, 4] }), y: tensor(y) };
}

const schedule = constantSchedule();
const parameters = ["dense0/w", "dense1/w"];

/** The parameters after every step. */
async function run(
  model: Module,
  optimizer: Optimizer,
  batches: readonly Feeds[],
  rows = batchSize,
) {
  const y = input("y", [rows], "i32");
  const context = contextOf(model, 0.01, categorical(), y, rows);
  return follow(model, optimizer, batches, context);
}

const optimizers: Readonly<Record<string, Optimizer>> = {
  sgd: sgd({ learningRate: 0.4 }),
  momentum: momentum({ learningRate: 0.2 }),
  adam: adam({ learningRate: 0.05 }),
  "clipped sgd": chain(clipNorm(0.1), scale(0.7)),
  groups: groups({ "dense0/*": sgd({ learningRate: 0.4 }), others: adam({ learningRate: 0.05 }) }),
};

for (const [name, optimizer] of Object.entries(optimizers)) {
  for (const k of [2, 3]) {
    test(`accumulate, ${name}: ${k} batches of size n are one batch of size ${k}n`, async (t) => {
      const model = classifier();
      const batches = batchesOf(3 * k);
      const parts = await run(model, accumulate(k, optimizer), batches);
      const joined = Array.from({ length: 3 }, (_, i) => merged(batches.slice(i * k, (i + 1) * k)));
      const whole = await run(model, optimizer, joined, k * batchSize);
      for (const path of parameters) {
        for (let step = 0; step <= 3 * k; step++) {
          const expected = whole[Math.floor(step / k)]?.get(path);
          const off = gap(parts[step]?.get(path), expected);
          t.ok(off < 1e-12, `${path} after ${step} batches: ${off}`);
        }
        t.ok(gap(parts[0]?.get(path), parts[3 * k]?.get(path)) > 1e-2, "it moves");
      }
    });
  }
}

test("accumulate: of one batch it is the optimizer itself", async (t) => {
  const optimizer = rngd();
  const batches = batchesOf(3);
  const [one, other] = [
    await run(classifier(), accumulate(1, optimizer), batches),
    await run(classifier(), optimizer, batches),
  ];
  for (const path of parameters) t.equal(gap(one[3]?.get(path), other[3]?.get(path)), 0, path);
  t.notOk([...(one[3]?.keys() ?? [])].some((name) => name.includes("accumulated")));
});

test("accumulate, rngd: the mean gradient is preconditioned by the metric of the last batch", async (t) => {
  const model = classifier();
  const [batch] = batchesOf(1) as [Feeds];
  const optimizer = rngd({ momentum: 0.5, schedule });
  // Of equal batches the mean is the gradient of each.
  const parts = await run(model, accumulate(3, optimizer), new Array(6).fill(batch));
  const whole = await run(model, optimizer, [batch, batch]);
  for (const path of parameters) t.ok(gap(parts[6]?.get(path), whole[2]?.get(path)) < 1e-12, path);
});

test("accumulate, rngd that keeps its metric: every second step of the optimizer is every sixth batch", async (t) => {
  const model = classifier();
  const optimizer = rngd({ over: { every: 2 }, momentum: 0, schedule });
  const phases = accumulate(3, optimizer).update(contextOf(model));
  t.deepEqual(
    phases.map(({ every, offset = 0 }) => [every, offset]),
    [
      [3, 0],
      [3, 1],
      [6, 2],
      [3, 2],
      [3, 2],
    ],
  );
  const batches = batchesOf(4);
  const each = batches.flatMap((one) => [one, one, one]);
  const [parts, whole] = [
    await run(model, accumulate(3, optimizer), each),
    await run(model, optimizer, batches),
  ];
  for (const path of parameters) t.ok(gap(parts[12]?.get(path), whole[4]?.get(path)) < 1e-12, path);
});

test("accumulate within accumulate: two pairs of batches are four batches", async (t) => {
  const model = classifier();
  const batches = batchesOf(8);
  const inner = accumulate(2, momentum({ learningRate: 0.2 }));
  const four = await run(model, accumulate(4, momentum({ learningRate: 0.2 })), batches);
  for (const optimizer of [accumulate(2, inner), accumulate(2, groups({ others: inner }))]) {
    const pairs = await run(model, optimizer, batches);
    for (const path of parameters)
      t.ok(gap(pairs[8]?.get(path), four[8]?.get(path)) < 1e-12, `${optimizer.name}, ${path}`);
  }
});

test("accumulate in a group: the others move at every step", async (t) => {
  const model = classifier();
  const batches = batchesOf(2);
  const optimizer = groups({ "dense0/*": accumulate(2, sgd()), others: sgd() });
  const found = await run(model, optimizer, batches);
  const plain = await run(model, sgd(), batches);
  t.equal(gap(found[1]?.get("dense0/w"), found[0]?.get("dense0/w")), 0);
  t.equal(gap(found[1]?.get("dense1/w"), plain[1]?.get("dense1/w")), 0);
  t.ok(gap(found[2]?.get("dense0/w"), found[1]?.get("dense0/w")) > 1e-4);
});

test("accumulate: a count that is none is refused; settings say it", (t) => {
  for (const k of [0, 1.5, -2, Number.NaN, "2" as unknown as number])
    t.throws(
      () => accumulate(k, sgd()),
      /accumulate: the number of batches must be a positive integer, got .*; call accumulate\(4, adam\(\)\)/,
    );
  t.equal(accumulate(4, sgd()).settings.accumulate, 4);
  t.end();
});
