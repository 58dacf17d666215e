import { mul, type Node, reshape, sum } from "@metrigrad/graph";
import type { Block } from "./block.ts";

/** The sum over the whole parameter of a value per matrix, [1]: those that m columns share count m times. */
export function overAll({ columns, m }: Pick<Block, "columns" | "m">, values: Node): Node {
  const all = reshape(sum(values), [1]);
  return columns === "shared" ? mul(all, m) : all;
}
