/** Draws of modules: keys by place, use and number; the same words on every backend. */
import { cpu } from "@metrigrad/cpu";
import { constant, type Node, stack } from "@metrigrad/graph";
import { applierOf, applyModel, defModule, moduleRandom, sequential } from "@metrigrad/nn";
import { tensor } from "@metrigrad/tensor";
import test from "tape";
import { drawn } from "../support/drawn.ts";
import { gap } from "../support/evaluate.ts";

const noise = defModule({
  name: "noise",
  apply: (_, x, { random }) => stack([random.uniform(x.shape), random.uniform(x.shape)], 0),
});

const different = (lists: readonly (readonly number[])[]) =>
  new Set(lists.map((list) => list.join())).size;

test("random: draws differ by draw, use, place and run", async (t) => {
  const x = constant(tensor([[1, 2, 3, 4]]));
  const [one, other] = [noise(), noise()];
  const outer = defModule({
    name: "outer",
    children: () => [one, other],
    apply: (_, h: Node, { call, random }): readonly Node[] => [
      call(one, h),
      call(one, h),
      call(other, h),
      stack([random.uniform(h.shape), random.uniform(h.shape)], 0),
    ],
  });
  const { output } = applyModel(outer(), x);
  const halves = (await drawn(output, 2)).flatMap((both) => [both.slice(0, 4), both.slice(4)]);
  t.equal(halves.length, 16);
  t.equal(different(halves), 16, "no two are the same");
  t.deepEqual(await drawn(output, 2), await drawn(applyModel(outer(), x).output, 2), "they repeat");
});

test("random: two models that one step applies by themselves do not share draws", async (t) => {
  const x = constant(tensor([[1, 2, 3, 4]]));
  const applier = applierOf({ mode: "train", rowWeights: null, pathOf: () => null });
  const models = [noise(), noise(), sequential(noise()), sequential(noise())];
  const responses = models.map((model) => applier.apply(model, x).response as Node);
  t.equal(different(await drawn(responses)), models.length);
});

test("random: draws follow from where a module stands", async (t) => {
  const x = constant(tensor([[1, 2, 3]]));
  const [alone] = await drawn([applyModel(noise(), x).output]);
  const [again] = await drawn([applyModel(noise(), x).output]);
  const [inside] = await drawn([applyModel(sequential(noise()), x).output]);
  t.deepEqual(alone, again);
  t.notDeepEqual(alone, inside);
});

test("random: the same stream on reference and cpu", async (t) => {
  const random = moduleRandom("body/noise0", 2);
  const draws = [random.uniform([64]), random.normal([64]), random.bernoulli(0.3, [64])];
  const [host, wasm] = [await drawn(draws, 2), await drawn(draws, 2, await cpu({ threads: 1 }))];
  t.deepEqual(wasm[0], host[0], "uniforms, bit by bit");
  t.deepEqual(wasm[2], host[2], "bernoullis");
  t.deepEqual(wasm[3], host[3], "the second run too");
  t.ok(gap(wasm[1] ?? [], host[1] ?? []) < 1e-5, "normals");
});

test("random: their distributions", async (t) => {
  const n = 20_000;
  const random = moduleRandom("", 0);
  const [uniform = [], normal = [], coins = []] = await drawn([
    random.uniform([n]),
    random.normal([n]),
    random.bernoulli(0.2, [n]),
  ]);
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  // Seed 11; four standard errors.
  const within = (values: readonly number[], expected: number, deviation: number) =>
    Math.abs(mean(values) - expected) < (4 * deviation) / Math.sqrt(n);
  t.ok(within(uniform, 0.5, Math.sqrt(1 / 12)));
  t.ok(uniform.every((value) => value >= 0 && value < 1));
  t.ok(within(normal, 0, 1));
  t.ok(
    within(
      normal.map((value) => value ** 2),
      1,
      Math.sqrt(2),
    ),
  );
  t.ok(within(coins, 0.2, 0.4) && coins.every((value) => value === 0 || value === 1));
  t.notOk(within(coins, 0.22, 0.4), "the check rings on another probability");
});

test("random: the draws of a use that is applied again are those of another use", async (t) => {
  const x = constant(tensor([[1, 2, 3]]));
  const keys = moduleRandom("m", 0);
  const twin = moduleRandom("m", 0);
  const [a, b] = await drawn([keys.uniform([3]), twin.uniform([3])]);
  t.deepEqual(a, b, "a key is path, use and number");
  const [c] = await drawn([moduleRandom("m", 1).uniform([3])]);
  t.notDeepEqual(a, c);
  t.equal(applyModel(noise(), x).applications.length, 0);
});
