import {
  applierOf,
  constant,
  evaluate,
  type Node,
  type Store,
  type Tensor,
  tensor,
} from "metrigrad";
import { lnDensity } from "./density.ts";
import type { flow } from "./flow.ts";

/** A trained flow as a function of points [n, 2]. */
export function mapOf(model: ReturnType<typeof flow>, store: Store): (x: Node) => Node {
  const applier = applierOf({
    mode: "infer",
    rowWeights: null,
    pathOf: (spec) => store.pathOf(spec),
  });
  return (x) => applier.apply(model, x).response as Node;
}

/** How well a flow knows points, beside one Gaussian that is fitted to them, and how far its determinants are off. */
export async function judged(model: ReturnType<typeof flow>, store: Store, points: Tensor) {
  const f = mapOf(model, store);
  const { logs, z } = lnDensity(f, constant(points));
  const found = await evaluate({ logs, z }, { store });
  const rows = points.toArray() as number[][];
  // ln |det ∂z/∂x| by differences, for a few points.
  const step = 1e-3;
  const some = rows.slice(0, 20);
  const moved = some.flatMap(([a = 0, b = 0]) => [
    [a + step, b],
    [a - step, b],
    [a, b + step],
    [a, b - step],
  ]);
  const near = await evaluate(f(constant(tensor(moved))), { store });
  const at = near.toArray() as number[][];
  const off = some.map((_, k) => {
    const [right, left, up, down] = at.slice(4 * k, 4 * k + 4) as number[][];
    const by = (one: number[] = [], other: number[] = [], axis = 0) =>
      ((one[axis] ?? 0) - (other[axis] ?? 0)) / (2 * step);
    const det = by(right, left, 0) * by(up, down, 1) - by(right, left, 1) * by(up, down, 0);
    const [first = 0, second = 0] = (found.z.toArray() as number[][])[k] ?? [];
    const normal = -(first ** 2 + second ** 2) / 2 - Math.log(2 * Math.PI);
    return Math.abs((found.logs.data()[k] ?? 0) - normal - Math.log(Math.abs(det)));
  });
  const cost = -Array.from(found.logs.data()).reduce((sum, value) => sum + value, 0) / rows.length;
  return {
    cost,
    "cost of one Gaussian": gaussianCost(rows),
    "ln det off by at most": Math.max(...off),
  };
}

/** Entropy of the Gaussian with mean and covariance of points. */
function gaussianCost(rows: readonly number[][]): number {
  const n = rows.length;
  const mean = [0, 1].map((j) => rows.reduce((sum, row) => sum + (row[j] ?? 0), 0) / n);
  const about = (i: number, j: number) =>
    rows.reduce(
      (sum, row) => sum + ((row[i] ?? 0) - (mean[i] ?? 0)) * ((row[j] ?? 0) - (mean[j] ?? 0)),
      0,
    ) / n;
  const det = about(0, 0) * about(1, 1) - about(0, 1) ** 2;
  return 1 + Math.log(2 * Math.PI) + 0.5 * Math.log(det);
}
