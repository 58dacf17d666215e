import {
  type Backend,
  BackendError,
  type Handle,
  type Store,
  type Tensor,
  tensor,
  uniformStream,
} from "@metrigrad/tensor";
import { compile } from "../compile/compile.ts";
import type { Update } from "../compile/plan.ts";
import { add, mul } from "../ops/arithmetic.ts";
import { sum } from "../ops/broadcastTo.ts";
import { constant } from "../ops/constant.ts";
import { expandDims } from "../ops/expandDims.ts";
import { gram } from "../ops/gram.ts";
import { input } from "../ops/input.ts";
import { matmul } from "../ops/matmul.ts";
import { randomBits, rngState } from "../ops/random.ts";
import { reshape } from "../ops/reshape.ts";
import { variable } from "../ops/variable.ts";
import { type CheckResult, compareTensors } from "./report.ts";

/**
 * One rule that stores and programs must keep. The check returns pairs to compare, or a text of
 * what is wrong.
 */
interface Promised {
  readonly name: string;
  readonly check: (
    store: Store,
  ) => Promise<readonly (readonly [got: Tensor, expected: Tensor])[] | string>;
}

const w = variable("check/w", [5], {
  init: ({ seed, path, shape }) => {
    const stream = uniformStream({ seed, path });
    return Array.from({ length: shape[0] as number }, (_, i) => stream.uniform(i));
  },
});
const [a, b] = ["a", "b"].map((name, index) =>
  variable(`check/${name}`, [2], { role: "state", init: () => [index, index + 10] }),
) as [typeof w, typeof w];
const m = variable("check/m", [2, 2], { role: "state", init: () => [1, 0, 0, 1] });
const count = variable("check/count", [1], { type: "i32", role: "state" });

/** Makes a vector in the store's float type. */
const floats = (store: Store, values: readonly number[]) =>
  tensor([...values], { dtype: store.float });

/**
 * Expects a BackendError. Returns null if it is thrown, and otherwise a text of what happened
 * instead.
 */
async function refusal(action: () => Promise<unknown>): Promise<string | null> {
  try {
    await action();
  } catch (error) {
    return error instanceof BackendError ? null : `threw ${error}`;
  }
  return "was accepted";
}

/** The rules that stores and programs must keep. */
const promises: readonly Promised[] = [
  {
    name: "initial values are a function of seed and path",
    check: async (store) => {
      await store.add([w.attrs]);
      const stream = uniformStream({ seed: store.seed, path: "check/w" });
      const expected = [0, 1, 2, 3, 4].map((i) => stream.uniform(i));
      return [[await store.read("check/w"), floats(store, expected)]];
    },
  },
  {
    name: "a variable of the same name keeps its value, and one of another shape is refused",
    check: async (store) => {
      await store.add([w.attrs]);
      await store.write("check/w", tensor([1, 2, 3, 4, 5]));
      await store.add([w.attrs]);
      const wrong = await refusal(() => store.add([{ ...w.attrs, shape: [6] }]));
      return wrong ?? [[await store.read("check/w"), floats(store, [1, 2, 3, 4, 5])]];
    },
  },
  {
    name: "a write of another shape, and an unknown name, are refused",
    check: async (store) => {
      await store.add([w.attrs]);
      const shape = await refusal(() => store.write("check/w", tensor([1, 2])));
      return shape ?? (await refusal(() => store.read("check/none"))) ?? [];
    },
  },
  {
    name: "a conditional update leaves a variable alone where its condition is false",
    check: async (store) => {
      await store.add([m.attrs, a.attrs]);
      const ok = input("ok", [], "bool");
      // One update that a step computes in place, and one that is copied.
      const updates: Update[] = [
        [m, gram(constant(tensor([[1, 2]])), { base: m, beta: 2 }), ok],
        [
          a,
          reshape(
            matmul(
              expandDims(a, 0),
              constant(
                tensor([
                  [0, 1],
                  [1, 0],
                ]),
              ),
            ),
            [2],
          ),
          ok,
        ],
      ];
      const program = await compile({ outputs: [], updates }, store);
      const read = async () => [await store.read("check/m"), await store.read("check/a")] as const;
      const before = await read();
      await program.run({ ok: false });
      const kept = await read();
      await program.run({ ok: true });
      const changed = await read();
      await program.close();
      const [x = 0, y = 0] = before[1].data();
      return [
        [kept[0], before[0]],
        [kept[1], before[1]],
        [
          changed[0],
          tensor(
            [
              [3, 2],
              [2, 6],
            ],
            { dtype: store.float },
          ),
        ],
        [changed[1], floats(store, [y, x])],
      ];
    },
  },
  {
    name: "updates take effect together, and outputs are of before",
    check: async (store) => {
      const program = await compile(
        {
          outputs: [sum(a)],
          updates: [
            [a, b],
            [b, add(a, b)],
          ],
        },
        store,
      );
      const [before] = (await program.run()) as [Handle];
      const first = await before.read();
      await program.run();
      return [
        [first, tensor(10, { dtype: store.float })],
        [await store.read("check/a"), floats(store, [1, 21])],
        [await store.read("check/b"), floats(store, [2, 32])],
      ];
    },
  },
  {
    name: "programs on one store share variables, also without waiting in between",
    check: async (store) => {
      const up = await compile({ outputs: [], updates: [[count, add(count, 3)]] }, store);
      const twice = await compile({ outputs: [], updates: [[count, mul(count, 2)]] }, store);
      await Promise.all([up.run(), up.run(), twice.run(), up.run()]);
      return [[await store.read("check/count"), tensor(Int32Array.of(15))]];
    },
  },
  {
    name: "an output is refused once the program has run again",
    check: async (store) => {
      const x = input("x", [2]);
      const program = await compile({ outputs: [mul(x, 2)] }, store);
      const [old] = (await program.run({ x: [1, 2] })) as [Handle];
      const [now] = (await program.run({ x: [3, 4] })) as [Handle];
      return (await refusal(() => old.read())) ?? [[await now.read(), floats(store, [6, 8])]];
    },
  },
  {
    name: "draws of the store's state differ from run to run and count the runs",
    check: async (store) => {
      const program = await compile({ outputs: [randomBits([4], { key: "check" })] }, store);
      const stateOf = () => store.read(rngState.attrs);
      const expected = (counter: number) => {
        const stream = uniformStream({ seed: store.seed, path: "check", counter });
        return tensor(Uint32Array.from({ length: 4 }, (_, i) => stream.bits(i)));
      };
      const [, start = 0] = (await stateOf()).data();
      const read = async () => (await (await program.run())[0]?.read()) as Tensor;
      return [
        [await read(), expected(start)],
        [await read(), expected(start + 1)],
        [await stateOf(), tensor(Uint32Array.of(store.seed, start + 2))],
      ];
    },
  },
  {
    name: "a closed program is refused",
    check: async (store) => {
      const program = await compile({ outputs: [constant(1)] }, store);
      await program.close();
      return (await refusal(() => program.run())) ?? [];
    },
  },
];

/** Checks the rules that stores and programs must keep, each on its own store. */
export async function storeResults(
  backend: Backend,
  options: { readonly float: Store["float"]; readonly seed: number },
): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const { name: promise, check } of promises) {
    const name = `store, ${promise}, ${options.float}`;
    const off = (detail: string | null) =>
      results.push({ name, error: detail === null ? 0 : Infinity, tolerance: 0, detail });
    const store = await backend.store([], options);
    try {
      const found = await check(store);
      if (typeof found === "string") off(found);
      else if (found.length === 0) off(null);
      else
        for (const [got, expected] of found) results.push(compareTensors(name, got, expected, 0));
    } catch (error) {
      off(`failed, ${error instanceof Error ? error.message : error}`);
    }
    await store.close();
  }
  return results;
}
