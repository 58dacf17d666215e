import {
  categorical,
  defModule,
  expandDims,
  type Module,
  type Node,
  type NodeTree,
  oneHot,
  scan,
  squeeze,
  transpose,
} from "metrigrad";
import { letters } from "./text.ts";

/** The parts of a model that reads: what remembers letters, and what guesses the next one. */
export interface Reading {
  readonly memory: Module<Node | { readonly x: Node; readonly state: NodeTree }>;
  readonly guess: Module;
}

/** First letters [n, 1] → those that follow [n, length], each drawn after the ones before. */
export const writer = defModule({
  name: "writer",
  options: (own: Reading, length: number) => ({ ...own, length }),
  children: ({ memory, guess }) => ({ memory, guess }),
  apply: (_, first: Node, { options: { memory, guess, length }, applied, call }) => {
    const begin = applied(memory, oneHot(first, letters));
    const { ys } = scan(
      ({ h, state }) => {
        const letter = categorical().sample(squeeze(call(guess, h), 1), "letter");
        const next = applied(memory, { x: expandDims(oneHot(letter, letters), 1), state });
        return { carry: { h: next.response, state: next.extras as NodeTree }, y: letter };
      },
      { h: begin.response, state: begin.extras as NodeTree },
      null,
      { turns: length },
    );
    return transpose(ys);
  },
});
