/** Variables: the object is the identity, from the node to the store. */
import { GraphError, reference, type Store, tensor, type VariableSpec } from "@metrigrad/tensor";
import test from "tape";
import {
  add,
  compile,
  constant,
  grad,
  isVariable,
  mul,
  type Node,
  sum,
  variable,
  variableName,
  variableOf,
  withScope,
} from "../../src/index.ts";

async function withStore(
  variables: readonly VariableSpec[],
  body: (store: Store) => Promise<void>,
): Promise<void> {
  const backend = await reference();
  await body(await backend.store(variables));
  await backend.close();
}

const valueOf = async (output: Node, store: Store) => {
  const program = await compile({ outputs: output }, store);
  return Array.from((await (await program.run()).read()).data());
};

const messageOf = (action: Promise<unknown>) =>
  action.then(
    () => "it was accepted",
    (error) => `${(error as Error).name}: ${(error as Error).message}`,
  );

test("variable: a free one has a path, and each call makes another", (t) => {
  const [a, b] = [variable("w", [2]), variable("w", [2])];
  t.notEqual(a, b);
  t.notEqual(a.attrs, b.attrs);
  const { path, shape, type, role } = a.attrs;
  t.deepEqual(
    { path, shape, type, role },
    { path: "w", shape: [2], type: "float", role: "parameter" },
  );
  t.ok(isVariable(a) && !isVariable(constant(1)));
  t.throws(() => variable("w", [-1]), /^ShapeError: variable w/);
  t.end();
});

test("variableOf: one node per variable, named by where it was first made", (t) => {
  const spec: VariableSpec = {
    path: null,
    shape: [1],
    type: "float",
    role: "state",
    init: () => [0],
  };
  const node = withScope("dense0/w", () => variableOf(spec));
  t.equal(
    withScope("elsewhere", () => variableOf(spec)),
    node,
  );
  t.equal(node.attrs, spec);
  t.equal(variableName(node), "dense0/w");
  t.equal(variableName(variableOf({ ...spec })), "state");
  t.equal(variableName(variable("own", [])), "own");
  t.end();
});

test("compile: two variables with one path are two", async (t) => {
  const [a, b] = [1, 2].map((value) => variable("w", [1], { init: () => [value] })) as [Node, Node];
  const specs = [a, b].map((node) => node.attrs as VariableSpec);
  await withStore([specs[0] as VariableSpec], async (store) => {
    await store.add([specs[1] as VariableSpec], { name: "other" });
    t.deepEqual(await valueOf(add(mul(a, 10), b), store), [12]);
    t.deepEqual(await valueOf(grad(sum(mul(a, b)), a), store), [2], "derivatives keep them apart");
    const updates = [
      [a, b],
      [b, a],
    ] as never;
    await (await compile({ outputs: [], updates }, store)).run();
    t.deepEqual((await store.read("w")).toArray(), [2]);
    t.deepEqual((await store.read("other/w")).toArray(), [1]);
  });
});

test("compile: a parameter that the store lacks is refused", async (t) => {
  await withStore([], async (store) => {
    const w = variable("body/w", [2]);
    const message = await messageOf(compile({ outputs: w }, store));
    t.match(
      message,
      /^GraphError: compile: the store must have every parameter of the graph, got none for body\/w, a parameter; add it first: store\.add\(\[variable\.attrs\]\); a trained value/,
    );
    const spec: VariableSpec = { ...w.attrs, path: null };
    const owned = withScope("dense0/w", () => variableOf(spec));
    t.match(
      await messageOf(compile({ outputs: owned }, store)),
      /got none for dense0\/w, a parameter of a module; add it first: store\.add\(model\), or backend\.store\(model\)/,
    );
    const statistic = withScope("norm/mean", () => variableOf({ ...spec, role: "state" }));
    t.match(
      await messageOf(compile({ outputs: statistic }, store)),
      /got none for norm\/mean, a state of a module/,
    );
    const state = variable("step", [], { role: "state" });
    await messageOf(compile({ outputs: [state, w] }, store));
    t.equal(store.variables.length, 0, "nothing is added where one is refused");
    await store.add([w.attrs]);
    t.deepEqual(await valueOf(w, store), [0, 0]);
    const twin = variable("body/w", [2]);
    t.match(await messageOf(compile({ outputs: twin }, store)), /got none for body\/w/);
    t.ok(
      (await compile({ outputs: twin }, store).catch((error) => error)) instanceof GraphError,
      "also where another one has its path",
    );
  });
});

test("compile: state and data are added, with what they are at first", async (t) => {
  await withStore([], async (store) => {
    const step = variable("train/step", [], { type: "i32", role: "state", init: () => [7] });
    const rows = variable("data/x", [2], { role: "data", init: () => [1, 2] });
    t.deepEqual(await valueOf(mul(rows, 2), store), [2, 4]);
    const program = await compile({ outputs: [], updates: [[step, add(step, 1)]] }, store);
    await program.run();
    t.deepEqual(
      store.variables.map(({ path, spec }) => [path, spec]),
      [
        ["data/x", rows.attrs],
        ["train/step", step.attrs],
      ],
    );
    t.equal((await store.read("train/step")).item(), 8);
    const other = variable("train/step", [], { role: "state" });
    t.match(
      await messageOf(compile({ outputs: other }, store)),
      /^BackendError: .*the path train\/step must be free/,
    );
  });
});

test("compile: a value of a file is found by the state that has its path", async (t) => {
  const held: VariableSpec = {
    path: "train/step",
    shape: [],
    type: "float",
    role: "state",
    init: () => [41],
    held: true,
  };
  await withStore([held], async (store) => {
    const step = variable("train/step", [], { role: "state" });
    t.deepEqual(await valueOf(add(step, 1), store), [42]);
    await store.write(step.attrs, tensor(1));
    t.deepEqual(await valueOf(add(step, 1), store), [2]);
  });
});

test("variable: only data and state have other types than float", (t) => {
  for (const type of ["f16", "u8", "i32", "bool"] as const) {
    t.throws(
      () => variable("w", [2], { type }),
      /^GraphError: variable w: a parameter must be float, got (f16|u8|i32|bool); pass role: /,
    );
    t.equal(variable("w", [2], { type, role: "data" }).type, type);
  }
  t.end();
});
