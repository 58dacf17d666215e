import {
  type AnyModule,
  categorical,
  concat,
  defModule,
  expandDims,
  type Module,
  type Node,
  scan,
  slice,
  squeeze,
  type Tensor,
  tensor,
  transpose,
} from "metrigrad";
import { numbersOf } from "../support/comments.ts";

/**
 * A model that reads [n, T] letters and gives logits [n, T, letters] as one that writes: first letters [n, T] → those that
 * follow [n, length], each drawn after the last T ones before it.
 */
export const writer = defModule({
  name: "writer",
  options: (model: AnyModule, length: number) => ({ model: model as Module, length }),
  children: ({ model }) => ({ model }),
  apply: (_, first: Node, { options: { model, length }, call }) => {
    const last = first.shape[1] as number;
    const { ys } = scan(
      ({ seen }) => {
        const logits = squeeze(slice(call(model, seen), [null, [last - 1, last]]), 1);
        const letter = categorical().sample(logits, "letter");
        const later = slice(seen, [null, [1, last]]);
        return { carry: { seen: concat([later, expandDims(letter, 1)], 1) }, y: letter };
      },
      { seen: first },
      null,
      { turns: length },
    );
    return transpose(ys);
  },
});

/** Beginnings [2, length] of texts. */
export function prompts(length: number): Tensor {
  const begins = ["returns the ", "a string that "].map((text) => text.padStart(length, "\n"));
  return tensor(numbersOf(begins.join("")), { shape: [begins.length, length] });
}

/** The share of written words that a text has, without the first and the last one of each, which may be cut. */
export function shareOfWords(written: readonly string[], text: string): number {
  const known = new Set(text.split(/[ .\n]+/));
  const words = written.flatMap((one) => one.split(/[ .\n]+/).slice(1, -1));
  return words.filter((word) => known.has(word)).length / words.length;
}
