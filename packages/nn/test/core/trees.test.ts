/** Modules of trees: lists and records in and out, their types, and what stands for an input. */
import {
  add,
  cast,
  concat,
  constant,
  gather,
  input,
  isNode,
  matmul,
  mul,
  type Node,
  reshape,
  sub,
} from "@metrigrad/graph";
import {
  applyModel,
  asNodeTree,
  defModule,
  dense,
  type Module,
  mapNodes,
  namedNodes,
  nodesOf,
  param,
  sequential,
} from "@metrigrad/nn";
import { ShapeError, tensor } from "@metrigrad/tensor";
import test from "tape";
import { evaluate, numbers } from "../support/evaluate.ts";

interface Pair {
  readonly [name: string]: Node;
  readonly mean: Node;
  readonly scale: Node;
}

/** A node in, a record out. */
const split = defModule({
  name: "split",
  apply: (_, x: Node): Pair => ({ mean: mul(x, 2), scale: add(x, 1) }),
});

/** A record in, a node out. */
const joined = defModule({ name: "joined", apply: (_, { mean, scale }: Pair) => sub(mean, scale) });

/** Two inputs. */
const difference = defModule({
  name: "difference",
  params: { gain: param([1], () => [3]) },
  apply: ({ gain }, [a, b]: readonly [Node, Node]) => mul(sub(a, b), gain),
});

/** A list of any length, in and out. */
const reversed = defModule({
  name: "reversed",
  apply: (_, list: readonly Node[]): readonly Node[] => list.toReversed(),
});

const nested = defModule({
  name: "nested",
  apply: (_, { images, rest }: { images: readonly [Node, Node]; rest: { label: Node } }) => ({
    images: [images[1], images[0]] as const,
    deep: { label: [rest.label] },
  }),
});

test("trees: what goes in and out has the types that `apply` says", async (t) => {
  const x = constant(tensor([[1], [2]]));
  const pair: Pair = applyModel(split(), x).output;
  t.deepEqual(await numbers(pair.mean), [2, 4]);
  t.deepEqual(await numbers(pair.scale), [2, 3]);
  const node: Node = applyModel(joined(), pair).output;
  t.deepEqual(await numbers(node), [0, 1]);
  const list: readonly Node[] = applyModel(reversed(), [x, node]).output;
  t.deepEqual(list, [node, x]);
  const made = applyModel(nested(), { images: [x, node], rest: { label: x } }).output;
  const [first, second]: readonly [Node, Node] = made.images;
  const label: Node[] = made.deep.label;
  t.deepEqual([first, second, ...label], [node, x, x]);
  const chain: Module<Node, Node> = sequential(split(), joined());
  const layers: Module[] = [dense(1, 1), dense(1, 1)];
  const fromList: Module<Node, Node> = sequential(...layers);
  const scaled: Node = applyModel(fromList, x).output;
  t.deepEqual(scaled.shape, [2, 1]);
  const typed: Node = applyModel(chain, x).output;
  t.deepEqual(await numbers(typed), [0, 1]);
  const ends: Module<Node, Pair> = sequential(dense(1, 1), split());
  const out: Pair = applyModel(ends, x).output;
  t.deepEqual(out.mean.shape, [2, 1]);
});

test("trees: several inputs are passed one by one, or as a list", async (t) => {
  const inner = difference();
  const outer = defModule({
    name: "outer",
    children: () => [inner],
    apply: (_, { a, b }: { a: Node; b: Node }, { call, applied }) => {
      const one: Node = call(inner, a, b);
      const whole: Node = call(inner, [b, a]);
      const { response, preActivation } = applied(inner, a, b);
      const again: Node = response;
      t.equal(preActivation, again);
      return [one, whole, again] as const;
    },
  });
  const [a, b] = [constant(tensor([[5]])), constant(tensor([[1]]))];
  const model = outer();
  const { output, applications } = applyModel(model, { a, b });
  const three: readonly [Node, Node, Node] = output;
  const values = await evaluate(three, { owner: model });
  t.deepEqual(
    values.map((value) => value.item()),
    [12, -12, 12],
  );
  t.equal(applications.length, 3);
  const [first] = applications;
  t.deepEqual(first?.reference, [a, b], "the inputs of an application are the tree");
  const moved = first?.applyTo([b, a]).response as Node;
  t.deepEqual(await numbers(moved, { owner: model }), [-12]);
});

test("trees: a response that is no node has no pre-activation", (t) => {
  const both = defModule({
    name: "both",
    params: { a: param([1], () => [1]) },
    apply: ({ a }, x: Node) => ({ left: mul(x, a), right: [x] }),
  });
  const model = both();
  const { applications, output } = applyModel(model, input("x", [3, 1]));
  t.equal(applications[0]?.preActivation, null);
  t.equal(applications[0]?.response, output);
  t.equal(applications[0]?.samples, 3);
  t.end();
});

test("trees: integer inputs stay integers", async (t) => {
  const embedding = defModule({
    name: "embedding",
    params: { table: param([3, 2], () => [1, 2, 3, 4, 5, 6]) },
    apply: ({ table }, { ids, offset }: { ids: Node; offset: Node }) => {
      t.equal(ids.type, "i32");
      return add(gather(table, ids), cast(offset, "float"));
    },
  });
  const model = embedding();
  const { output } = applyModel(model, {
    ids: tensor(Int32Array.of(2, 0)),
    offset: tensor(Int32Array.of(10)),
  });
  t.deepEqual(await numbers(output, { owner: model }), [15, 16, 11, 12]);
});

test("trees: numbers, tensors and lists of numbers stand for nodes", async (t) => {
  for (const like of [[[1], [2]], tensor([[1], [2]])]) {
    const { output } = applyModel(split(), like);
    t.deepEqual(await numbers(output.mean), [2, 4]);
  }
  const { output } = applyModel(difference(), [tensor([[5]]), tensor([[1]])]);
  t.deepEqual(output.shape, [1, 1], "a list of tensors is two inputs");
});

test("asNodeTree: what is a value and what is a tree", (t) => {
  const x = input("x", [2]);
  t.equal(asNodeTree(x), x);
  const whole = asNodeTree([
    [1, 2],
    [3, 4],
  ]);
  t.ok(isNode(whole));
  t.deepEqual((whole as Node).shape, [2, 2]);
  const tree = asNodeTree({ a: [x, tensor([1, 2, 3])], b: 4 }) as {
    a: readonly [Node, Node];
    b: Node;
  };
  t.equal(tree.a[0], x);
  t.deepEqual(
    namedNodes(tree).map(([path, { shape }]) => [path, shape]),
    [
      ["a/0", [2]],
      ["a/1", [3]],
      ["b", []],
    ],
  );
  t.deepEqual(nodesOf(tree), [tree.a[0], tree.a[1], tree.b]);
  const paths: string[] = [];
  const mapped = mapNodes(tree, (node, path) => {
    paths.push(path);
    return node.shape.length === 0 ? node : concat([node, node], 0);
  }) as typeof tree;
  t.deepEqual(paths, ["a/0", "a/1", "b"]);
  t.deepEqual(mapped.a[1].shape, [6]);
  t.deepEqual(asNodeTree([]), [], "no inputs");
  t.throws(() => asNodeTree({ a: "text" }), ShapeError);
  t.throws(() => asNodeTree(undefined), ShapeError);
  t.throws(() => nodesOf({ a: 3 } as never), ShapeError);
  t.end();
});

test("trees: a wrong input is refused where it is used", (t) => {
  const table = defModule({ name: "table", apply: (_, x: Node) => matmul(x, x) });
  t.throws(() => applyModel(table(), { a: "no" } as never), ShapeError);
  t.throws(() => applyModel(dense(2, 2), input("x", [3, 5])), /dense: its input must be/);
  t.end();
});

test("trees: an input that a module cannot use is an error that shows it", (t) => {
  const towers = defModule({
    name: "towers",
    apply: (_, { left, right }: { left: Node; right: Node }) =>
      add(left, reshape(right, right.shape)),
  });
  const square = tensor([
    [1, 2],
    [3, 4],
  ]);
  t.throws(
    () => applyModel(towers(), { left: square, rihgt: square } as never),
    /^GraphError: towers, apply: it must be able to use its input, got \{ left: \[2, 2\], rihgt: \[2, 2\] \}, and .*undefined.*; give it/,
  );
  t.throws(
    () => add(square, undefined as never),
    /^GraphError: an op: its operands must be nodes, .* got undefined/,
  );
  t.throws(
    () => applyModel(sequential(dense(2, 2), dense(2, 2)), { a: square } as never),
    /^GraphError: dense at dense0, apply: .* got \{ a: \[2, 2\] \}/,
  );
  t.throws(
    () => applyModel(towers(), square as never),
    /^GraphError: towers, apply: .* got \[2, 2\]/,
  );
  t.end();
});
