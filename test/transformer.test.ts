/** A small decoder-only transformer learns to count, by gradients and by natural gradients, on the cpu backend. */
import {
  adam,
  categorical,
  cpu,
  dense,
  embedding,
  fullMetrics,
  independent,
  layerNorm,
  mul,
  neg,
  type Optimizer,
  positionalEmbedding,
  rngd,
  sequential,
  skip,
  type Tensor,
  tensor,
  trainingStep,
  transformerEncoder,
} from "metrigrad";
import test from "tape";

const [n, T, vocabulary, width] = [16, 6, 7, 8] as const;

/** Tokens that go up by 1 or 2, and what comes next. */
function counted(): { readonly tokens: Tensor; readonly next: Tensor } {
  const at = (s: number, t: number) => (s * 3 + t * (1 + (s % 2))) % vocabulary;
  const values = (shift: number) =>
    tensor(
      Int32Array.from({ length: n * T }, (_, i) => at(Math.floor(i / T), (i % T) + shift)),
      { shape: [n, T] },
    );
  return { tokens: values(0), next: values(1) };
}

const optimizers: Readonly<Record<string, () => Optimizer>> = {
  adam: () => adam({ learningRate: 0.02 }),
  "rngd, linear rows": () => rngd({ learningRate: 0.4 }),
  "rngd, a row for every parameter": () => rngd({ learningRate: 0.4, metrics: fullMetrics }),
};

for (const [name, optimizer] of Object.entries(optimizers)) {
  test(`transformer: ${name} learns what comes next`, async (t) => {
    const backend = await cpu({ threads: 1 });
    t.teardown(() => backend.close());
    const model = sequential(
      embedding(vocabulary, width),
      positionalEmbedding(T, width),
      transformerEncoder(1, width, 2, { causal: true, normFirst: true, dropout: 0.05 }),
      skip(sequential(layerNorm(width), dense(width, width))),
      dense(width, vocabulary),
    );
    const store = await backend.store(model, { seed: 4 });
    const step = await trainingStep(store, {
      optimizer: optimizer(),
      feeds: {
        tokens: { shape: [n, T], type: "i32" },
        next: { shape: [n, T], type: "i32" },
      },
      loss: ({ tokens, next }, { apply, observe }) => {
        const law = independent(categorical(), 1);
        return mul(neg(observe(apply(model, tokens), law, next)), 1 / T);
      },
    });
    const batch = counted();
    const losses: number[] = [];
    for (let k = 0; k < 60; k++) losses.push((await step.run(batch)).loss);
    const [first = 0] = losses;
    const last = losses.at(-1) as number;
    t.ok(losses.every(Number.isFinite), "finite");
    // The first token of a row does not say whether it goes up by 1 or 2: 0.11 must stay of it.
    // Guessing costs ln 7 = 1.95.
    t.ok(first > 1.5 && last < 0.7 && last > 0.1, `from ${first} to ${last}`);
    await step.close();
  });
}
