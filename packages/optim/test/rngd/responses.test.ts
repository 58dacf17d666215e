/** Weights of samples, responses that do not count, and rows of positions: the step is −γ(g + λI)⁻¹∇L all the same. */
import { constant, div, input, mean, mul, type Node, neg, sum } from "@metrigrad/graph";
import {
  fullMetrics,
  linearMetrics,
  linearRows,
  metrics,
  standardMetrics,
} from "@metrigrad/metric";
import {
  applyModel,
  categorical,
  dense,
  gaussian,
  independent,
  type Law,
  type Module,
  masked,
  sequential,
} from "@metrigrad/nn";
import { tensor, uniformStream } from "@metrigrad/tensor";
import test from "tape";
import { type OptimizerContext, rngd } from "../../src/index.ts";
import { byHand } from "../byHand.ts";
import { batchSize, contextOf, gap, inputs, labels, train } from "../problem.ts";

const [gamma, lambda] = [0.7, 0.2] as const;
const stream = uniformStream({ seed: 8, path: "responses" });
const drawn = (...shape: number[]) =>
  tensor(
    Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => stream.normal(i)),
    { shape },
  );

/** A step on inputs x with targets y under a law, with L2. */
function stepOf(
  model: Module,
  x: Node,
  y: unknown,
  law: Law,
  rowWeights: Node | null = null,
): OptimizerContext {
  const base = contextOf(model, 0.1);
  const applied = applyModel(model, x, { mode: "train", rowWeights });
  const given = law.given(y as never);
  const logs = law.logProb(y as never, applied.output as never);
  // What is observed belongs to the applications.
  const observed = [{ output: applied.output, law: given, weight: 1 }];
  const applications = applied.applications.map((one) => ({ ...one, observed: () => observed }));
  const loss =
    rowWeights === null ? neg(mean(logs)) : neg(div(sum(mul(logs, rowWeights)), sum(rowWeights)));
  return {
    ...base,
    loss,
    observed,
    applications,
    parameters: applied.parameters,
    samples: x.shape[0] as number,
  };
}

const x = input("x", inputs.shape);
const y = input("y", labels.shape, "i32");
const counts = constant(tensor(Array.from({ length: batchSize }, (_, s) => s % 4)));
const mask = constant(tensor(Int32Array.from({ length: batchSize }, (_, s) => Number(s % 3 > 0))));
const T = 3;
const positions = constant(drawn(batchSize, T, 4));
const values = constant(drawn(batchSize, T, 3));
const every = gaussian({ sigma: 0.8 });

const cases: Readonly<Record<string, (model: Module) => OptimizerContext>> = {
  "weighted samples": (model) => stepOf(model, x, y, categorical() as unknown as Law, counts),
  "masked responses": (model) =>
    stepOf(model, x, { value: y, mask }, masked(categorical()) as unknown as Law),
  positions: (model) => stepOf(model, positions, values, independent(every) as unknown as Law),
  "weighted positions": (model) =>
    stepOf(model, positions, values, independent(every) as unknown as Law, counts),
};

const models: Readonly<Record<string, () => Module>> = {
  "few inputs": () => sequential(dense(4, 5, { activation: "tanh" }), dense(5, 3)) as Module,
  "more inputs than rows": () =>
    sequential(dense(4, 49, { activation: "tanh" }), dense(49, 3)) as Module,
};
const tables = {
  linearMetrics,
  standardMetrics,
  fullMetrics,
  reduce: metrics(linearRows({ sharing: "reduce" })),
};

for (const [name, make] of Object.entries(cases)) {
  for (const [title, modelOf] of Object.entries(models)) {
    test(`rngd, ${name}, ${title}: the step is −γ(g + λI)⁻¹∇L`, async (t) => {
      for (const [label, table] of Object.entries(tables)) {
        const model = modelOf();
        const context = make(model);
        const feeds = name.includes("positions") ? {} : { x: inputs, y: labels };
        const expected = await byHand(model, context, feeds, { table, gamma, lambda });
        const settings = { metrics: table, momentum: 0, learningRate: gamma, absolute: lambda };
        const { parameters } = await train(model, rngd(settings), 1, 1, context, feeds);
        for (const [path, value] of expected) {
          const off = gap(parameters.get(path), value);
          t.ok(off < 1e-10, `${label}, ${path}: ${off}`);
        }
        t.equal(expected.size, 2);
      }
    });
  }
}
