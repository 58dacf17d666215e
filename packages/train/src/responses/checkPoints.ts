import { GraphError, isTensor, mapTree, ShapeError, type Tensor, tensor } from "@metrigrad/tensor";
import { isSampler, type PointSampler } from "../points/sampler.ts";
import type { Points } from "./part.ts";

/** Points with their path in `at`; "" if there is one kind. */
export interface PointLeaf {
  readonly path: string;
  readonly source: PointSampler | Tensor;
}

/** Whether a value is a leaf of a tree of points. */
export function isPointSource(value: unknown): value is PointSampler | Tensor | readonly number[] {
  return isSampler(value) || isTensor(value) || Array.isArray(value);
}

/**
 * Returns the leaves of a tree of points, with tensors in place of nested arrays. Throws GraphError and ShapeError.
 */
export function pointLeaves(where: string, at: Points): readonly PointLeaf[] {
  const leaves: PointLeaf[] = [];
  if (typeof at !== "object" || at === null) throw none(where, String(at));
  mapTree(at as never, isPointSource, (leaf, path) => {
    const source = Array.isArray(leaf) ? tensor(leaf) : (leaf as PointSampler | Tensor);
    leaves.push({ path, source });
  });
  return leaves;
}

/**
 * Returns whether any of the points are drawn at random. Throws GraphError or ShapeError if the values are not
 * points.
 */
export function checkPoints(where: string, at: Points): boolean {
  const leaves = pointLeaves(where, at);
  if (leaves.length === 0) throw none(where, "none");
  const counts = new Set<number>();
  for (const { path, source } of leaves) {
    const own = `${where}, at${path === "" ? "" : `/${path}`}`;
    const [n] = source.shape;
    if (n === undefined || n < 1) {
      throw new ShapeError({
        where: own,
        must: "points must be [n, …], one in each row",
        got: `[${source.shape.join(", ")}]`,
        todo: "pass for example [[0, 0], [0, 1]]",
      });
    }
    counts.add(n);
    if (isTensor(source)) checkFinite(own, source);
  }
  if (counts.size > 1) {
    throw new ShapeError({
      where: `${where}, at`,
      must: "all values must be for the same points",
      got: `${[...counts].join(" and ")} rows`,
      todo: "make another part for other points",
    });
  }
  return leaves.some(({ source }) => isSampler(source) && source.random);
}

function checkFinite(where: string, values: Tensor): void {
  const odd = values.data().find((value) => !Number.isFinite(value));
  if (odd === undefined) return;
  const todo = "leave those rows out";
  throw new GraphError({ where, must: "points must be finite", got: String(odd), todo });
}

function none(where: string, got: string): GraphError {
  return new GraphError({
    where,
    must: "at must be a sampler, values [n, …], or a record of them",
    got,
    todo: "pass for example { at: uniformPoints(900, { low: [0, 0], high: [1, 1] }) }",
  });
}
