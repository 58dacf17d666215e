import { ShapeError } from "./errors.ts";

/** A value, or lists and records of values nested to any depth: `x`, `[x, y]`, `{ image: x, text: [y, z] }`. */
export type Tree<T> = T | readonly Tree<T>[] | { readonly [name: string]: Tree<T> };

/** The tree `X` with each of its leaves of type `T` replaced by a `U`; lists and names stay. */
export type MapTree<X, T, U> = [Tree<T>] extends [X]
  ? Tree<U>
  : X extends T
    ? U
    : X extends readonly unknown[]
      ? { readonly [K in keyof X]: MapTree<X[K], T, U> }
      : { readonly [K in keyof X]: MapTree<X[K], T, U> };

/** Says which values are leaves; what is none must be a list or a plain record. */
export type LeafGuard<T> = (value: unknown) => value is T;

/** Deeper trees are refused, so that one that contains itself ends with an error. */
const deepest = 64;

/**
 * The leaves of a tree with their paths, in the order of its lists and of its records' keys.
 *
 * @param tree - The tree.
 * @param isLeaf - Says which values are leaves.
 * @returns Pairs of a path and a leaf; the path is "" for a lone leaf, such as "a/0/b" else.
 * @throws ShapeError where a value is no leaf, no list and no plain record, where a name is empty or has
 *   a slash, and where the tree is deeper than 64 levels.
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
 * The leaves of a tree, in the order of its lists and of its records' keys.
 *
 * @param tree - The tree.
 * @param isLeaf - Says which values are leaves.
 * @returns The leaves; a lone leaf gives a list of one.
 * @throws ShapeError as `namedLeaves` does.
 */
export function leavesOf<T>(tree: Tree<NoInfer<T>>, isLeaf: LeafGuard<T>): T[] {
  return namedLeaves(tree, isLeaf).map(([, leaf]) => leaf);
}

/**
 * The tree with each leaf replaced by `f(leaf, path)`.
 *
 * @param tree - The tree; it is not changed.
 * @param isLeaf - Says which values are leaves.
 * @param f - Gives the new leaf; it is called once per leaf, in the order of `namedLeaves`.
 * @returns A tree with the same lists and names.
 * @throws ShapeError as `namedLeaves` does.
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
 * Checks that two trees have the same lists and names; leaves are not compared, and the keys of records
 * may come in any order.
 *
 * @param a - The tree that says what is wanted.
 * @param b - The tree that is checked.
 * @param isLeaf - Says which values are leaves, in both trees.
 * @param where - The function that messages name.
 * @throws ShapeError, with the path of the first difference, and as `namedLeaves` does.
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
 * @param a - The tree that says what is wanted.
 * @param b - The other tree.
 * @param isLeaf - Says which values are leaves, in both trees.
 * @param where - The function that messages name.
 * @returns A path and both leaves for each leaf, in the order of `a`.
 * @throws ShapeError as `sameTree` does.
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

/** What a value that is no leaf holds, such that equal texts mean equal structure. */
function kindOf(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (!isRecord(value)) return describe(value);
  return `a record of { ${Object.keys(value).sort().join(", ")} }`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // A record of another realm (a worker, a vm) has a prototype without one of its own.
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
