/** What a scan takes from around its cell, and what of it keeps samples apart. */
import { reference, type Tensor, tensor } from "@metrigrad/tensor";
import test from "tape";
import {
  add,
  compile,
  constant,
  einsum,
  fill,
  grad,
  matmul,
  mean,
  mul,
  type Node,
  replaceNodes,
  samplesMixed,
  scan,
  square,
  sum,
} from "../../src/index.ts";

async function values(...nodes: Node[]): Promise<number[][]> {
  const store = await (await reference()).store([]);
  const program = await compile({ outputs: nodes }, store);
  const read = await Promise.all((await program.run()).map((handle) => handle.read()));
  return read.map((one: Tensor) => [...one.data()]);
}

const row = (...numbers: number[]) => constant(tensor(numbers));

test("scan: a number that the cell reads has a derivative and can be replaced", async (t) => {
  const k = constant(tensor(2));
  const cell = (c: Node, x: Node) => ({ carry: mul(add(c, x), k), y: c });
  const { carry } = scan(cell, constant(tensor(1)), row(1, 3));
  // carry = ((1 + 1)k + 3)k: 14 at k = 2, with the derivative 4k + 3.
  const [other] = replaceNodes([carry], new Map([[k as Node, constant(tensor(3))]])) as [Node];
  const got = await values(carry, grad(carry, k), grad(add(square(k), carry), k), other);
  t.deepEqual(got, [[14], [11], [15], [27]]);
});

test("scan: a matrix that is multiplied and carried on has both derivatives", async (t) => {
  const w = constant(
    tensor([
      [1, 2],
      [3, 4],
    ]),
  );
  const start = { h: constant(tensor([[1, 1]])), w: fill([2, 2], 0) };
  const cell = ({ h }: { readonly h: Node; readonly w: Node }) => {
    return { carry: { h: matmul(h, w), w }, y: [] };
  };
  const { carry } = scan(cell, start, null, { turns: 1 });
  const got = await values(grad(sum(carry.w), w), grad(add(sum(carry.w), sum(carry.h)), w));
  t.deepEqual(got, [
    [1, 1, 1, 1],
    [2, 2, 2, 2],
  ]);
});

test("scan: products of no columns have gradients of their shape", async (t) => {
  const w = fill([0, 3], 1);
  const cell = (z: Node) => ({ carry: z, y: matmul(z, w) });
  const { ys } = scan(cell, fill([2, 0], 1), null, { turns: 2 });
  const [got] = await values(grad(sum(ys), w));
  t.deepEqual(got, []);
});

test("scan: samples keep apart where only values beside them meet", (t) => {
  const time = fill([5, 3, 4], 1);
  const cell = ({ count, state }: { readonly count: Node; readonly state: Node }, one: Node) => {
    const next = add(state, one);
    return { carry: { count: add(count, mean(one)), state: next }, y: [next, mean(one)] as const };
  };
  const start = { count: constant(0), state: fill([3, 4], 0) };
  const { carry, ys } = scan(cell, start, time);
  t.equal(samplesMixed([ys[0], carry.state], [time], 5)?.how, "loop over the samples");
  const many = fill([3, 4], 1);
  const apart = scan(
    (c: { readonly count: Node; readonly state: Node }) => {
      const next = add(c.state, many);
      return {
        carry: { count: add(c.count, mean(c.state)), state: next },
        y: [next, mean(next)] as const,
      };
    },
    start,
    null,
    { turns: 2 },
  );
  t.equal(samplesMixed([apart.ys[0], apart.carry.state], [many], 3), null);
  t.equal(samplesMixed([apart.ys[1]], [many], 3)?.how, "sum over the samples");
  // A counter beside slices that are samples mixes nothing.
  const counted = scan(
    (n: Node, one: Node) => ({ carry: add(n, 1), y: mul(one, n) }),
    constant(0),
    many,
  );
  t.equal(samplesMixed([counted.ys], [many], 3), null);
  t.end();
});

test("einsum: axes of size 1 repeat where others are longer", async (t) => {
  const a = constant(
    tensor([
      [1, 2],
      [3, 4],
      [5, 6],
    ]),
  );
  const got = await values(einsum("...i,...i->i", a, constant(tensor([[2, 3]]))));
  t.deepEqual(got, [[18, 36]]);
});
