import { add, type Node, reshape } from "@metrigrad/graph";
import { MetricError } from "@metrigrad/tensor";
import type { Block, BlockCost, Columns, MadeOf } from "./block.ts";
import { defaultIterations } from "./cg.ts";
import { type Costs, changedCost, denseCosts, exactLimit, iterative } from "./cost.ts";
import { defBlock } from "./defBlock.ts";
import { denseBlock } from "./dense.ts";
import { diagonalBlock } from "./diagonal.ts";
import { changedCopies } from "./directSum.ts";
import { holdWithin } from "./hold.ts";
import { joined } from "./joined.ts";
import { overAll } from "./overAll.ts";

/**
 * Adds blocks over one parameter [d, m], such as the blocks of its several uses.
 *
 * Blocks of rows become one block of all rows, so few rows are solved in their own space. Diagonals stay diagonal.
 * Other kinds multiply each for itself. Their sum is solved by Cholesky factors if its matrices are small, else by
 * conjugate gradients.
 *
 * @param blocks - The blocks, at least one.
 * @returns The sum as one block.
 * @throws {@link MetricError} if there is no block, or if the blocks have different d or m.
 * @category Metrics: blocks
 */
export function sumBlock(blocks: readonly Block[]): Block {
  const [first, ...others] = blocks;
  if (first === undefined) throw nothing();
  if (others.length === 0) return first;
  for (const other of others) {
    if (other.d !== first.d || other.m !== first.m) throw apart(first, other);
  }
  const { d, m } = first;
  const form = [...new Set(blocks.map((block) => block.form))].join(" + ");
  if (first.copies !== null) {
    const all = blocks.flatMap(({ copies }) => copies ?? []);
    if (all.length < blocks.length) return coupled(blocks, form);
    return changedCopies(first.copies, (_, copy) =>
      sumBlock(all.map((one) => one.blocks[copy] as Block)),
    );
  }
  if (blocks.some(({ copies }) => copies !== null)) return coupled(blocks, form);
  const rows = blocks.flatMap(({ madeOf }): MadeOf[] => (madeOf === null ? [] : [madeOf]));
  if (rows.length === blocks.length) return joined(rows, { d, m, form });
  const values = blocks.flatMap(({ diagonalValues }) => diagonalValues ?? []);
  if (values.length === blocks.length) return diagonalBlock(total(values), { form, m });
  return addedBlock(blocks, form);
}

/** Makes explicit matrices over all columns, if only some of the blocks are direct sums of copies. */
function coupled(blocks: readonly Block[], form: string): Block {
  const dense = total(blocks.map((block) => block.toDense()));
  const [size = 0] = dense.shape;
  return denseBlock(reshape(dense, [1, size, size]), (blocks[0] as Block).m, form, "coupled");
}

/** Adds blocks that multiply each for itself. */
function addedBlock(blocks: readonly Block[], form: string): Block {
  const [{ d, m }] = blocks as [Block];
  const columns = widest(blocks);
  const [size, matrices] = columns === "coupled" ? [d * m, 1] : [d, columns === "own" ? m : 1];
  const all = (of: (block: Block, at: number) => Node) => total(blocks.map(of));
  const toMatrices = () =>
    columns === "coupled"
      ? reshape(
          all((block) => block.toDense()),
          [1, size, size],
        )
      : all((block) => block.toMatrices());
  return defBlock({
    kind: "sum",
    form,
    d,
    m,
    n: null,
    columns,
    costs: sumCosts(blocks, { size, matrices, sides: columns === "shared" ? m : matrices }),
    rowFloats: blocks.reduce((sum, { rowFloats }) => sum + rowFloats, 0),
    apply: (v, hold) =>
      all((block, at) => {
        if (hold === null) return block.apply(v);
        // Any solver will do here, since only its product is used.
        return block.prepare(holdWithin(hold, `${at}`), { solver: "cg" }).apply(v);
      }),
    trace: () =>
      all((block) => (columns === "coupled" ? overAll(block, block.trace()) : block.trace())),
    diagonal: () => all((block) => block.diagonal()),
    toMatrices,
    sample: (by) => all((block, at) => block.sample({ ...by, key: `${by.key}/${at}` })),
  });
}

/**
 * Returns which columns a matrix of the sum is for: coupled if one of the blocks is, else own if one is, else shared.
 */
function widest(blocks: readonly Block[]): Columns {
  const found = new Set(blocks.map(({ columns }) => columns));
  return found.has("coupled") ? "coupled" : found.has("own") ? "own" : "shared";
}

/** A sum is solved by Cholesky factors up to this number of multiply-adds. */
export const small = 2e9;

function sumCosts(
  blocks: readonly Block[],
  sizes: { readonly size: number; readonly matrices: number; readonly sides: number },
): Costs {
  const [exact] = denseCosts(sizes);
  const product = blocks.reduce((sum, block) => sum + productCost(block), 0);
  const by = `${blocks.length} blocks`;
  const dense: BlockCost = { ...exact, why: `a sum of ${by}, small enough to factor` };
  const cg = iterative(product, sizes);
  const rowFloats = blocks.reduce((sum, one) => sum + one.rowFloats, 0);
  const more = (cost: BlockCost) =>
    changedCost(cost, (one) => ({ ...one, floats: one.floats + rowFloats }));
  if (exact.floats <= exactLimit && exact.build <= small) return [more(dense), more(cg)];
  const why = `a sum of ${by}, too large to factor`;
  return [
    more(changedCost(cg, (one) => ({ ...one, why }))),
    more({ ...dense, why: "explicit matrices" }),
  ];
}

/** Returns about the multiply-adds of gv, which is what a step of conjugate gradients takes. */
export function productCost({ costs, d, m, size }: Block): number {
  const cg = costs.find(({ solver }) => solver === "cg");
  return cg === undefined ? (d * m) ** 2 : cg.apply / Math.min(defaultIterations, 2 * size);
}

function total(nodes: readonly Node[]): Node {
  return nodes.reduce((all, one) => add(all, one));
}

function nothing(): MetricError {
  return new MetricError({
    where: "sumBlock",
    must: "there must be at least one block",
    got: "none",
    todo: "pass the blocks of all uses of the parameter",
  });
}

function apart(first: Block, { d, m, form }: Block): MetricError {
  return new MetricError({
    where: `metric block ${form}`,
    must: `blocks of the same parameters must have the same columns, [${first.d}, ${first.m}] as ${first.form}`,
    got: `[${d}, ${m}]`,
    todo: "give each use a block of one shape",
  });
}
