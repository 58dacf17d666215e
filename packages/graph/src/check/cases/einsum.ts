import { type Tensor, tensor } from "@metrigrad/tensor";
import { einsum } from "../../ops/index.ts";
import type { OpCase, OpRow } from "../case.ts";
import { at, filled, spread } from "./values.ts";

/**
 * Computes the sum by its definition: every letter runs over its size, and each product is added to
 * its element of the result.
 */
function byLoops(spec: string, operands: readonly Tensor[]): Tensor {
  const [inputs = "", out = ""] = spec.split("->");
  const lists = inputs.split(",");
  const letters = [...new Set(inputs.replaceAll(",", ""))];
  const sizeOf = (letter: string) => {
    const k = lists.findIndex((list) => list.includes(letter));
    return operands[k]?.shape[lists[k]?.indexOf(letter) as number] as number;
  };
  const summed = letters.filter((letter) => !out.includes(letter));
  return filled([...out].map(sizeOf), (index) => {
    const values = new Map([...out].map((letter, axis) => [letter, index[axis] as number]));
    const total = (rest: readonly string[]): number => {
      const [letter, ...others] = rest;
      if (letter === undefined) {
        return operands.reduce((product, operand, k) => {
          const own = [...(lists[k] as string)].map((one) => values.get(one) as number);
          return product * at(operand, own);
        }, 1);
      }
      let sum = 0;
      for (let i = 0; i < sizeOf(letter); i++) {
        values.set(letter, i);
        sum += total(others);
      }
      return sum;
    };
    return total(summed);
  });
}

function row(spec: string, ...shapes: readonly (readonly number[])[]): OpRow {
  const inputs = shapes.map((shape, k) => spread(shape, -1, 1, k + 1));
  return {
    op: "einsum",
    f: (...xs) => einsum(spec, ...xs),
    cases: [{ name: spec, inputs, value: byLoops(spec, inputs) }],
  };
}

const matrix = [
  [1, 2],
  [3, 4],
];
const said = (spec: string, ...[inputs, value]: [OpCase["inputs"], Tensor]): OpRow => ({
  op: "einsum",
  f: (...xs) => einsum(spec, ...xs),
  cases: [{ name: spec, inputs, value }],
});

/** Rows of sums of products by indices. */
export const einsumRows: readonly OpRow[] = [
  row("ij,jk->ki", [2, 3], [3, 2]),
  row("bij,bkj->bik", [2, 2, 3], [2, 2, 3]),
  row("ij,ij->ij", [2, 2], [2, 2]),
  row("i,j->ji", [2], [3]),
  row("iij->j", [2, 2, 3]),
  row("ii->i", [3, 3]),
  row("ijk->j", [2, 2, 2]),
  row("ab,bc,cd,db->a", [2, 3], [3, 2], [2, 2], [2, 3]),
  row("abc,ad,b->cd", [2, 2, 3], [2, 3], [2]),
  row("ij,k->i", [2, 2], [3]),
  said("ij,j", [matrix, [1, 10]], tensor([21, 43])),
  said(
    "...j,jk",
    [[matrix], matrix],
    tensor([
      [
        [7, 10],
        [15, 22],
      ],
    ]),
  ),
  said(
    "...i,...i->...",
    [[[[1, 2]], [[3, 4]]], matrix],
    tensor([
      [5, 11],
      [11, 25],
    ]),
  ),
];
