import { add, compile, greater, mul, type Update, variable } from "@metrigrad/graph";
import { GraphError, reference, tensor } from "@metrigrad/tensor";
import test from "tape";
import { composePhases } from "../../src/step/compose.ts";

const a = variable("a", []);
const b = variable("b", []);
const c = variable("c", []);

/** What a, b, c are after the updates when they begin as 2, 3, 5. */
async function after(updates: readonly Update[]): Promise<number[]> {
  const store = await (await reference()).store([a.attrs, b.attrs, c.attrs]);
  for (const [index, value] of [2, 3, 5].entries()) {
    await store.write("abc"[index] as string, tensor(value));
  }
  await (await compile({ outputs: [], updates }, store)).run();
  return Promise.all(["a", "b", "c"].map(async (name) => (await store.read(name)).item()));
}

const phase = (...updates: Update[]) => ({ every: 1, updates });

test("updates of one phase take effect together", async (t) => {
  const swapped = composePhases("fit", [phase([a, b], [b, a])]);
  t.deepEqual(await after(swapped.updates), [3, 2, 5]);
});

test("a later phase sees what earlier ones changed", async (t) => {
  const phases = [phase([a, add(a, 1)]), phase([b, mul(a, b)]), phase([c, add(add(a, b), c)])];
  t.deepEqual(await after(composePhases("fit", phases).updates), [3, 9, 17]);
  t.deepEqual(
    await after(composePhases("fit", [...phases].reverse()).updates),
    [3, 6, 10],
    "in their order",
  );
});

test("a later phase may update the same variable again", async (t) => {
  const phases = [phase([a, add(a, 1)]), phase([a, mul(a, a)], [b, a]), phase([c, a])];
  t.deepEqual(await after(composePhases("fit", phases).updates), [9, 3, 9]);
});

test("variables count by identity, not by their path", async (t) => {
  const other = variable("a", []);
  const { updates } = composePhases("fit", [phase([a, add(a, 1)]), phase([b, other])]);
  t.equal((updates[1] as Update)[1], other, "another variable of the same path is not replaced");
});

test("a later phase sees a conditional update as it comes out", async (t) => {
  for (const [threshold, expected] of [
    [2, [7, 7, 5]],
    [3, [2, 2, 5]],
  ] as const) {
    const first = phase([a, add(a, 5), greater(b, threshold)]);
    const made = composePhases("fit", [first, phase([b, a])]);
    t.deepEqual(await after(made.updates), expected, "b takes what a became");
    const again = composePhases("fit", [first, phase([a, mul(a, 10), greater(a, 5)])]);
    t.equal((await after(again.updates))[0], threshold === 2 ? 70 : 2, "conditions see it too");
  }
});

test("values that are read are those of when their phase begins", async (t) => {
  const phases = [
    { ...phase([a, add(a, 1)]), read: [a] },
    { ...phase([b, mul(a, b)]), read: [mul(a, b), c] },
  ];
  const { read } = composePhases("fit", phases);
  const store = await (await reference()).store([a.attrs, b.attrs, c.attrs]);
  await store.write("a", tensor(2));
  await store.write("b", tensor(3));
  const handles = await (await compile({ outputs: read }, store)).run();
  const values = await Promise.all(handles.map(async (one) => (await one.read()).item()));
  t.deepEqual(values, [2, 9, 0]);
});

test("one phase may not update a variable twice", async (t) => {
  const twice = phase([a, b], [a, c]);
  t.throws(() => composePhases("fit", [twice]), GraphError);
  t.throws(
    () => composePhases("fit", [twice]),
    /a phase may update a variable once, got two updates of a;/,
  );
});
