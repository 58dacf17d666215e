import { cpu } from "@metrigrad/cpu";
import {
  add,
  cast,
  cholesky,
  choleskySolve,
  compile,
  concat,
  constant,
  double,
  fill,
  grad,
  greater,
  input,
  matmul,
  mean,
  mul,
  type Node,
  scan,
  single,
  square,
  sub,
  sum,
  transpose,
  variable,
} from "@metrigrad/graph";
import { dense } from "@metrigrad/nn";
import { rngd, sgd } from "@metrigrad/optim";
import {
  type Backend,
  type Handle,
  reference,
  type Tensor,
  tensor,
  uniformStream,
} from "@metrigrad/tensor";
import { DivergenceError, trainingStep } from "@metrigrad/train";
import test from "tape";

const backends: readonly (readonly [string, () => Promise<Backend>])[] = [
  ["reference", reference],
  ["cpu", () => cpu({ threads: 1 })],
];

/** Rows of a Vandermonde matrix over points that 32 bits hold exactly: x'x has a condition of 1e9 or so. */
const rows = Array.from({ length: 16 }, (_, i) =>
  Array.from({ length: 6 }, (_, k) => (i / 16) ** k),
);
const x = tensor(Float32Array.from(rows.flat()), { shape: [16, 6] });
const right = tensor(Float32Array.of(1, -2, 3, -4, 5, -6), { shape: [6, 1] });

/** (x'x)⁻¹ right as far as its residual tells, with the matrix in full precision. */
function residual(solution: Tensor): number {
  const w = [...solution.data()];
  const image = rows.map((row) => row.reduce((s, v, k) => s + v * (w[k] as number), 0));
  const back = Array.from({ length: 6 }, (_, k) =>
    rows.reduce((s, row, i) => s + (row[k] as number) * (image[i] as number), 0),
  );
  const off = back.map((v, k) => v - (right.data()[k] as number));
  return Math.max(...off.map(Math.abs));
}

const solved = (of: (node: Node) => Node): Node => {
  const wide = of(constant(x));
  return choleskySolve(cholesky(matmul(transpose(wide), wide)), constant(right));
};

for (const [name, open] of backends) {
  test(`double: products, factors and solves in 64 bits in a store of 32, ${name}`, async (t) => {
    const backend = await open();
    const store = await backend.store([], { float: "f32" });
    const plain = await compile({ outputs: solved((node) => node) }, store);
    const wide = await compile({ outputs: [solved(double), single(solved(double))] }, store);
    const rough = await (await plain.run({})).read();
    const [fine, rounded] = (await wide.run({})) as readonly [Handle, Handle];
    const value = await fine.read();
    t.equal(value.dtype, "f64");
    t.ok(residual(value) < 1e-6, `64 bits: ${residual(value)}`);
    t.ok(residual(rough) > 1e-3, `32 bits: ${residual(rough)}`);
    t.deepEqual([...(await rounded.read()).data()], [...value.data()].map(Math.fround));
    await backend.close();
  });

  test(`double: loops, parts, updates and gradients, ${name}`, async (t) => {
    const backend = await open();
    const store = await backend.store([], { float: "f32" });
    const a = input("a", [2]);
    const tiny = 2 ** -30;
    const w = variable("w", [2], { role: "state" });
    const steps = constant(
      tensor([
        [tiny, tiny],
        [tiny, -tiny],
      ]),
    );
    const { carry } = scan((h: Node, at: Node) => ({ carry: add(h, at), y: h }), double(a), steps);
    const joined = concat([double(a), a], 0);
    const difference = sub(add(double(a), tiny), a);
    const derivative = grad(sum(mul(double(a), mul(a, a))), a);
    const outputs = { last: carry, joined, difference, derivative };
    const program = await compile({ outputs, updates: [[w, add(double(a), tiny)]] }, store);
    const result = await program.run({ a: tensor(Float32Array.of(1, 2)) });
    const of = async (key: keyof typeof outputs) => [...(await result[key].read()).data()];
    t.deepEqual(await of("last"), [1 + 2 * tiny, 2], "a loop that begins wide is wide");
    t.deepEqual(await of("joined"), [1, 2, 1, 2]);
    t.deepEqual(await of("difference"), [tiny, tiny]);
    t.deepEqual(await of("derivative"), [3, 12]);
    t.deepEqual([...(await store.read("w")).data()], [1, 2], "a variable is rounded");
    t.equal((await store.read("w")).dtype, "f32");
    await backend.close();
  });
}

/** Rows that are nearly alike: a common part 30 times as long as what tells them apart. */
function likeRows(n: number, d: number): Tensor {
  const stream = uniformStream({ seed: 5, path: "rows" });
  const values = Float32Array.from({ length: n * d }, (_, i) => 3 + 0.1 * stream.normal(i));
  return tensor(values, { shape: [n, d] });
}

const held = { every: 3 };
for (const [name, how, least] of [
  ["dense", { solver: "dense" }, 1e-6],
  ["woodbury", { solver: "woodbury" }, 1e-6],
  // The gradient itself is of 32 bits here.
  ["dense, held", { solver: "dense", over: held }, 1e-4],
  ["woodbury, held", { solver: "woodbury", over: held }, 1e-4],
  ["of an average", { over: { average: 0.5, every: 1 } }, 1e-4],
] as const) {
  test(`rngd({ solvePrecision: "f64" }): a damped step in a model of 32 bits, ${name}`, async (t) => {
    const [n, d, m] = [60, 40, 3];
    const model = dense(d, m);
    const stream = uniformStream({ seed: 6, path: "targets" });
    const y = tensor(
      Float32Array.from({ length: n * m }, (_, i) => stream.normal(i)),
      { shape: [n, m] },
    );
    const moved = async (
      backend: Backend,
      float: "f32" | "f64",
      solvePrecision: "store" | "f64",
    ) => {
      const store = await backend.store(model, { float, seed: 1 });
      await store.write("w", tensor(new Float32Array((d + 1) * m), { shape: [d + 1, m] }));
      const damping = { relative: 1e-4, absolute: 0 };
      const step = await trainingStep(store, {
        optimizer: rngd({ ...damping, learningRate: 1, momentum: 0, ...how, solvePrecision }),
        feeds: { x: [n, d], y: [n, m] },
        loss: ({ x, y }, { apply }) => ({ loss: mean(square(sub(apply(model, x), y))) }),
      });
      await step.run({ x: likeRows(n, d), y });
      const w = [...(await store.read("w")).data()];
      await store.close();
      return w;
    };
    const [exact, fast] = [await reference(), await cpu({ threads: 1 })];
    const wanted = await moved(exact, "f64", "store");
    const off = (w: readonly number[]) =>
      Math.hypot(...w.map((v, i) => v - (wanted[i] as number))) / Math.hypot(...wanted);
    for (const [where, backend] of [
      ["reference", exact],
      ["cpu", fast],
    ] as const) {
      const [plain, precise] = [
        await moved(backend, "f32", "store"),
        await moved(backend, "f32", "f64"),
      ];
      t.ok(off(precise) < least, `${where}: ${off(precise)} with 64 bits`);
      t.ok(
        where === "reference" || name === "of an average" || off(plain) > 10 * off(precise),
        `${where}: ${off(plain)} with 32`,
      );
    }
    await exact.close();
    await fast.close();
  });
}

test("a step that has no float operand computes in the floats of its store", async (t) => {
  const backend = await cpu({ threads: 1 });
  const store = await backend.store([], { float: "f64" });
  const k = input("k", [2], "i32");
  const above = greater(cast(k, "float"), 2 ** 24);
  const scaled = sum(cast(mul(cast(k, "float"), 1 + 2 ** -30), "i32"));
  const program = await compile({ outputs: [above, scaled] }, store);
  const [first, second] = (await program.run({
    k: tensor(Int32Array.of(2 ** 24 + 1, 2 ** 30)),
  })) as readonly [Handle, Handle];
  t.deepEqual([...(await first.read()).data()], [1, 1]);
  t.equal((await second.read()).item(), 2 ** 24 + 1 + 2 ** 30 + 1);
  await backend.close();
});

test("what is too large for a variable of 32 bits is caught before it is written", async (t) => {
  const backend = await cpu({ threads: 1 });
  const model = dense(1, 1);
  const store = await backend.store(model, { float: "f32", seed: 1 });
  await store.write("w", tensor([[1], [0]]));
  const step = await trainingStep(store, {
    optimizer: sgd({ learningRate: 1 }),
    feeds: { x: [1, 1] },
    loss: ({ x }, { apply }) => {
      const out = double(apply(model, x));
      return { loss: mean(mul(mul(out, 1e20), 1e20)) };
    },
  });
  const diverged = await step.run({ x: [[1]] }).catch((error: Error) => error);
  t.ok(diverged instanceof DivergenceError, String(diverged));
  t.deepEqual([...(await store.read("w")).data()], [1, 0]);
  await backend.close();
});

test("double: constants have all of their digits", async (t) => {
  const backend = await cpu({ threads: 1 });
  const store = await backend.store([], { float: "f32" });
  const one = double(tensor([[1]]));
  const values = [double(0.1), matmul(one, fill([1, 1], 0.1)), mul(one, 0.1)];
  for (const value of values) {
    const program = await compile({ outputs: value }, store);
    t.equal((await (await program.run({})).read()).data()[0], 0.1);
  }
  await backend.close();
});

test("rngd({ solvePrecision }): what it may be", (t) => {
  t.throws(
    () => rngd({ solvePrecision: "f16" as never }),
    /solvePrecision must be "store" or "f64"/,
  );
  t.deepEqual(rngd({ solvePrecision: "f64" }).settings.solvePrecision, "f64");
  t.notOk("solvePrecision" in rngd().settings);
  t.end();
});
