import { add, reshape } from "@metrigrad/graph";
import { MetricError } from "@metrigrad/tensor";
import type { Block } from "../blocks/block.ts";
import { denseBlock } from "../blocks/dense.ts";
import { joined } from "../blocks/joined.ts";

/**
 * The sum of blocks over the same parameters, such as those of several uses; null for none. Rows are
 * put together, so that no matrix is made where they are few; other blocks become matrices. Throws MetricError where the
 * blocks take the parameters as columns of different shapes.
 */
export function addBlocks(blocks: readonly Block[]): Block | null {
  const [first, ...others] = blocks;
  if (first === undefined) return null;
  if (others.length === 0) return first;
  for (const other of others) {
    if (other.d !== first.d || other.m !== first.m) throw apart(first, other);
  }
  const form = [...new Set(blocks.map((block) => block.form))].join(" + ");
  const rows = blocks.flatMap(({ madeOf }) => madeOf ?? []);
  if (rows.length < blocks.length) return addedMatrices(first, blocks, form);
  return joined(rows, { d: first.d, m: first.m, form });
}

function addedMatrices({ d, m }: Block, blocks: readonly Block[], form: string): Block {
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
