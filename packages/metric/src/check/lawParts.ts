import { constant, isNode, type Node } from "@metrigrad/graph";
import type { AnyLaw } from "@metrigrad/nn";
import { isTensor, mapTree, type Store, type Tensor, type Tree, tensor } from "@metrigrad/tensor";
import { hostValues, numbersOf } from "./lawAt.ts";
import { byChance, deviationOf } from "./lawDraws.ts";
import type { MetricCheck } from "./report.ts";

/** How draws are made. */
export interface Drawing {
  readonly store: Store;
  readonly count: number;
  readonly seed: number;
  /** Draws values of a shape, by path. */
  readonly drawn: (path: string, shape: readonly number[]) => Tensor;
}

/** The step of differences in h. */
const step = 1e-4;
/** The number of directions in h along which the information is compared. */
const directions = 3;

/**
 * Compares a law of several responses as a whole with the sum of its parts.
 *
 * Along drawn directions v of h, the mean of (∂ ln p/∂v)² over its draws must be Σ v'J'FJv over the parts. Its
 * divergence must be the mean of ln p − ln p'.
 */
export async function wholeLawChecks(
  law: AnyLaw,
  h: Tree<Tensor>,
  { store, count, seed, drawn }: Drawing,
): Promise<MetricCheck[]> {
  const shift = (path: string) =>
    mapTree<Tree<Tensor>, Tensor, Tensor>(h, isTensor, (leaf, at) =>
      drawn(`${path}/${at}`, leaf.shape),
    ) as Tree<Tensor>;
  const moved = (v: Tree<Tensor> | null, by: number, copies: number) =>
    mapTree<Tree<Tensor>, Tensor, Node>(h, isTensor, (leaf, at) => {
      const along = v === null ? null : numbersOf(leafAt(v, at));
      const values = numbersOf(leaf).map((value, i) => value + by * (along?.[i] ?? 0));
      const [n = 0, ...rest] = leaf.shape;
      const all = Array.from({ length: copies }, () => Array.from(values)).flat();
      return constant(tensor(Float64Array.from(all), { shape: [copies * n, ...rest] }));
    }) as Tree<Node>;
  const y = await drawsOf(law.sample(moved(null, 0, count), "check/law"), store);
  const logs = async (v: Tree<Tensor>, by: number) =>
    numbersOf((await hostValues(store, [law.logProb(y, moved(v, by, count))]))[0]);
  const how = `${count} draws, seed ${seed}`;
  const [slopes, squares]: [number[], number[]] = [[], []];
  for (let d = 0; d < directions; d++) {
    const v = shift(`direction${d}`);
    const [low, high] = [await logs(v, -step), await logs(v, step)];
    const slope = high.map((value, i) => (value - (low[i] as number)) / (2 * step));
    const n = slope.length / count;
    const claimed = await lengthOf(law, v, { moved, store });
    const off = new Float64Array(count).fill(-claimed);
    slope.forEach((value, i) => {
      const q = Math.floor(i / n);
      off[q] = (off[q] as number) + value * value;
    });
    slopes.push(deviationOf(slope, Math.sqrt(claimed)));
    squares.push(deviationOf(off, claimed));
  }
  const checks = [
    byChance("the whole: E[score] = 0 by samples", slopes, how),
    byChance("the whole: E[score score'] = Σ of the parts by samples", squares, how),
  ];
  if (law.kl === null) return checks;
  const to = shift("other");
  const [here, there] = [await logs(to, 0), await logs(to, 0.5)];
  const apart = law.kl(moved(null, 0, 1), moved(to, 0.5, 1));
  const kl = numbersOf((await hostValues(store, [apart]))[0]);
  const off = here.map((log, i) => log - (there[i] as number) - (kl[i % kl.length] as number));
  return [
    ...checks,
    byChance("the whole: kl = E[ln p − ln p'] by samples", [deviationOf(off, 1)], how),
  ];
}

/** Computes v'(Σ J'FJ)v of the parts, summed over their rows. */
async function lengthOf(
  law: AnyLaw,
  v: Tree<Tensor>,
  {
    moved,
    store,
  }: {
    readonly moved: (v: Tree<Tensor>, by: number, copies: number) => Tree<Node>;
    readonly store: Store;
  },
): Promise<number> {
  const [low, here, high] = [-step, 0, step].map((by) => law.parts(moved(v, by, 1)));
  let total = 0;
  for (const [index, { law: own, natural, weights }] of (here ?? []).entries()) {
    const nodes = [
      own.fisher(natural),
      low?.[index]?.natural as Node,
      high?.[index]?.natural as Node,
      ...(weights === null ? [] : [weights]),
    ];
    const [f, a, b, w] = (await hostValues(store, nodes)).map(numbersOf) as Float64Array[];
    const [rows = 0, m = 0] = natural.shape;
    const tangent = (b as Float64Array).map(
      (value, i) => (value - (a?.[i] as number)) / (2 * step),
    );
    for (let s = 0; s < rows; s++)
      for (let k = 0; k < m; k++)
        for (let l = 0; l < m; l++)
          total +=
            (w?.[s] ?? 1) *
            (f?.[(s * m + k) * m + l] as number) *
            (tangent[s * m + k] as number) *
            (tangent[s * m + l] as number);
  }
  return total;
}

/** Returns draws as constants, so that they do not change from run to run. */
async function drawsOf(y: Tree<Node>, store: Store): Promise<Tree<Node>> {
  const leaves: Node[] = [];
  mapTree<Tree<Node>, Node, void>(y, isNode, (leaf) => {
    leaves.push(leaf);
  });
  const values = await hostValues(store, leaves);
  let at = 0;
  return mapTree<Tree<Node>, Node, Node>(y, isNode, () =>
    constant(values[at++] as Tensor),
  ) as Tree<Node>;
}

function leafAt(tree: Tree<Tensor>, path: string): Tensor {
  let found: unknown = tree;
  for (const name of path === "" ? [] : path.split("/"))
    found = (found as Readonly<Record<string, unknown>>)[name];
  return found as Tensor;
}
