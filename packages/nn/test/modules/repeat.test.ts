/** Copies in one loop beside the same modules one after the other. */
import {
  add,
  compile,
  constant,
  grad,
  input,
  mul,
  type Node,
  planOf,
  sum,
  variableOf,
} from "@metrigrad/graph";
import {
  type AnyModule,
  applyModel,
  batchNorm,
  defModule,
  dense,
  dropout,
  freeze,
  gru,
  type Module,
  repeat,
  sequential,
} from "@metrigrad/nn";
import { type Backend, reference, type Store, tensor } from "@metrigrad/tensor";
import test from "tape";
import { drawn } from "../support/drawn.ts";
import { gap, numbers } from "../support/evaluate.ts";

const block = () => sequential(dense(3, 4, { activation: "tanh" }), dense(4, 3));
const rows = [
  [1, -2, 0.5],
  [0.3, 0.7, -1],
];
const x = constant(tensor(rows));

async function withStore(
  model: AnyModule,
  body: (store: Store, backend: Backend) => Promise<void>,
) {
  const backend = await reference();
  await body(await backend.store(model, { seed: 7 }), backend);
  await backend.close();
}

async function values(store: Store, outputs: readonly Node[]): Promise<number[][]> {
  const program = await compile({ outputs }, store);
  const handles = await program.run();
  return Promise.all(handles.map(async (handle) => Array.from((await handle.read()).data())));
}

const variablesOf = (model: AnyModule) => model.variables.map(({ spec }) => variableOf(spec));

test("repeat: values and gradients of the modules one after the other", async (t) => {
  const loop = repeat(block(), 3);
  const chain = sequential(block(), block(), block());
  await withStore(loop, async (store, backend) => {
    const other = await backend.store(chain);
    const parts = await Promise.all(
      loop.variables.map(async ({ path }) => {
        const value = await store.read(path);
        const size = value.size / 3;
        const each = [0, 1, 2].map((k) => Array.from(value.data()).slice(k * size, (k + 1) * size));
        for (const [k, own] of each.entries()) {
          const to = `sequential${k}/${path}`;
          const { shape } = await other.read(to);
          await other.write(to, tensor(Float64Array.from(own), { shape }));
        }
        return path;
      }),
    );
    t.deepEqual(parts, ["dense0/w", "dense1/w"]);
    const of = async (model: Module, on: Store) => {
      const { output } = applyModel(model, x);
      const loss = sum(mul(output, add(output, [1, 2, 3] as never)));
      return values(on, [output, ...grad(loss, variablesOf(model))]);
    };
    const [output = [], first = [], second = []] = await of(loop, store);
    const [expected = [], ...slopes] = await of(chain, other);
    t.ok(gap(output, expected) < 1e-15, "outputs");
    // Those of the chain are of both weights of each copy in turn.
    t.ok(
      gap(
        first,
        [0, 2, 4].flatMap((k) => slopes[k] as number[]),
      ) < 1e-14,
      "by the first weights",
    );
    t.ok(
      gap(
        second,
        [1, 3, 5].flatMap((k) => slopes[k] as number[]),
      ) < 1e-14,
      "by the second",
    );
  });
});

test("repeat: parameters have the paths of the module, an axis of copies, and draws of their own", async (t) => {
  const model = sequential(dense(2, 3), repeat(block(), 4), repeat(dense(3, 3), 2));
  t.deepEqual(
    model.variables.map(({ path, spec }) => [path, ...spec.shape]),
    [
      ["dense0/w", 3, 3],
      ["repeat0/dense0/w", 4, 4, 4],
      ["repeat0/dense1/w", 4, 5, 3],
      ["repeat1/w", 2, 4, 3],
    ],
  );
  await withStore(model, async (store) => {
    const list = Array.from((await store.read("repeat0/dense0/w")).data());
    const copies = [0, 1, 2, 3].map((k) => list.slice(k * 16, k * 16 + 12));
    const limit = Math.sqrt(6 / 7);
    t.ok(
      copies.flat().every((one) => Math.abs(one) <= limit),
      "Glorot's limit of one copy",
    );
    t.equal(new Set(copies.flat()).size, 48, "no number twice");
    t.ok([0, 1, 2, 3].every((k) => list.slice(k * 16 + 12, k * 16 + 16).every((b) => b === 0)));
  });
  const inner = block();
  t.equal(repeat(inner, 2).variables.length, 2);
  t.notEqual(repeat(inner, 2).variables[0]?.spec, repeat(inner, 2).variables[0]?.spec);
});

test("repeat: L2 leaves the biases of all copies out", (t) => {
  const { parameters } = applyModel(repeat(dense(2, 2), 3), constant(tensor([[1, 2]])));
  t.equal(parameters[0]?.decay, "all but the last row");
  t.end();
});

test("repeat: a plan of 60 copies is as long as one of 2", (t) => {
  const steps = (copies: number) => {
    const model = repeat(block(), copies);
    const { output } = applyModel(model, input("x", [5, 3]));
    const outputs = [output, ...grad(sum(output), variablesOf(model))];
    return planOf({ outputs, updates: [], float: "f32" }).plan.steps.length;
  };
  t.equal(steps(60), steps(2));
  t.end();
});

test("repeat: draws differ from copy to copy and from use to use", async (t) => {
  const ones = constant(tensor(new Float32Array(64).fill(1), { shape: [64, 1] }));
  const one = await drawn([applyModel(repeat(dropout(0.5), 1), ones, { mode: "train" }).output], 1);
  const six = await drawn([applyModel(repeat(dropout(0.5), 6), ones, { mode: "train" }).output], 1);
  const left = (list: readonly number[] = []) => list.filter((value) => value !== 0).length;
  t.ok(left(one[0]) > 20 && left(one[0]) < 44, `${left(one[0])} of 64 after one copy`);
  // Independent masks leave 1 of 64; equal ones would leave 32.
  t.ok(left(six[0]) < 8, `${left(six[0])} after six`);
  const twice = repeat(dropout(0.5), 1);
  const both = defModule({
    name: "both",
    children: () => [twice],
    apply: (_, h: Node, { call }): readonly Node[] => [call(twice, h), call(twice, h)],
  });
  const [first = [], second = []] = await drawn(applyModel(both(), ones, { mode: "train" }).output);
  t.notDeepEqual(first, second);
  const infer = applyModel(repeat(dropout(0.5), 3), ones).output;
  t.deepEqual(await numbers(infer), new Array(64).fill(1));
});

test("repeat: running statistics are each copy's own", async (t) => {
  const part = sequential(dense(2, 2), batchNorm(2, { momentum: 1, unbiased: false }));
  const model = repeat(part, 2);
  const names = ["scale", "offset", "mean", "variance", "seen"].map((name) => `batchNorm0/${name}`);
  t.deepEqual(
    model.variables.map(({ path }) => path),
    ["dense0/w", ...names],
  );
  const data = constant(
    tensor([
      [1, 10],
      [3, 30],
      [5, 20],
    ]),
  );
  await withStore(model, async (store) => {
    const { updates } = applyModel(model, data, { mode: "train" });
    t.equal(updates.length, 3);
    const program = await compile({ outputs: [], updates }, store);
    await program.run();
    const w = Array.from((await store.read("dense0/w")).data());
    const mean = Array.from((await store.read("batchNorm0/mean")).data());
    const variance = Array.from((await store.read("batchNorm0/variance")).data());
    // By hand: each copy normalises what the one before gave, with γ = 1 and β = 0.
    let h = [
      [1, 10],
      [3, 30],
      [5, 20],
    ];
    for (const copy of [0, 1]) {
      const at = (i: number, j: number) => w[copy * 6 + i * 2 + j] as number;
      const made = h.map(([a = 0, b = 0]) =>
        [0, 1].map((j) => a * at(0, j) + b * at(1, j) + at(2, j)),
      );
      const mu = [0, 1].map((j) => made.reduce((total, row) => total + (row[j] as number), 0) / 3);
      const v = [0, 1].map(
        (j) =>
          made.reduce((total, row) => total + ((row[j] as number) - (mu[j] as number)) ** 2, 0) / 3,
      );
      t.ok(gap(mean.slice(copy * 2, copy * 2 + 2), mu) < 1e-12, `means of copy ${copy}`);
      t.ok(gap(variance.slice(copy * 2, copy * 2 + 2), v) < 1e-10, "and variances");
      h = made.map((row) =>
        row.map((value, j) => (value - (mu[j] as number)) / Math.sqrt((v[j] as number) + 1e-5)),
      );
    }
  });
});

test("repeat: what is frozen in the module stays", (t) => {
  const part = sequential(freeze(dense(2, 2)), dense(2, 2));
  const { parameters, applications } = applyModel(repeat(part, 2), constant(tensor([[1, 2]])));
  t.deepEqual(
    parameters.map(({ path }) => path),
    ["dense1/w"],
  );
  t.deepEqual(Object.keys(applications[0]?.trained ?? {}), ["dense1/w"]);
  const whole = freeze(repeat(dense(2, 2), 2), (path) => path === "w");
  t.equal(applyModel(whole, constant(tensor([[1, 2]]))).parameters.length, 0);
  t.end();
});

test("repeat: one part of an input goes through, with extras of all copies", async (t) => {
  const shifted = defModule({
    name: "shifted",
    apply: (_, { h, by }: { h: Node; by: Node }) => {
      return { response: add(mul(h, 2), by), extras: sum(h) };
    },
  });
  const inputs = { h: constant(tensor([[1, 2]])), by: constant(tensor([[10, 0]])) };
  const { output, extras } = applyModel(repeat(shifted(), 3, { through: "h" }), inputs);
  t.deepEqual(await numbers(output as unknown as Node), [8 + 10 * 7, 16]);
  t.equal(extras.length, 1);
  const [beside] = extras;
  const [sums] = (beside?.values ?? []) as readonly Node[];
  t.deepEqual(await numbers(sums as Node), [3, 16, 42], "h after 0, 1 and 2 copies");
});

test("repeat: recurrent modules and other repeats inside", async (t) => {
  const series = constant(
    tensor([
      [
        [1, 2],
        [3, -1],
        [0, 1],
      ],
    ]),
  );
  for (const part of [gru(2, 2), repeat(dense(2, 2, { activation: "tanh" }), 2)] as Module[]) {
    const given = part.definition.spec.name === "gru" ? series : constant(tensor([[1, 2]]));
    const loop = repeat(part, 2);
    await withStore(loop, async (store, backend) => {
      const first = applyModel(part, given).output;
      const own = await backend.store(part);
      const step = async (from: Node, copy: number) => {
        for (const { path } of part.variables) {
          const value = await store.read(path);
          const { shape } = await own.read(path);
          const size = value.size / 2;
          const mine = Float64Array.from(value.data()).slice(copy * size, (copy + 1) * size);
          await own.write(path, tensor(mine, { shape }));
        }
        const [list = []] = await values(own, [applyModel(part, from).output]);
        return constant(tensor(Float64Array.from(list), { shape: first.shape }));
      };
      const expected = await numbers(await step(await step(given, 0), 1));
      const { output } = applyModel(loop, given);
      const [found = []] = await values(store, [output, ...grad(sum(output), variablesOf(loop))]);
      t.ok(gap(found, expected) < 1e-14, part.definition.spec.name);
    });
  }
});

test("repeat: what cannot be repeated is refused", (t) => {
  t.throws(
    () => repeat(dense as never, 2),
    /repeat: it must be given a module, got a function; call the definition/,
  );
  for (const copies of [0, 1.5, Number.NaN]) {
    t.throws(
      () => repeat(dense(2, 2), copies),
      /repeat: the number of copies must be a positive integer, got \S+; call repeat\(module, 4\)/,
    );
  }
  t.throws(
    () => applyModel(repeat(dense(3, 4), 2), x),
    /repeat: the module's response must be like its input, \[2, 3\], got \[2, 4\]; repeat a module/,
  );
  t.throws(
    () => applyModel(repeat(dense(3, 3), 2, { through: "query" }), x),
    /repeat: its input must have the part query, which goes through the copies, got \[2, 3\]; pass/,
  );
  t.end();
});
