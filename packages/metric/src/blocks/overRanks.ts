import {
  gather,
  meanOverRanks,
  type Node,
  type Ranks,
  reshape,
  rowsOfAllRanks,
} from "@metrigrad/graph";
import { MetricError, sizeOf, tensor } from "@metrigrad/tensor";
import type { Block, MadeOf } from "./block.ts";
import { denseBlock } from "./dense.ts";
import { changedCopies } from "./directSum.ts";
import { identities } from "./first.ts";
import { joined } from "./joined.ts";

/**
 * Returns the block of the whole batch from those of all ranks, each of its own samples: the mean of the metrics.
 *
 * Kronecker, diagonal and quasi-diagonal blocks exchange their factors or diagonals. Blocks of rows exchange their rows, or their
 * explicit matrices where these are fewer numbers. All other blocks exchange their matrices. With one rank it is the block itself.
 *
 * @param block - The block of this rank's samples.
 * @param ranks - The processes that take the step together.
 * @returns The block of the samples of all ranks.
 * @throws {@link MetricError} for a block in an eigenbasis, which would be another one on each rank.
 * @category Metrics: blocks
 */
export function blockOverRanks(block: Block, ranks: Ranks): Block {
  if (ranks.size === 1) return block;
  const { averagedBy, madeOf, copies, d, m, matrices, size, columns, form, kind } = block;
  if (kind === "eigenbasis") throw ownBases(form);
  if (copies !== null) return changedCopies(copies, (one) => blockOverRanks(one, ranks));
  if (averagedBy !== null) {
    const values = Object.entries(averagedBy.values).map(([name, { value, init }]) => {
      // What begins as the identity is a symmetric matrix.
      const mean = init === identities ? symmetricMean : meanOverRanks;
      return [name, mean(value, ranks)] as const;
    });
    return averagedBy.block(Object.fromEntries(values));
  }
  if (madeOf !== null && ranks.size * numbersOf(madeOf) < matrices * size * size) {
    return joined([rowsOfAll(madeOf, ranks)], { d, m, form });
  }
  return denseBlock(symmetricMean(block.toMatrices(), ranks), m, form, columns);
}

function ownBases(form: string): MetricError {
  return new MetricError({
    where: `distributed, metric block ${form}`,
    must: "a block must be a mean over the samples of all ranks",
    got: "one in the eigenbasis of this rank's samples",
    todo: "take kfacMetrics() in the place of EKFAC, or train in one process",
  });
}

/** The mean of symmetric matrices […, d, d], of which the ranks exchange the lower triangles. */
function symmetricMean(matrices: Node, ranks: Ranks): Node {
  const { shape } = matrices;
  const d = shape.at(-1) as number;
  const before = shape.slice(0, -2);
  const places = lowerPlaces(d);
  const triangle = gather(reshape(matrices, [...before, d * d]), tensor(places.taken), {
    axis: -1,
  });
  const mean = meanOverRanks(triangle, ranks);
  return reshape(gather(mean, tensor(places.given), { axis: -1 }), shape);
}

/** The places of a lower triangle within its matrix, and the place in the triangle of each element of the matrix. */
function lowerPlaces(d: number): { readonly taken: Int32Array; readonly given: Int32Array } {
  const taken = new Int32Array((d * (d + 1)) / 2);
  const given = new Int32Array(d * d);
  let next = 0;
  for (let row = 0; row < d; row++) {
    for (let column = 0; column <= row; column++) {
      taken[next] = row * d + column;
      given[row * d + column] = next;
      given[column * d + row] = next;
      next++;
    }
  }
  return { taken, given };
}

/** How many numbers the rows and weights of one rank have. */
function numbersOf({ x, nu, factors }: MadeOf): number {
  return [x, nu, factors].reduce((sum, one) => sum + (one === null ? 0 : sizeOf(one.shape)), 0);
}

/** The rows of all ranks. The loss of this rank alone reads the outputs, so they are left out. */
function rowsOfAll({ x, nu, factors, share, ...rows }: MadeOf, ranks: Ranks): MadeOf {
  const all = (one: Node | null) => one && rowsOfAllRanks(one, ranks);
  return {
    ...rows,
    x: rowsOfAllRanks(x, ranks),
    nu: all(nu),
    factors: all(factors),
    share: share / ranks.size,
    outputs: null,
  };
}
