/** Conditional updates of an optimizer under the guard of `fit`. */
import { add, compile, constant, greater, log, type Update, variable } from "@metrigrad/graph";
import { reference, tensor } from "@metrigrad/tensor";
import test from "tape";
import { guardUpdates } from "../../src/step/guard.ts";
import { failedStep, stepCounter } from "../../src/step/state.ts";

const w = variable("w", []);
const kept = variable("kept", [], { role: "state" });

/** w, kept, the failed step and the steps done after one guarded step from w = 2, kept = 3. */
async function after(updates: readonly Update[]): Promise<number[]> {
  const variables = [w, kept, failedStep, stepCounter].map(({ attrs }) => attrs);
  const backend = await reference();
  const store = await backend.store(variables);
  await store.write("w", tensor(2));
  await store.write("kept", tensor(3));
  const guarded = guardUpdates(constant(1), updates);
  await (await compile({ outputs: [], updates: guarded }, store)).run();
  const values = await Promise.all(
    variables.map(async ({ name }) => (await store.read(name)).item()),
  );
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
    t.deepEqual(await after(updates), [expected, 2, 0, 1], `w > ${bound}`);
  }
});

test("guard: a value that is not taken may be NaN, one that is taken may not", async (t) => {
  const broken = log(add(w, -9));
  t.deepEqual(await after([[w, broken, greater(w, 9)]]), [2, 3, 0, 1]);
  t.deepEqual(await after([[w, broken, greater(w, 1)]]), [2, 3, 1, 0]);
  t.deepEqual(await after([[w, broken]]), [2, 3, 1, 0]);
});
