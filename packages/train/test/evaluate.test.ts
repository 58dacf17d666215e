import { constant, input, mul } from "@metrigrad/graph";
import { GraphError, reference } from "@metrigrad/tensor";
import test from "tape";
import { evaluate } from "../src/index.ts";
import { rejects } from "./rejects.ts";

test("evaluate returns values in the form of the nodes", async (t) => {
  const backend = await reference();
  const store = await backend.store([]);
  const x = input("x", [2]);
  const feeds = { x: [1, 2] };
  t.deepEqual((await evaluate(mul(x, 3), { store, feeds })).toArray(), [3, 6]);
  const { double, half } = await evaluate(
    { double: mul(x, 2), half: mul(x, 0.5) },
    { store, feeds },
  );
  t.deepEqual(
    [double.toArray(), half.toArray()],
    [
      [2, 4],
      [0.5, 1],
    ],
  );
  const [one] = await evaluate([constant(1)], { store });
  t.equal(one?.item(), 1);
  await backend.close();
});

test("evaluate refuses unknown options and what is no store", async (t) => {
  const backend = await reference();
  const store = await backend.store([]);
  const node = constant(1);
  await rejects(
    t,
    evaluate(node, { store, inputs: {} } as never),
    GraphError,
    /^evaluate: options must be among store, feeds, got inputs; correct the name/,
  );
  for (const [wrong, got] of [
    [{}, "undefined"],
    [{ store: backend }, "object"],
  ] as const) {
    await rejects(
      t,
      evaluate(node, wrong as never),
      GraphError,
      new RegExp(`^evaluate: store must be a store, got ${got}; pass { store }`),
    );
  }
  await rejects(t, evaluate(node, undefined as never), GraphError, /^evaluate: options must be an/);
  await backend.close();
});
