import { add, concat, type Node, reshape } from "@metrigrad/graph";
import { MetricError } from "@metrigrad/tensor";
import type { Block } from "../blocks/block.ts";
import { denseBlock } from "../blocks/dense.ts";
import { type RowsBlock, rowsBlock } from "../blocks/rows.ts";

/**
 * The sum of blocks over the same parameters, such as those of several uses; null for none. Rows that
 * are weighted alike are put together, other blocks become matrices. Throws MetricError where the
 * blocks take the parameters as columns of different shapes.
 */
export function addBlocks(blocks: readonly Block[]): Block | null {
  const [first, ...others] = blocks;
  if (first === undefined) return null;
  if (others.length === 0) return first;
  for (const other of others) {
    if (other.d !== first.d || other.m !== first.m) throw apart(first, other);
  }
  return joinedRows(blocks) ?? addedMatrices(first, blocks);
}

/** Σ_k (w_k/n_k) Σ_s ν x̃x̃' as rows of one block, where all w_k/n_k are the same; else null. */
function joinedRows(blocks: readonly Block[]): Block | null {
  const all = blocks.filter(isRows);
  const [first] = all;
  if (first === undefined || all.length < blocks.length) return null;
  const { bias, nu, m, form } = first.rows;
  const share = ({ n, rows }: RowsBlock) => rows.weight / (n as number);
  const alike = all.every(
    (one) =>
      one.rows.bias === bias &&
      (one.rows.nu === null) === (nu === null) &&
      share(one) === share(first),
  );
  if (!alike) return null;
  const count = all.reduce((sum, { n }) => sum + (n as number), 0);
  const join = (part: (rows: RowsBlock["rows"]) => Node) =>
    concat(
      all.map(({ rows }) => part(rows)),
      0,
    );
  return rowsBlock({
    x: join(({ x }) => x),
    nu: nu === null ? null : join((rows) => rows.nu as Node),
    bias,
    m,
    form,
    weight: share(first) * count,
    // The parameters act through the outputs of all uses.
    outputs: null,
  });
}

function isRows(block: Block): block is RowsBlock {
  return "rows" in block && "nu" in (block as RowsBlock).rows;
}

function addedMatrices({ d, m }: Block, blocks: readonly Block[]): Block {
  const form = [...new Set(blocks.map((block) => block.form))].join(" + ");
  if (blocks.some(({ columns }) => columns === "coupled")) {
    const whole = blocks.map((block) => block.toDense()).reduce((total, one) => add(total, one));
    return denseBlock(reshape(whole, [1, d * m, d * m]), m, form, "coupled");
  }
  const matrices = blocks.map((block) => block.toMatrices());
  // Those that units share broadcast against one per unit.
  return denseBlock(
    matrices.reduce((total, one) => add(total, one)),
    m,
    form,
  );
}

function apart(first: Block, { d, m, form }: Block): MetricError {
  return new MetricError({
    where: `metric block ${form}`,
    must: `blocks of the same parameters must have the same columns, [${first.d}, ${first.m}] as ${first.form}`,
    got: `[${d}, ${m}]`,
    todo: "give each use a block of one shape",
  });
}
