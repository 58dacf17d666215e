import { cast, greater, type Node, type Update, type Variable } from "@metrigrad/graph";
import type { SlotOptions } from "../core/optimizer.ts";
import type { LinePoint } from "./cubic.ts";
import type { Search } from "./lineSearch.ts";

/** Makes a slot of a quasi-Newton method. */
export type MakeSlot = (name: string, options: SlotOptions) => Variable;

/** The values of `stage`. */
export const stages = { begins: 0, searches: 1, done: 2 } as const;

/** What a line search keeps from one evaluation to the next. */
export interface SearchSlots {
  /** The stage of the method, see `stages`. */
  readonly stage: Variable;
  /** The number of accepted points. */
  readonly iterations: Variable;
  /** 1 + 2⁻³⁰ as the store holds it. In floats of 32 bits that is 1, so the value tells the float type. */
  readonly fine: Variable;
  /** The loss at the accepted point. */
  readonly loss: Variable;
  /** The slope of the line at the accepted point. */
  readonly slope: Variable;
  /** The direction d, [P]. */
  readonly direction: Variable;
  /** The gradient at the accepted point, [P]. */
  readonly gradient: Variable;
  /** The gradient at the lowest point of the search, [P]. */
  readonly lowGradient: Variable;
  /** The search before the next evaluation. */
  readonly search: Search;
  /** Returns the updates that write another search into the slots. */
  updates(next: Search): Update[];
}

const slightlyMore = () => [1 + 2 ** -30];

/** Returns the slots for P parameters. */
export function searchSlots(size: number, slot: MakeSlot): SearchSlots {
  const scalar = (name: string) => slot(name, { shape: [] });
  const vector = (name: string) => slot(name, { shape: [size] });
  const point = (name: string) => ({
    t: scalar(`search/${name}/t`),
    loss: scalar(`search/${name}/loss`),
    slope: scalar(`search/${name}/slope`),
  });
  const [low, high] = [point("low"), point("high")];
  const flags = {
    bracketed: scalar("search/bracketed"),
    known: scalar("search/known"),
    close: scalar("search/close"),
  };
  const [t, tried] = [scalar("search/t"), scalar("search/tried")];
  const isTrue = (flag: Node) => greater(flag, 0);
  const pointUpdates = (to: typeof low, from: LinePoint): Update[] => [
    [to.t, from.t],
    [to.loss, from.loss],
    [to.slope, from.slope],
  ];
  return {
    stage: scalar("stage"),
    iterations: scalar("iterations"),
    fine: slot("fine", { shape: [], init: slightlyMore }),
    loss: scalar("loss"),
    slope: scalar("slope"),
    direction: vector("direction"),
    gradient: vector("gradient"),
    lowGradient: vector("search/gradient"),
    search: {
      t,
      low,
      high,
      tried,
      bracketed: isTrue(flags.bracketed),
      known: isTrue(flags.known),
      close: isTrue(flags.close),
    },
    updates: (next) => [
      [t, next.t],
      [tried, next.tried],
      ...pointUpdates(low, next.low),
      ...pointUpdates(high, next.high),
      [flags.bracketed, cast(next.bracketed, "float")],
      [flags.known, cast(next.known, "float")],
      [flags.close, cast(next.close, "float")],
    ],
  };
}
