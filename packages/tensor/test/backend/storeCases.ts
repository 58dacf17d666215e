/** What every store does with its variables, whatever the backend: each case takes an open backend. */
import {
  type Backend,
  BackendError,
  DataError,
  type Plan,
  parseExpr,
  type Store,
  sizeOf,
  tensor,
  type VariableSpec,
} from "@metrigrad/tensor";
import type { Test } from "tape";

/** One promise, and what checks it. */
export interface StoreCase {
  readonly name: string;
  readonly check: (t: Test, backend: Backend) => Promise<void>;
}

/** A variable of its own at every call; it is `value` at first. */
function variable(
  path: string | null,
  shape: readonly number[],
  value = 0,
  more: Partial<VariableSpec> = {},
): VariableSpec {
  const init = () => new Array<number>(sizeOf(shape)).fill(value);
  return { path, shape, type: "float", role: "parameter", init, ...more };
}

/** What stands for a value from a file. */
const held = (path: string, shape: readonly number[], role: VariableSpec["role"] = "parameter") =>
  variable(path, shape, 9, { held: true, role });

const valuesOf = async (store: Store, which: VariableSpec | string) =>
  Array.from((await store.read(which)).data());

const pathsOf = (store: Store) => store.variables.map(({ path }) => path);

/** Checks that something is refused with a BackendError of this text. */
async function refused(t: Test, action: Promise<unknown>, message: RegExp): Promise<void> {
  const error = await action.then(
    () => new Error("it was accepted"),
    (thrown: unknown) => thrown as Error,
  );
  t.ok(error instanceof BackendError, error.name);
  t.match(error.message, message);
}

/** w ← w + 1 on [n]. */
function countPlan(spec: VariableSpec, float: Plan["float"]): Plan {
  const size = sizeOf(spec.shape);
  const view = { buffer: 0, shape: spec.shape, strides: [1], offset: 0 };
  const exprs = [parseExpr("(x) => x + 1")];
  return {
    float,
    buffers: [{ dtype: float, size, place: { kind: "variable", spec }, label: "w" }],
    steps: [{ kind: "map", label: "", shape: spec.shape, inputs: [view], exprs, outputs: [view] }],
    feeds: [],
    outputs: [],
    arenaBytes: 0,
  };
}

export const storeCases: readonly StoreCase[] = [
  {
    name: "a variable is found by its object, not by what it looks like",
    check: async (t, backend) => {
      const [one, two] = [variable("w", [2], 1), variable("w", [2], 2)];
      const store = await backend.store([one]);
      t.ok(store.has(one) && !store.has(two) && store.has("w"));
      t.equal(store.pathOf(one), "w");
      t.equal(store.pathOf(two), null);
      await refused(
        t,
        store.add([two]),
        /store\.add: the path w must be free, got w, a parameter \[2\] there, and w, a parameter \[2\] to be added; give the new ones a name: store\.add\(model, \{ name: "critic" \}\)/,
      );
      await refused(
        t,
        store.read(two),
        /store\.read: the variable must be one of the store \(w\), got w, a parameter \[2\]; add it first/,
      );
      t.deepEqual(await valuesOf(store, "w"), [1, 1]);
      await store.add([two], { name: "critic" });
      t.equal(store.pathOf(two), "critic/w");
      t.deepEqual(pathsOf(store), ["w", "critic/w"]);
      await store.write(two, tensor([5, 6]));
      t.deepEqual(await valuesOf(store, one), [1, 1]);
      t.deepEqual(await valuesOf(store, two), [5, 6]);
      t.deepEqual(await valuesOf(store, "critic/w"), [5, 6]);
    },
  },
  {
    name: "programs find variables by their objects",
    check: async (t, backend) => {
      const [one, two] = [variable("w", [2], 1), variable("w", [2], 2)];
      const store = await backend.store([one]);
      await store.add([two], { name: "other" });
      const program = await store.prepare(countPlan(two, store.float));
      await program.run([]);
      t.deepEqual(await valuesOf(store, one), [1, 1]);
      t.deepEqual(await valuesOf(store, two), [3, 3]);
      const third = variable("w", [2], 3);
      await refused(
        t,
        store.prepare(countPlan(third, store.float)),
        /store\.prepare: the variable must be one of the store \(w, other\/w\), got w, a parameter \[2\]/,
      );
    },
  },
  {
    name: "an owner names its variables, also under a name of the store's",
    check: async (t, backend) => {
      const spec = variable(null, [1]);
      const asked: string[] = [];
      const init: VariableSpec["init"] = ({ path }) => {
        asked.push(path);
        return [1, 2];
      };
      const drawn = variable(null, [2], 0, { init });
      const owner = {
        variables: [
          { path: "dense0/w", spec },
          { path: "dense0/b", spec: drawn },
        ],
      };
      const store = await backend.store(owner, { name: "actor" });
      t.deepEqual(pathsOf(store), ["actor/dense0/w", "actor/dense0/b"]);
      t.deepEqual(asked, ["actor/dense0/b"], "the initialiser is told the path in the store");
      await store.add(owner);
      t.equal(store.variables.length, 2, "they are there already");
      t.equal(store.pathOf(spec), "actor/dense0/w");
      t.equal(store.variables[0]?.spec, spec);
    },
  },
  {
    name: "a variable of a module needs a path",
    check: async (t, backend) => {
      const store = await backend.store([]);
      await refused(
        t,
        store.add([variable(null, [3], 0, { type: "i32", role: "state" })]),
        /store\.add: a variable of a module needs a path, got a state i32 \[3\]; add the model that it belongs to, or \{ path, spec \}/,
      );
      await refused(t, backend.store([variable(null, [1])]), /needs a path/);
    },
  },
  {
    name: "a refused list changes nothing",
    check: async (t, backend) => {
      const old = variable("w", [2], 1);
      const loaded = [held("v", [2]), held("step", [2], "state")];
      const store = await backend.store([old, ...loaded]);
      const before = [pathsOf(store), store.bytes, store.variables.map(({ spec }) => spec)];
      const taking = [variable("v", [2]), variable("step", [1], 0, { role: "state" })];
      const short = variable("short", [6], 0, { init: () => [1] });
      await refused(
        t,
        store.add([...taking, variable("fresh", [4]), short]),
        /store\.add, short: its initialiser must give 6 values for shape \[6\], got 1; return/,
      );
      await refused(t, store.add([...taking, variable("fresh", [4]), variable("w", [2])]), /free/);
      await refused(t, store.add([...taking, variable("v", [3])]), /the path v must be free/);
      const after = [pathsOf(store), store.bytes, store.variables.map(({ spec }) => spec)];
      t.deepEqual(after, before);
      t.deepEqual(await valuesOf(store, "step"), [9, 9]);
    },
  },
  {
    name: "a list may name a variable twice, but not a path",
    check: async (t, backend) => {
      const [one, two] = [variable("w", [1]), variable("w", [1])];
      const store = await backend.store([one, one]);
      t.equal(store.variables.length, 1);
      await refused(t, backend.store([one, two]), /the path w must be free/);
    },
  },
  {
    name: "adding again keeps the value",
    check: async (t, backend) => {
      const one = variable("w", [2], 1);
      const store = await backend.store([one]);
      await store.write("w", tensor([3, 4]));
      await store.add([one, variable("v", [1])]);
      await store.add([one], { name: "other" });
      t.deepEqual(await valuesOf(store, one), [3, 4]);
      t.deepEqual(pathsOf(store), ["w", "v"]);
      await refused(t, store.write(one, tensor([1])), /store\.write, w: .* shape \[2\], got \[1\]/);
    },
  },
  {
    name: "remove frees variables and their paths",
    check: async (t, backend) => {
      const [one, two] = [variable("w", [2], 1), variable("v", [3], 2)];
      const store = await backend.store([one, two]);
      const element = store.bytes / 5;
      await store.write(one, tensor([7, 7]));
      await store.remove([one, variable("w", [2])]);
      t.equal(store.bytes, 3 * element, "bytes shrink");
      t.ok(!store.has(one) && !store.has("w") && store.pathOf(one) === null);
      await refused(t, store.read(one), /must be one of the store \(v\), got w, a parameter \[2\]/);
      const other = variable("w", [4], 5);
      await store.add([other]);
      t.deepEqual(await valuesOf(store, "w"), [5, 5, 5, 5], "the path is free");
      await store.remove({ variables: [{ path: "any", spec: other }] });
      await store.add([one]);
      t.deepEqual(await valuesOf(store, one), [1, 1], "it begins anew");
      t.deepEqual(await valuesOf(store, two), [2, 2, 2]);
    },
  },
  {
    name: "adding and removing a thousand times takes no more memory",
    check: async (t, backend) => {
      const store = await backend.store([variable("w", [2], 1)]);
      const { bytes } = store;
      const before = backend.describe();
      for (let turn = 0; turn < 1000; turn++) {
        const passing = [variable("a", [100]), variable("b", [turn % 7])];
        await store.add(passing);
        await store.remove(passing);
      }
      t.equal(store.bytes, bytes);
      t.equal(backend.describe(), before);
      t.deepEqual(await valuesOf(store, "w"), [1, 1]);
    },
  },
  {
    name: "a value from a file is taken over by the variable that has its path",
    check: async (t, backend) => {
      const loaded = [held("w", [2]), held("critic/w", [2]), held("step", [], "state")];
      const store = await backend.store(loaded);
      const { bytes } = store;
      const [one, two] = [variable(null, [2]), variable(null, [2])];
      await store.add([{ path: "w", spec: one }]);
      await store.write(one, tensor([1, 2]));
      await store.add([{ path: "w", spec: two }], { name: "critic" });
      t.deepEqual(await valuesOf(store, one), [1, 2]);
      t.deepEqual(await valuesOf(store, two), [9, 9], "its value, not the initial one");
      t.deepEqual(
        loaded.map((spec) => store.has(spec)),
        [false, false, true],
      );
      t.equal(store.bytes, bytes);
      t.equal(store.variables.length, 3);
      await refused(t, store.add([variable("w", [2])]), /the path w must be free/);
      await store.remove([one, two]);
      t.deepEqual(pathsOf(store), ["step"]);
    },
  },
  {
    name: "two variables cannot take over one value from a file",
    check: async (t, backend) => {
      const store = await backend.store([held("w", [2])]);
      const both = [variable("w", [2]), variable("w", [2])];
      await refused(t, store.add(both), /the path w must be free/);
      t.equal(store.variables.length, 1);
    },
  },
  {
    name: "state of another shape from a file gives way, a parameter does not",
    check: async (t, backend) => {
      const store = await backend.store([held("moment", [4], "state"), held("w", [3])]);
      const element = store.bytes / 7;
      const state = variable("moment", [2], 1, { role: "state" });
      await store.add([state]);
      t.deepEqual(await valuesOf(store, state), [1, 1], "its initial value");
      t.equal(store.bytes, 5 * element);
      const counted = variable("w", [3], 0, { type: "i32" });
      for (const wrong of [variable("w", [2]), counted]) {
        await refused(
          t,
          store.add([wrong]),
          /store\.add: w must have the type and shape of the value from the file, w, a parameter \[3\], got w, a parameter (i32 )?\[\d\]; load the file into a store of the model/,
        );
      }
      t.deepEqual(await valuesOf(store, "w"), [9, 9, 9]);
    },
  },
  {
    name: "a program must not run when a variable of it was removed",
    check: async (t, backend) => {
      const [one, two] = [variable("w", [2]), variable("v", [2])];
      const store = await backend.store([one, two]);
      const program = await store.prepare(countPlan(one, store.float));
      await store.remove([two]);
      await program.run([]);
      await store.remove([one]);
      const other = variable("w", [2], 5);
      await store.add([other]);
      await refused(t, program.run([]), /must have every variable .*, got none for w, which was r/);
      t.deepEqual(await valuesOf(store, other), [5, 5], "nothing is written to what came instead");
      await store.add([one], { name: "again" });
      await refused(t, program.run([]), /compile it again/);
      await program.close();
    },
  },
  {
    name: "a store that is closed while a program is prepared refuses it, and harms no other",
    check: async (t, backend) => {
      const one = variable("w", [64], 1);
      const before = backend.describe();
      const store = await backend.store([one]);
      // The refusal may come before the next line is done.
      const refusing = refused(
        t,
        store.prepare(countPlan(one, store.float)),
        /store\.prepare: the store must be open, got a closed one; make/,
      );
      await store.close();
      const other = await backend.store([one]);
      await refusing;
      t.deepEqual(await valuesOf(other, one), new Array<number>(64).fill(1));
      await refused(t, store.read(one), /store\.read: the store must be open/);
      await other.close();
      t.equal(backend.describe(), before, "nothing is left of them");
    },
  },
  {
    name: "write refuses numbers that its floats cannot hold, and takes infinities",
    check: async (t, backend) => {
      const store = await backend.store([variable("w", [2], 1)], { float: "f32" });
      const write = (...values: number[]) => store.write("w", tensor(Float64Array.from(values)));
      const error = await write(0, -1e300).catch((thrown: unknown) => thrown);
      t.ok(error instanceof DataError);
      t.match(
        (error as Error).message,
        /^store\.write, w: floats of 32 bits hold numbers up to 3\.4e38, got -1e\+300 as element 1; scale it, or use a store of 64/,
      );
      t.deepEqual(await valuesOf(store, "w"), [1, 1]);
      const largest = Math.fround(3.4028234e38);
      await write(largest, Number.NEGATIVE_INFINITY);
      t.deepEqual(await valuesOf(store, "w"), [largest, Number.NEGATIVE_INFINITY]);
      await store.close();
    },
  },
  {
    name: "what a refused store had taken is free again",
    check: async (t, backend) => {
      const before = backend.describe();
      const list = [variable("w", [100]), variable("v", [2], 0, { init: () => [] })];
      await refused(t, backend.store(list), /must give 2 values .*, got 0/);
      t.equal(backend.describe(), before);
    },
  },
];
