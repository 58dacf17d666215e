import { ShapeError } from "./errors.ts";

/**
 * A value, or lists and records of values, nested to any depth: `x`, `[x, y]`, `{ image: x, text: [y, z] }`.
 *
 * The values are called leaves.
 *
 * @category Tensors
 */
export type Tree<T> = T | readonly Tree<T>[] | { readonly [name: string]: Tree<T> };

/**
 * The type of the tree `X` after each leaf of type `T` became a `U`. Lists and names stay.
 *
 * @category Tensors
 */
export type MapTree<X, T, U> = [Tree<T>] extends [X]
  ? Tree<U>
  : X extends T
    ? U
    : X extends readonly unknown[]
      ? { readonly [K in keyof X]: MapTree<X[K], T, U> }
      : { readonly [K in keyof X]: MapTree<X[K], T, U> };

/**
 * A function that says which values are leaves. A value that is no leaf must be a list or a plain record.
 *
 * @category Tensors
 */
export type LeafGuard<T> = (value: unknown) => value is T;

/** The most levels that a tree may have. So a tree that contains itself leads to an error, not to an endless recursion. */
const deepest = 64;

/**
 * Returns the leaves of a tree with their paths, in the order of its lists and of its records' keys.
 *
 * @param tree - The tree.
 * @param isLeaf - Says which values are leaves.
 * @returns Pairs of a path and a leaf. A path is such as "a/0/b"; it is "" if the tree is one leaf.
 * @throws {@link ShapeError} if a value is neither leaf nor list nor plain record, or if the tree has more than 64 levels.
 *   Also if a name is empty or has a slash.
 * @category Tensors
 */
export function namedLeaves<T>(
  tree: Tree<NoInfer<T>>,
  isLeaf: LeafGuard<T>,
): readonly (readonly [path: string, leaf: T])[] {
  const leaves: [string, T][] = [];
  mapTree(tree, isLeaf, (leaf, path) => leaves.push([path, leaf]));
  return leaves;
}

/**
 * Returns the leaves of a tree, in the order of its lists and of its records' keys.
 *
 * @param tree - The tree.
 * @param isLeaf - Says which values are leaves.
 * @returns The leaves. If the tree is one leaf, this is a list of one.
 * @throws {@link ShapeError} in the cases of {@link namedLeaves}.
 * @category Tensors
 */
export function leavesOf<T>(tree: Tree<NoInfer<T>>, isLeaf: LeafGuard<T>): T[] {
  return namedLeaves(tree, isLeaf).map(([, leaf]) => leaf);
}

/**
 * Replaces each leaf of a tree by `f(leaf, path)`.
 *
 * @param tree - The tree; it does not change.
 * @param isLeaf - Says which values are leaves.
 * @param f - Returns the new leaf. It is called once per leaf, in the order of {@link namedLeaves}.
 * @returns A new tree with the same lists and names.
 * @throws {@link ShapeError} in the cases of {@link namedLeaves}.
 * @category Tensors
 */
export function mapTree<const X extends Tree<NoInfer<T>>, T, U>(
  tree: X,
  isLeaf: LeafGuard<T>,
  f: (leaf: T, path: string) => U,
): MapTree<X, T, U> {
  const visit = (value: unknown, path: readonly string[]): unknown => {
    if (isLeaf(value)) return f(value, path.join("/"));
    return mapChildren("tree", value, path, visit);
  };
  return visit(tree, []) as MapTree<X, T, U>;
}

/**
 * Throws an error unless two trees have the same lists and names.
 *
 * Leaves are not compared. The keys of records may come in any order.
 *
 * @param a - The tree with the wanted structure.
 * @param b - The tree to check.
 * @param isLeaf - Says which values are leaves, in both trees.
 * @param where - The function that messages name; "sameTree" by default.
 * @throws {@link ShapeError} if the structures differ; the message has the path of the first difference. Also in the cases of
 *   {@link namedLeaves}.
 * @category Tensors
 */
export function sameTree(
  a: unknown,
  b: unknown,
  isLeaf: (value: unknown) => boolean,
  where = "sameTree",
): void {
  zip(a, b, isLeaf, where, [], () => undefined);
}

/**
 * Pairs the leaves of two trees that have the same lists and names.
 *
 * @param a - The tree with the wanted structure.
 * @param b - The other tree.
 * @param isLeaf - Says which values are leaves, in both trees.
 * @param where - The function that messages name; "zipTrees" by default.
 * @returns For each leaf its path, the leaf of `a` and the leaf of `b`, in the order of `a`.
 * @throws {@link ShapeError} in the cases of {@link sameTree}.
 * @category Tensors
 */
export function zipTrees<A, B>(
  a: Tree<A>,
  b: Tree<B>,
  isLeaf: LeafGuard<A | B>,
  where = "zipTrees",
): readonly (readonly [path: string, a: A, b: B])[] {
  const pairs: [string, A, B][] = [];
  zip(a, b, isLeaf, where, [], (path, left, right) => {
    pairs.push([path, left as A, right as B]);
  });
  return pairs;
}

/** Visits the pairs of leaves of two trees. Throws ShapeError where their structures differ. */
function zip(
  a: unknown,
  b: unknown,
  isLeaf: (value: unknown) => boolean,
  where: string,
  path: readonly string[],
  visit: (path: string, a: unknown, b: unknown) => void,
): void {
  const [want, have] = [a, b].map((tree) => (isLeaf(tree) ? "one leaf" : kindOf(tree)));
  if (want !== have) throw different(where, path, want as string, have as string);
  if (isLeaf(a)) {
    visit(path.join("/"), a, b);
  } else {
    mapChildren(where, a, path, (child, below) => {
      const name = below.at(-1) as string;
      zip(child, (b as Record<string, unknown>)[name], isLeaf, where, below, visit);
    });
  }
}

/** Maps the values of a list or a plain record. Throws ShapeError for any other value. */
function mapChildren(
  where: string,
  value: unknown,
  path: readonly string[],
  f: (child: unknown, path: readonly string[]) => unknown,
): unknown {
  if (path.length >= deepest) {
    throw refused(where, `a tree must have ${deepest} levels at most`, `more ${at(path)}`);
  }
  if (Array.isArray(value)) {
    return Array.from(value, (child, i) => f(child, [...path, String(i)]));
  }
  if (!isRecord(value)) {
    const must = "a tree must be made of leaves, lists and plain records";
    throw refused(where, must, `${describe(value)} ${at(path)}`);
  }
  const entries = Object.entries(value).map(([name, child]) => {
    if (name === "" || name.includes("/")) {
      const must = "names in a tree must not be empty and must have no slash";
      throw refused(where, must, `${JSON.stringify(name)} ${at(path)}`);
    }
    return [name, f(child, [...path, name])] as const;
  });
  return Object.fromEntries(entries);
}

/** Describes the structure of a value that is no leaf. Equal texts mean equal structures. */
function kindOf(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (!isRecord(value)) return describe(value);
  return `a record of { ${Object.keys(value).sort().join(", ")} }`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // A plain record of another realm (a worker, a vm) has a prototype that is not ours. That prototype has no prototype itself.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function describe(value: unknown): string {
  if (typeof value !== "object" || value === null) {
    return value === undefined || value === null ? String(value) : `a ${typeof value}`;
  }
  return `a ${value.constructor?.name ?? "value"}`;
}

function at(path: readonly string[]): string {
  return path.length === 0 ? "at its root" : `at ${path.slice(0, 8).join("/")}`;
}

function refused(where: string, must: string, got: string): ShapeError {
  const todo = "pass a leaf (numbers as tensor(…)), [ … ] or { name: … }, nested as you like";
  return new ShapeError({ where, must, got, todo });
}

function different(where: string, path: readonly string[], want: string, have: string): ShapeError {
  return new ShapeError({
    where,
    must: `the tree must have ${want} ${at(path)}`,
    got: have,
    todo: "give both trees the same lists and names",
  });
}
