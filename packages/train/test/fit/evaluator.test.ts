import type { AnySplit, Split } from "@metrigrad/data";
import { abs, mean, type Node, sub } from "@metrigrad/graph";
import {
  type AnyLaw,
  type AnyModule,
  bernoulli,
  categorical,
  defModule,
  dense,
  gaussian,
  independent,
  joint,
  type Module,
  masked,
  param,
  sequential,
  zeros,
} from "@metrigrad/nn";
import {
  GraphError,
  type Plan,
  reference,
  type Store,
  type Tensor,
  tensor,
} from "@metrigrad/tensor";
import test from "tape";
import { residentRows } from "../../src/data/form.ts";
import { evaluator } from "../../src/fit/evaluator.ts";
import { rejects } from "../rejects.ts";
import { toyData, toyModel } from "../toy.ts";

type Metrics = Readonly<Record<string, (output: never, targets: never) => Node>>;

async function evaluated(
  model: unknown,
  likelihood: unknown,
  split: AnySplit,
  options: { chunk?: number; metrics?: Metrics; scale?: number; seed?: number } = {},
) {
  const { chunk = 1000, metrics = {}, scale = 1, seed = 5 } = options;
  const objective = { model: model as AnyModule, likelihood: likelihood as AnyLaw, loss: null };
  const store = await (await reference()).store(objective.model, { seed });
  const rows = await residentRows(store, "test", split, { inputScale: scale });
  const { form, count } = rows;
  const own = evaluator(
    { objective, metrics, form, most: count, chunk: Math.min(chunk, count) },
    store,
  );
  const chosen = Int32Array.from({ length: count }, (_, row) => row);
  const found = await own.evaluate([{ rows, chosen }]);
  await own.close();
  return { found, store };
}

test("evaluation does not depend on how rows are dealt into padded chunks", async (t) => {
  const model = toyModel();
  const { train } = toyData();
  const at = async (chunk: number) =>
    (await evaluated(model, categorical(), train, { chunk, scale: 1 / 255 })).found;
  const whole = await at(90);
  for (const chunk of [1, 7, 30, 32, 89, 1000]) {
    const { cost, accuracy } = await at(chunk);
    t.equal(cost, whole.cost, `cost in chunks of ${chunk}`);
    t.equal(accuracy, whole.accuracy, `accuracy in chunks of ${chunk}`);
  }
});

test("cost and accuracy are those of a plain loop, weighted where rows have weights", async (t) => {
  const model = sequential(dense(2, 3));
  const { inputs, targets } = toyData().valid as Split;
  const weights = Array.from({ length: 25 }, (_, row) => row % 4);
  for (const weighted of [false, true]) {
    const split = weighted ? { inputs, targets, weights: tensor(weights) } : { inputs, targets };
    const { found, store } = await evaluated(model, categorical(), split, {
      chunk: 10,
      scale: 1 / 255,
    });
    const w = await store.read("dense0/w");
    let [sum, hits, all] = [0, 0, 0];
    for (let row = 0; row < 25; row++) {
      const share = weighted ? (weights[row] as number) : 1;
      const x = [inputs.get(row, 0) / 255, inputs.get(row, 1) / 255, 1];
      const logits = [0, 1, 2].map((k) => x.reduce((s, v, i) => s + v * w.get(i, k), 0));
      const y = targets.get(row);
      const cost = Math.log(logits.reduce((s, v) => s + Math.exp(v), 0)) - (logits[y] as number);
      sum += share * cost;
      all += share;
      if (logits.indexOf(Math.max(...logits)) === y) hits += share;
    }
    t.ok(Math.abs(found.cost - sum / all) < 1e-12);
    t.equal(found.accuracy, hits / all);
  }
});

/** Puts out its input, whatever that is. */
const identity = defModule({
  name: "identity",
  params: { unused: param([1], zeros) },
  apply: (_, x) => x,
}) as unknown as () => Module<never, never>;

test("a row of several responses counts only where all are right", async (t) => {
  const pairs = tensor([
    [1, -1],
    [1, -1],
    [-1, 1],
    [-1, 1],
  ]);
  const targets = tensor([
    [1, 0],
    [1, 1],
    [0, 1],
    [0, 0],
  ]);
  const { found } = await evaluated(
    identity(),
    bernoulli(),
    { inputs: pairs, targets },
    { chunk: 3 },
  );
  t.equal(found.accuracy, 0.5);
});

test("accuracy of soft targets: the class with the largest share", async (t) => {
  const inputs = tensor([
    [1, -1, 0],
    [1, -1, 0],
    [-1, 0, 1],
    [0, 2, 1],
  ]);
  const targets = tensor([
    [0.8, 0.1, 0.1],
    [0.2, 0.5, 0.3],
    [0, 0, 1],
    [0.3, 0.4, 0.3],
  ]);
  const law = categorical({ soft: true });
  const { found } = await evaluated(identity(), law, { inputs, targets }, { chunk: 3 });
  t.equal(found.accuracy, 0.75);
});

test("accuracy of joint and masked laws: what a mask leaves out is neither right nor wrong", async (t) => {
  const logits = tensor([
    [2, 0],
    [0, 2],
    [2, 0],
    [2, 0],
  ]);
  const inputs = { a: logits, b: logits };
  const right = tensor(Int32Array.of(0, 1, 0, 0));
  const half = tensor(Int32Array.of(0, 0, 0, 1));
  const both = joint({ a: categorical(), b: categorical() });
  const first = await evaluated(identity(), both, { inputs, targets: { a: right, b: half } });
  t.equal(first.found.accuracy, 0.5);
  const law = joint({ a: categorical(), b: masked(categorical()) });
  const partly = (mask: number[]) => ({ a: right, b: { value: half, mask: tensor(mask) } });
  const second = await evaluated(identity(), law, { inputs, targets: partly([1, 0, 1, 1]) });
  t.equal(second.found.accuracy, 0.75, "the second row's b does not count");
  const only = masked(categorical());
  const alone = { value: half, mask: tensor([1, 0, 0, 1]) };
  const third = await evaluated(identity(), only, { inputs: logits, targets: alone });
  t.equal(third.found.accuracy, 0.5, "two rows count, one is right");
  const words = masked(independent(categorical()));
  const sequence = {
    inputs: tensor(new Float64Array([2, 0, 0, 2, 2, 0, 2, 0]), { shape: [2, 2, 2] }),
    targets: {
      value: tensor([
        [0, 1],
        [1, 0],
      ]),
      mask: tensor([
        [1, 1],
        [0, 1],
      ]),
    },
  };
  t.equal((await evaluated(identity(), words, sequence)).found.accuracy, 1);
  const mixed = joint({ a: categorical(), b: gaussian() });
  const continuous = { inputs, targets: { a: right, b: logits } };
  t.notOk("accuracy" in (await evaluated(identity(), mixed, continuous)).found);
});

test("own metrics are means over rows; a scalar is that of whole chunks", async (t) => {
  const y = tensor([[1], [3], [4], [8], [10]]);
  const split = { inputs: tensor([[0], [0], [0], [0], [0]]), targets: y };
  const error = (output: Node, target: Node) => abs(sub(output, target));
  const metrics = {
    each: ((output: Node, target: Node) => mean(error(output, target), { axis: 1 })) as never,
    whole: ((output: Node, target: Node) => mean(error(output, target))) as never,
  };
  const { found } = await evaluated(identity(), gaussian(), split, { chunk: 2, metrics });
  t.deepEqual(found.metrics, { each: 5.2, whole: 5.2 });
  const weighted = { ...split, weights: tensor([1, 2, 1, 1, 1]) };
  const { each } = metrics;
  t.equal(
    (await evaluated(identity(), gaussian(), weighted, { metrics: { each } })).found.metrics.each,
    29 / 6,
  );
  await rejects(
    t,
    evaluated(identity(), gaussian(), weighted, { metrics }),
    GraphError,
    /fit, metrics.whole: it must give a value per sample, \[n\], where samples have weights, got a scalar/,
  );
  const wide = { wide: ((output: Node) => output) as never };
  await rejects(
    t,
    evaluated(identity(), gaussian(), split, { metrics: wide }),
    GraphError,
    /fit, metrics.wide: it must give a value per sample, \[5\] here, or a scalar, got \[5, 1\]/,
  );
});

test("rows come in as few equal chunks as work allows, and in no smaller ones than batches", async (t) => {
  const model = sequential(dense(400, 250)) as Module;
  const rows = 700;
  const split = {
    inputs: tensor(new Float32Array(rows * 400), { shape: [rows, 400] }),
    targets: tensor(new Float32Array(rows * 250), { shape: [rows, 250] }),
  };
  const objective = { model: model as AnyModule, likelihood: gaussian() as AnyLaw, loss: null };
  const inner = await (await reference()).store(objective.model, { seed: 1 });
  const sizes: number[] = [];
  const store: Store = Object.create(inner, {
    prepare: {
      value: async ({ feeds }: Plan) => {
        sizes.push(feeds.find(({ name }) => name === "rows")?.shape[0] as number);
        const run = async (given: readonly Tensor[]) => [
          { shape: [], read: async () => tensor(new Float32Array(given[0]?.shape[0] ?? 0)) },
        ];
        return { bytes: 0, run, close: async () => {} };
      },
    },
  });
  const resident = await residentRows(store, "test", split, {});
  const at = async (batchSize?: number) => {
    const { form, count } = resident;
    const batch = batchSize === undefined ? {} : { batchSize };
    const own = evaluator({ objective, metrics: {}, form, most: count, ...batch }, store);
    const evaluate = (length: number) =>
      own.evaluate([{ rows: resident, chosen: Int32Array.from({ length }, (_, row) => row) }]);
    sizes.length = 0;
    await evaluate(700);
    await evaluate(300);
    return [...sizes];
  };
  t.deepEqual(await at(), [350, 300], "700 rows are too much work for one run");
  t.deepEqual(await at(700), [700, 300], "but not where a step of training has them");
  t.deepEqual(await at(10_000), [700, 300]);
});
