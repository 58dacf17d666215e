import { mul, type Node, reshape, stopGradient, transpose } from "@metrigrad/graph";
import { type LogProb, repeatRows, scoresOf } from "./repeat.ts";

/**
 * Returns a root of the Fisher information from draws of the law, [n, m, count]. Its columns are the scores of `count`
 * draws, divided by √count, so that RR' is their mean outer product.
 */
export function sampledRoot(
  logProb: LogProb,
  sample: (h: Node, key: string) => Node,
  options: { readonly count: number; readonly key: string },
): (h: Node) => Node {
  const { count, key } = options;
  return (h) => {
    const [n = 0, m = 0] = h.shape;
    const rows = repeatRows(h, count);
    const y = stopGradient(sample(rows, key));
    const score = reshape(scoresOf(logProb, y, rows), [n, count, m]);
    return mul(transpose(score), count ** -0.5);
  };
}
