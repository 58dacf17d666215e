/** What the program begins with. */
export interface CoordinatesCode {
  readonly mu: number;
  readonly sigma: number;
  readonly gamma: number;
}

/** The program of the page with two coordinate systems. */
export function coordinatesCode({ mu, sigma, gamma }: CoordinatesCode): string {
  return `import {
  add, chain, concat, cpu, defModule, div, gaussianWithScale, log, matmul, mul, neg,
  param, partition, precondition, scale, sgd, slice, tensor, trainingStep, uniformStream,
} from "metrigrad";

// Fifty draws of N(1, 1.5²).
const stream = uniformStream({ seed: 1, path: "coordinates" });
const y = tensor(Float64Array.from({ length: 50 }, (_, i) => 1 + 1.5 * stream.normal(i)), { shape: [50, 1] });
const ones = (x) => add(mul(x, 0), 1);

// One family, y ~ N(μ, σ²), in two coordinate systems. Both modules put out (μ, ln σ) for every row.
const start = { mu: ${mu}, s: Math.log(${sigma}) };
const byScale = defModule({
  name: "byScale",
  params: { theta: param([1, 2], () => [start.mu, start.s]) },
  apply: ({ theta }, x) => ({ response: matmul(ones(x), theta) }),
});
const precision = Math.exp(-2 * start.s);
const byPrecision = defModule({
  name: "byPrecision",
  params: { theta: param([1, 2], () => [start.mu * precision, precision]) },
  apply: ({ theta }, x) => {
    const [a, b] = [slice(theta, [null, [0, 1]]), slice(theta, [null, [1, 2]])];
    return { response: matmul(ones(x), concat([div(a, b), mul(log(b), -0.5)], 1)) };
  },
});

const backend = await cpu();
const gamma = ${gamma};
for (const make of [byScale, byPrecision]) {
  for (const natural of [false, true]) {
    const model = make();
    const store = await backend.store(model, { seed: 1, float: "f64" });
    // The Fisher metric of the whole model; the damping is nothing beside it.
    const metric = precondition({ metrics: partition(model, "whole"), absolute: 1e-12 });
    const step = await trainingStep(store, {
      optimizer: natural ? chain(metric, scale(gamma)) : sgd({ learningRate: gamma }),
      feeds: { y: [50, 1] },
      loss: ({ y }, { apply, observe }) => neg(observe(apply(model, y), gaussianWithScale(), y)),
    });
    let loss = 0;
    for (let i = 0; i < Math.round((natural ? 5 : 20) / gamma); i++) ({ loss } = await step.run({ y }));
    const theta = [...(await store.read("theta")).data()];
    console.log(model.definition.spec.name, natural ? "natural" : "plain", "theta", theta, "nats", loss);
    await step.close();
    await store.close();
  }
}
await backend.close();
`;
}
