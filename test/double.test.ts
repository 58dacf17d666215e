import { cpu } from "@metrigrad/cpu";
import {
  add,
  cholesky,
  choleskySolve,
  compile,
  concat,
  constant,
  double,
  grad,
  input,
  matmul,
  mul,
  type Node,
  scan,
  single,
  sub,
  sum,
  transpose,
  variable,
} from "@metrigrad/graph";
import { type Backend, reference, type Tensor, tensor } from "@metrigrad/tensor";
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
    const rough = await (await plain.run({})).outputs.read();
    const [fine, rounded] = (await wide.run({})).outputs;
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
    const w = variable({ path: "w", shape: [2], role: "state", init: () => [0, 0] });
    const steps = constant([
      [tiny, tiny],
      [tiny, -tiny],
    ]);
    const { carry } = scan((h: Node, at: Node) => ({ carry: add(h, at), y: h }), double(a), steps);
    const joined = concat([double(a), a], 0);
    const difference = sub(add(double(a), tiny), a);
    const derivative = grad(sum(mul(double(a), mul(a, a))), a);
    const outputs = { last: carry, joined, difference, derivative };
    const program = await compile({ outputs, updates: [[w, add(double(a), tiny)]] }, store);
    const result = await program.run({ a: tensor(Float32Array.of(1, 2)) });
    const of = async (key: keyof typeof outputs) => [...(await result.outputs[key].read()).data()];
    t.deepEqual(await of("last"), [1 + 2 * tiny, 2], "a loop that begins wide is wide");
    t.deepEqual(await of("joined"), [1, 2, 1, 2]);
    t.deepEqual(await of("difference"), [tiny, tiny]);
    t.deepEqual(await of("derivative"), [3, 12]);
    t.deepEqual([...(await store.read("w")).data()], [1, 2], "a variable is rounded");
    t.equal((await store.read("w")).dtype, "f32");
    await backend.close();
  });
}
