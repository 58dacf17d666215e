import { concat, constant, greater, type Node, slice, where } from "@metrigrad/graph";
import { MetricError, sizeOf } from "@metrigrad/tensor";
import type { Block } from "./block.ts";
import { changedCopies } from "./directSum.ts";
import { zeros } from "./first.ts";
import { type Hold, holdWithin } from "./hold.ts";
import { joined } from "./joined.ts";
import { withRowFloats } from "./rowFloats.ts";

/**
 * Averages a block of rows with those of the k − 1 batches before, as one block of all their rows.
 *
 * So few rows are solved in their own space. The rows keep the weights that they had in their batch. At first the
 * present batch stands in for the batches that are not there yet.
 *
 * @param block - The block of the present batch, which must be made of rows.
 * @param k - The number of batches, including the present one; 2 or more.
 * @param hold - Keeps the rows of k − 1 batches. It must update once for each batch.
 * @returns A block of the rows of k batches.
 * @throws {@link MetricError} if the block is not made of rows.
 * @category Metrics: blocks
 */
export function windowed(block: Block, k: number, hold: Hold): Block {
  if (!Number.isInteger(k) || k < 2) {
    throw new MetricError({
      where: "windowed",
      must: "k must be an integer of at least 2",
      got: String(k),
      todo: "pass the number of batches of the window, or use the block as it is for one",
    });
  }
  const { madeOf, copies, d, m, form } = block;
  if (copies !== null) {
    return changedCopies(copies, (one, copy) =>
      windowed(one, k, holdWithin(hold, `copy${copy}`) as Hold),
    );
  }
  if (madeOf === null) throw notRows(form);
  const { nu, factors, share } = madeOf;
  const seen = hold("window/seen", { shape: [], init: zeros }, () => constant(1));
  let floats = 0;
  const widen = (name: string, rows: Node): Node => {
    const [n = 0, ...rest] = rows.shape;
    const first = { shape: [(k - 1) * n, ...rest], init: zeros };
    const all = (before: Node) => {
      const copies = concat(new Array<Node>(k - 1).fill(rows), 0);
      return concat([where(greater(seen, 0), before, copies), rows], 0);
    };
    const before = hold(`window/${name}`, first, (own) => slice(all(own), [[n, k * n]]));
    floats += (2 * k - 1) * sizeOf(rows.shape);
    return all(before);
  };
  const rows = {
    ...madeOf,
    x: widen("x", madeOf.x),
    nu: nu && widen("nu", nu),
    factors: factors && widen("factors", factors),
    share: share / k,
  };
  return withRowFloats(joined([rows], { d, m, form }), floats);
}

function notRows(form: string): MetricError {
  return new MetricError({
    where: `metric block ${form}`,
    must: "a window over batches needs a block that is made of rows",
    got: form,
    todo: "keep a running average of it, or choose rows such as sharedGram, unitGram or softmaxGram",
  });
}
