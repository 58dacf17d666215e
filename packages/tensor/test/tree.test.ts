import test from "tape";
import { tensor } from "../src/create.ts";
import { ShapeError } from "../src/errors.ts";
import { isTensor, type Tensor } from "../src/tensor.ts";
import { leavesOf, mapTree, namedLeaves, sameTree, type Tree, zipTrees } from "../src/tree.ts";

const isNumber = (value: unknown): value is number => typeof value === "number";

test("leaves come with their paths, in order", (t) => {
  t.deepEqual(namedLeaves(3, isNumber), [["", 3]]);
  t.deepEqual(namedLeaves({ b: [1, { c: 2 }], a: 3 }, isNumber), [
    ["b/0", 1],
    ["b/1/c", 2],
    ["a", 3],
  ]);
  t.deepEqual(leavesOf([1, [2], [], { x: 3 }], isNumber), [1, 2, 3]);
  t.deepEqual(leavesOf({}, isNumber), []);
  t.end();
});

test("a guard decides what a leaf is: lists and tensors too", (t) => {
  const isShape = (value: unknown): value is number[] =>
    Array.isArray(value) && value.every(isNumber);
  t.deepEqual(namedLeaves({ x: [2, 3], y: [[4], [5, 6]] }, isShape), [
    ["x", [2, 3]],
    ["y/0", [4]],
    ["y/1", [5, 6]],
  ]);
  const x = tensor([1, 2]);
  t.is(namedLeaves({ x }, isTensor)[0]?.[1], x);
  t.end();
});

test("mapTree keeps lists and names, also in types", (t) => {
  const image = tensor([[1, 2]]);
  const mapped = mapTree({ image, rest: [image] as const }, isTensor, ({ shape }, path) => ({
    shape,
    path,
  }));
  const shape: readonly number[] = mapped.image.shape;
  const path: string = mapped.rest[0].path;
  t.deepEqual(shape, [1, 2]);
  t.is(path, "rest/0");
  const lone: string = mapTree(image, isTensor, () => "leaf");
  t.is(lone, "leaf");
  const any: Tree<Tensor> = [image];
  const texts: Tree<string> = mapTree(any, isTensor, () => "leaf");
  t.deepEqual(texts, ["leaf"]);
  const own = mapTree({ ["__proto__"]: 1 }, isNumber, (x) => x + 1);
  t.deepEqual(Object.entries(own), [["__proto__", 2]]);
  t.end();
});

test("trees are compared by structure, with the path of the first difference", (t) => {
  sameTree({ a: 1, b: [2] }, { b: [5], a: 7 }, isNumber);
  const differ: [unknown, unknown, RegExp][] = [
    [1, [1], /f: the tree must have one leaf at its root, got a list of 1; give both/],
    [{ a: [1, 2] }, { a: [1] }, /must have a list of 2 at a, got a list of 1/],
    [{ a: { b: 1 } }, { a: { c: 1 } }, /a record of \{ b \} at a, got a record of \{ c \}/],
    [[[1]], [{ 0: 1 }], /must have a list of 1 at 0, got a record of \{ 0 \}/],
    [{ a: 1 }, { a: "x" }, /must have one leaf at a, got a string/],
  ];
  for (const [a, b, message] of differ) {
    t.throws(() => sameTree(a, b, isNumber, "f"), message);
  }
  t.deepEqual(zipTrees({ a: 1, b: [2] }, { b: [5], a: 7 }, isNumber), [
    ["a", 1, 7],
    ["b/0", 2, 5],
  ]);
  t.end();
});

test("what is no tree is a ShapeError", (t) => {
  const inner: unknown[] = [];
  inner.push(inner);
  const wrong: [unknown, RegExp][] = [
    [null, /tree: a tree must be made of leaves, lists and plain records, got null at its root;/],
    [{ a: [undefined] }, /got undefined at a\/0/],
    [{ a: new Map() }, /got a Map at a/],
    [{ "a/b": 1 }, /must have no slash, got "a\/b" at its root/],
    [{ a: { "": 1 } }, /must not be empty .* got "" at a/],
    [inner, /must have 64 levels at most, got more at 0\/0/],
  ];
  for (const [tree, message] of wrong) {
    t.throws(() => leavesOf(tree as Tree<number>, isNumber), message);
    t.throws(() => leavesOf(tree as Tree<number>, isNumber), ShapeError);
  }
  t.end();
});
