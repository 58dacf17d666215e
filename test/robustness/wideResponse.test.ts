/** K-FAC by draws of a wide response: within memory, and with what keeps it from diverging. */
import { cpu } from "@metrigrad/cpu";
import { neg } from "@metrigrad/graph";
import { kfacMetrics } from "@metrigrad/metric";
import { bernoulli, dense, sequential } from "@metrigrad/nn";
import { constantSchedule, type RngdSettings, rngd } from "@metrigrad/optim";
import { uniformStream } from "@metrigrad/tensor";
import { trainingStep } from "@metrigrad/train";
import test from "tape";

/** The losses of an autoencoder of 8 pictures, each a bar in d pixels. */
async function losses(d: number, code: number, settings: RngdSettings, steps: number) {
  const stream = uniformStream({ seed: 2, path: "bars" });
  const x = Array.from({ length: 8 }, (_, s) => {
    const centre = Math.floor(stream.uniform(s) * d);
    return Array.from({ length: d }, (_, i) => (Math.abs(i - centre) < d / 8 ? 1 : 0));
  });
  const model = sequential(dense(d, code, { activation: "tanh" }), dense(code, d));
  const backend = await cpu({ threads: 1 });
  const store = await backend.store(model, { seed: 1 });
  const step = await trainingStep(store, {
    feeds: { x: [8, d] },
    optimizer: rngd({ schedule: constantSchedule(), absolute: 0.01, ...settings }),
    loss: (feeds, { apply, observe }) => neg(observe(apply(model, feeds.x), bernoulli(), feeds.x)),
  });
  const found: number[] = [];
  for (let at = 0; at < steps; at++) found.push((await step.run({ x })).loss);
  await backend.close();
  return found;
}

const draw = kfacMetrics({ samples: 1 });

test("K-FAC by one draw trains an autoencoder of 784 pixels", async (t) => {
  const metrics = kfacMetrics({ samples: 1, split: true });
  const found = await losses(784, 32, { metrics }, 7);
  const [first = 0, last = 0] = [found[0], found.at(-1)];
  t.ok(first > 500 && last < first / 4, `${first} → ${last}`);
});

test("K-FAC by one draw at little damping does not settle, where what its docstring names does", async (t) => {
  const settled = async (settings: RngdSettings) => {
    const found = (await losses(16, 4, settings, 100)).slice(50);
    return found.reduce((sum, loss) => sum + loss, 0) / found.length;
  };
  const unsettled = await settled({ metrics: draw });
  t.ok(unsettled > 1, `as it is: ${unsettled}`);
  for (const [name, settings] of [
    ["the exact expectation", { metrics: kfacMetrics() }],
    ["adapt with reject", { metrics: draw, adapt: {}, reject: 0 }],
    ["klClip", { metrics: draw, klClip: 0.1 }],
    ["a larger λ", { metrics: draw, absolute: 0.1 }],
    ["more draws", { metrics: kfacMetrics({ samples: 8 }) }],
  ] as const) {
    const found = await settled(settings);
    t.ok(found < unsettled / 10, `${name}: ${found}`);
  }
});
