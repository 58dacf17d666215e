import { broadcastTo, expandDims, grad, type Node, reshape, sum } from "@metrigrad/graph";

/** Returns ln p(y | h) of every row, [n]. */
export type LogProb = (y: Node, h: Node) => Node;

/** Returns every row `count` times, one after the other: [n, …] → [n·count, …]. */
export function repeatRows(rows: Node, count: number): Node {
  const [n = 0, ...rest] = rows.shape;
  const all = broadcastTo(expandDims(rows, 1), [n, count, ...rest]);
  return reshape(all, [n * count, ...rest]);
}

/** Returns all values for each of n rows: [count, …] → [n·count, …]. */
export function repeatAll(values: Node, n: number): Node {
  const [count = 0, ...rest] = values.shape;
  const all = broadcastTo(expandDims(values, 0), [n, count, ...rest]);
  return reshape(all, [n * count, ...rest]);
}

/** Returns ∂ ln p(y | h)/∂h row by row, of the shape of h. */
export function scoresOf(logProb: LogProb, y: Node, h: Node): Node {
  return grad(sum(logProb(y, h)), h);
}
