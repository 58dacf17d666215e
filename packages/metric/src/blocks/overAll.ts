import { mul, type Node, reshape, sum } from "@metrigrad/graph";
import type { Block } from "./block.ts";

/**
 * Adds up a value per matrix over the whole parameter, [1]. The value of a matrix that m columns share counts m
 * times.
 */
export function overAll({ columns, m }: Pick<Block, "columns" | "m">, values: Node): Node {
  const all = reshape(sum(values), [1]);
  return columns === "shared" ? mul(all, m) : all;
}
