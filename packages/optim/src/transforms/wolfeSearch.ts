import {
  abs,
  cast,
  constant,
  greater,
  isFinite,
  jvp,
  less,
  logicalAnd,
  logicalOr,
  max,
  maximum,
  mul,
  type Node,
  neg,
  scan,
  where,
} from "@metrigrad/graph";
import { lossChange, wholeLoss } from "../core/lossChange.ts";
import type { OptimizerContext } from "../core/optimizer.ts";
import { checkSettings } from "../core/settings.ts";
import type { ChainStep } from "../core/step.ts";
import type { LinePoint } from "../quasiNewton/cubic.ts";
import { type Search, searchOn, type WolfeSettings } from "../quasiNewton/lineSearch.ts";
import { checkInteger } from "../quasiNewton/settings.ts";

/**
 * Settings of a {@link lineSearch} for the strong Wolfe conditions within one step.
 *
 * `decrease` is c₁ (1e-4 by default) and `curvature` is c₂ (0.9 by default).
 *
 * @category Optimizers: combining
 */
export interface WolfeSearchSettings extends Pick<WolfeSettings, "decrease" | "curvature"> {
  /** The rule: `"wolfe"`. */
  readonly rule: "wolfe";
  /** The number of lengths that are tried at most, one after the other, in [1, 64]; 8 by default. */
  readonly trials?: number;
}

/** The same settings with all defaults filled in. */
export type FullWolfeSearch = Required<WolfeSearchSettings>;

/** Returns the settings with their defaults, checked. Throws GraphError. */
export function fullWolfeSearch(where: string, settings: WolfeSearchSettings): FullWolfeSearch {
  const { trials = 8, decrease = 1e-4, curvature = 0.9 } = settings;
  const below = 1 - Number.EPSILON;
  checkSettings(
    where,
    { trials, decrease, curvature },
    {
      trials: [1, 64],
      decrease: [Number.MIN_VALUE, below],
      curvature: [decrease, below],
    },
  );
  checkInteger(where, "trials", trials);
  return { rule: "wolfe", trials, decrease, curvature };
}

/** What a search found. */
export interface WolfeLength {
  /** The length, a scalar; 0 if no trial was lower. */
  readonly length: Node;
  /** The number of lengths that it tried, a scalar. */
  readonly evaluations: Node;
}

/**
 * Returns the length s of θ − su that meets the strong Wolfe conditions, by the transitions of the quasi-Newton
 * methods' search.
 *
 * The search begins with the step as it is. Each trial takes the change of the batch's loss and its derivative along
 * the line. All trials are turns of one loop; the turns after the end change nothing. If no trial meets both
 * conditions, the lowest one counts.
 */
export function wolfeLength(
  { trials, decrease, curvature }: FullWolfeSearch,
  step: ChainStep,
  context: OptimizerContext,
): WolfeLength {
  const { directions } = step;
  const along = directions.map(([, u]) => u);
  const params = directions.map(([variable]) => variable);
  const slope = neg(jvp([wholeLoss(context)], params, along)[0] as Node);
  const largest = along.map((u) => max(abs(u))).reduce((a, b) => maximum(a, b));
  const line = { loss: constant(0), slope, largest, slack: null };
  const settings = { decrease, curvature, evaluations: trials, tolerance: 0, rounding: null };
  const origin: LinePoint = { t: constant(0), loss: constant(0), slope };
  const descends = logicalAnd(isFinite(slope), less(slope, 0));
  const one = constant(1);
  const no = constant(0, "bool");
  const begin: Search = {
    t: one,
    low: origin,
    high: origin,
    bracketed: no,
    known: no,
    close: no,
    tried: constant(0),
  };
  const { carry } = scan(
    ({ state, over }) => {
      const search = searchOf(state);
      const loss = lossChange(
        context,
        directions.map(([variable, u]) => [variable, mul(search.t, u)] as const),
      );
      const trial = { loss, slope: jvp([loss], [search.t], [one])[0] as Node };
      const { next, ended } = searchOn(search, trial, line, settings);
      const done = greater(over, 0);
      const after = stateOf(next).map((value, k) => where(done, state[k] as Node, value));
      return { carry: { state: after, over: cast(logicalOr(done, ended), "float") }, y: {} };
    },
    { state: stateOf(begin), over: where(descends, 0, 1) },
    null,
    { turns: trials },
  );
  const found = searchOf(carry.state);
  return { length: where(descends, found.low.t, 0), evaluations: found.tried };
}

/** Returns a search as values that a loop carries: flags are 0 or 1. */
function stateOf({ t, low, high, tried, ...flags }: Search): Node[] {
  const { bracketed, known, close } = flags;
  const points = [low, high].flatMap((one) => [one.t, one.loss, one.slope]);
  return [t, tried, ...points, ...[bracketed, known, close].map((flag) => cast(flag, "float"))];
}

/** Returns a search from the values that a loop carries. */
function searchOf(state: readonly Node[]): Search {
  const at = (k: number) => state[k] as Node;
  const point = (k: number): LinePoint => ({ t: at(k), loss: at(k + 1), slope: at(k + 2) });
  const [bracketed, known, close] = [8, 9, 10].map((k) => greater(at(k), 0)) as [Node, Node, Node];
  return { t: at(0), tried: at(1), low: point(2), high: point(5), bracketed, known, close };
}
