/** Conditional updates of an optimizer under the guard of a step. */
import { add, compile, constant, greater, log, type Update, variable } from "@metrigrad/graph";
import { reference, tensor } from "@metrigrad/tensor";
import test from "tape";
import { guardUpdates, plainUpdates } from "../../src/step/guard.ts";

const w = variable("w", []);
const kept = variable("kept", [], { role: "state" });
const counter = variable("counter", [], { type: "i32", role: "state" });
const failed = variable("failed", [], { type: "i32", role: "state" });
const counters = { number: constant(6, "i32"), counter, failed };

/** w, kept, the failed step and the steps done after step 7 from w = 2, kept = 3. */
async function after(updates: readonly Update[], guard = guardUpdates): Promise<number[]> {
  const variables = [w, kept, failed, counter].map(({ attrs }) => attrs);
  const backend = await reference();
  const store = await backend.store(variables);
  await store.write(w.attrs, tensor(2));
  await store.write(kept.attrs, tensor(3));
  await store.write(counter.attrs, tensor(6));
  const guarded = guard(constant(1), updates, counters);
  await (await compile({ outputs: [], updates: guarded.updates }, store)).run();
  const values = await Promise.all(variables.map(async (spec) => (await store.read(spec)).item()));
  await backend.close();
  return values;
}

test("guard: an update with a condition of its own is taken where that holds", async (t) => {
  for (const [bound, expected] of [
    [1, 7],
    [2, 2],
  ] as const) {
    const updates: Update[] = [
      [w, add(w, 5), greater(w, bound)],
      [kept, w],
    ];
    t.deepEqual(await after(updates), [expected, 2, 0, 7], `w > ${bound}`);
  }
});

test("guard: a value that is not taken may be NaN, one that is taken may not", async (t) => {
  const broken = log(add(w, -9));
  t.deepEqual(await after([[w, broken, greater(w, 9)]]), [2, 3, 0, 7]);
  t.deepEqual(await after([[w, broken, greater(w, 1)]]), [2, 3, 7, 6]);
  t.deepEqual(await after([[w, broken]]), [2, 3, 7, 6]);
});

test("without a guard what is not finite spreads", async (t) => {
  const [value, , failure, steps] = await after([[w, log(add(w, -9))]], plainUpdates);
  t.ok(Number.isNaN(value));
  t.deepEqual([failure, steps], [0, 7]);
});
