import { dataSet, type Split } from "@metrigrad/data";
import { bernoulli, categorical, dense, sequential } from "@metrigrad/nn";
import { reference, tensor, uniformStream } from "@metrigrad/tensor";
import test from "tape";
import { residentSplit } from "../src/data/resident.ts";
import { evaluator } from "../src/evaluation.ts";
import { toyData, toyModel } from "./toy.ts";

test("evaluation does not depend on how rows are dealt into padded chunks", async (t) => {
  const model = toyModel();
  const store = await (await reference()).store(model, { seed: 5 });
  const split = residentSplit(toyData(), "train");
  const at = async (chunk: number) => {
    const judge = await evaluator({ model, likelihood: categorical(), split, chunk }, store);
    const found = await judge.evaluate();
    await judge.close();
    return found;
  };
  const whole = await at(90);
  for (const chunk of [1, 7, 30, 32, 89, 1000]) {
    const { cost, accuracy } = await at(chunk);
    t.ok(Math.abs(cost - whole.cost) < 1e-12, `cost in chunks of ${chunk}`);
    t.equal(accuracy, whole.accuracy, `accuracy in chunks of ${chunk}`);
  }
});

test("cost and accuracy are those of a plain loop", async (t) => {
  const model = sequential(dense(2, 3));
  const store = await (await reference()).store(model, { seed: 5 });
  const data = toyData();
  const split = residentSplit(data, "valid");
  const { cost, accuracy } = await (
    await evaluator({ model, likelihood: categorical(), split, chunk: 10 }, store)
  ).evaluate();
  const w = await store.read("dense0/w");
  const { inputs, targets } = data.valid as Split;
  let sum = 0;
  let hits = 0;
  for (let row = 0; row < 25; row++) {
    const x = [inputs.get(row, 0) / 255, inputs.get(row, 1) / 255, 1];
    const logits = [0, 1, 2].map((k) => x.reduce((s, v, i) => s + v * w.get(i, k), 0));
    const y = targets.get(row);
    sum += Math.log(logits.reduce((s, v) => s + Math.exp(v), 0)) - (logits[y] as number);
    if (logits.indexOf(Math.max(...logits)) === y) hits++;
  }
  t.ok(Math.abs(cost - sum / 25) < 1e-12);
  t.equal(accuracy, hits / 25);
});

test("a row of several responses counts only where all are right", async (t) => {
  const model = sequential(dense(1, 2));
  const store = await (await reference()).store(model, { seed: 1 });
  await store.write("dense0/w", tensor([1, -1, 0, 0], { shape: [2, 2] }));
  const part = {
    inputs: tensor([[1], [1], [-1], [-1]]),
    targets: tensor([
      [1, 0],
      [1, 1],
      [0, 1],
      [0, 0],
    ]),
  };
  const data = dataSet({ name: "pairs", train: part, valid: part, test: part });
  const split = residentSplit(data, "test");
  const judge = await evaluator({ model, likelihood: bernoulli(), split, chunk: 3 }, store);
  t.equal((await judge.evaluate()).accuracy, 0.5);
});

test("chunks are equal in size, cover every row once and weigh padding 0", async (t) => {
  const { uniform } = uniformStream({ seed: 1, path: "chunks" });
  const { chunksOf } = await import("../src/data/chunks.ts");
  for (let trial = 0; trial < 50; trial++) {
    const n = 1 + Math.floor(200 * uniform(2 * trial));
    const limit = 1 + Math.floor(60 * uniform(2 * trial + 1));
    const chunks = chunksOf(n, limit);
    const sizes = new Set(chunks.map(({ rows }) => rows.size));
    const covered = chunks.flatMap(({ rows, weights }) =>
      Array.from(rows.data()).filter((_, at) => weights.get(at) === 1),
    );
    const ok = sizes.size === 1 && [...sizes].every((size) => size <= limit);
    t.ok(
      ok && covered.length === n && covered.every((row, at) => row === at),
      `${n} rows by ${limit}`,
    );
  }
});
