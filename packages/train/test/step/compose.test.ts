import { add, compile, mul, type Node, type Update, variable } from "@metrigrad/graph";
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
  const swapped = composePhases([phase([a, b], [b, a])]);
  t.deepEqual(await after(swapped), [3, 2, 5]);
});

test("a later phase sees what earlier ones changed", async (t) => {
  const phases = [phase([a, add(a, 1)]), phase([b, mul(a, b)]), phase([c, add(add(a, b), c)])];
  t.deepEqual(await after(composePhases(phases)), [3, 9, 17]);
  t.deepEqual(await after(composePhases([...phases].reverse())), [3, 6, 10], "in their order");
});

test("a later phase may update the same variable again", async (t) => {
  const phases = [phase([a, add(a, 1)]), phase([a, mul(a, a)], [b, a]), phase([c, a])];
  t.deepEqual(await after(composePhases(phases)), [9, 3, 9]);
});

test("variables count by name, whichever node stands for them", async (t) => {
  const phases = [phase([variable("a", []), add(a, 1)]), phase([b, variable("a", []) as Node])];
  t.deepEqual(await after(composePhases(phases)), [3, 3, 5]);
});

test("one phase may not update a variable twice", async (t) => {
  const twice = phase([a, b], [variable("a", []), c]);
  t.throws(() => composePhases([twice]), GraphError);
  t.throws(
    () => composePhases([twice]),
    /a phase may update a variable once, got two updates of a;/,
  );
});
