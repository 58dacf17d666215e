/** What a scan takes from around its cell, and what of it keeps samples apart. */
import { reference, type Tensor, tensor } from "@metrigrad/tensor";
import test from "tape";
import {
  add,
  cast,
  compile,
  constant,
  einsum,
  fill,
  grad,
  inAllTurns,
  matmul,
  mean,
  mul,
  type Node,
  openScans,
  replaceNodes,
  samplesMixed,
  scan,
  square,
  sum,
  uniform,
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

test("scan: tensors and numbers stand for nodes in every tree", async (t) => {
  const { carry, ys } = scan(
    (c, { x }) => ({ carry: { sum: add(c.sum, x), last: 7 }, y: { twice: mul(x, 2), one: 1 } }),
    { sum: tensor([1, 1]), last: 0 },
    {
      x: tensor([
        [1, 2],
        [3, 4],
      ]),
    },
  );
  t.deepEqual(await values(carry.sum, carry.last, ys.twice, ys.one), [
    [5, 7],
    [7],
    [2, 4, 6, 8],
    [1, 1],
  ]);
  const none = scan((c: Node) => ({ carry: mul(c, 2), y: {} }), 1, null, { turns: 3 });
  t.deepEqual(none.ys, {});
  t.deepEqual(await values(none.carry), [[8]]);
  t.end();
});

test("scan: what is no tree, no pair and no setting is refused", (t) => {
  const cell = (c: Node) => ({ carry: c, y: c });
  t.throws(
    () => scan(cell, "one" as never, null, { turns: 2 }),
    /^ShapeError: scan, init: it must be a node, a tensor, a number, or a list or record of these, got a string at its root; pass constant/,
  );
  t.throws(
    () => scan(() => ({ carry: 0, y: null }) as never, 0, null, { turns: 2 }),
    /^ShapeError: scan, y: it must be a node.*got null at its root; .* \{\} where there is nothing/,
  );
  t.throws(
    () => scan(((c: Node) => [c, c]) as never, 0, null, { turns: 2 }),
    /^GraphError: scan: the cell must give \{ carry, y \}, got a list of 2; return what/,
  );
  t.throws(
    () => scan(cell, 0, null, { steps: 2 } as never),
    /^GraphError: scan: options must be among turns, reverse, got steps/,
  );
  t.end();
});

test("inAllTurns: values of a turn become values of the graph around, in nested loops too", async (t) => {
  const got = new Map<string, Node | null>();
  const ask = (name: string, node: Node) =>
    inAllTurns([node], ([value = null]) => void got.set(name, value));
  const outside = mul(row(2), 3);
  scan(
    (c: Node, x: Node) => {
      ask("slice", x);
      ask("carry", c);
      const square = mul(x, x);
      ask("made", square);
      ask("fixed", outside);
      ask("unused", mul(x, 5));
      ask("undrawn", mul(x, uniform([1], { key: "never" })));
      const inner = scan(
        (d: Node, _: null, k) => {
          const next = add(d, mul(x, add(cast(k, "float"), 1)));
          inAllTurns([next], ([value = null]) => {
            if (value !== null) ask("nested", value);
          });
          return { carry: next, y: {} };
        },
        mul(x, 0),
        null,
        { turns: 2 },
      );
      return { carry: add(add(c, square), outside), y: inner.carry };
    },
    tensor([0]),
    tensor([[1], [2], [3]]),
  );
  const wanted: [string, number[]][] = [
    ["slice", [1, 2, 3]],
    ["carry", [0, 7, 17]],
    ["made", [1, 4, 9]],
    ["fixed", [6, 6, 6]],
    ["unused", [5, 10, 15]],
    ["nested", [1, 3, 2, 6, 3, 9]],
  ];
  for (const [name, numbers] of wanted) {
    const node = got.get(name);
    t.ok(node, name);
    t.deepEqual(await values(node as Node), [numbers], name);
  }
  t.equal(got.get("undrawn"), null, "draws that the turn does not make have no values");
  t.deepEqual(got.get("nested")?.shape, [3, 2, 1]);
  t.equal(openScans(), 0);
  t.end();
});
