import {
  add,
  affine,
  broadcastTo,
  div,
  expandDims,
  mean,
  meanOverRanks,
  mul,
  type Node,
  type Ranks,
  reshape,
  slice,
  softmax,
  square,
  stopGradient,
  sum,
} from "@metrigrad/graph";
import { GraphError, ShapeError, showShape, sizeOf } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import type { AnyModule, Module } from "../core/module.ts";
import { param } from "../core/parameter.ts";
import { biasRow } from "../init/biasRow.ts";
import { glorotUniform } from "../init/glorot.ts";
import { checkSettings } from "./checkSettings.ts";
import { asMask, chosenSoftmax, topChosen } from "./topGates.ts";

/**
 * The experts of a mixture: a list of modules with responses of one shape, or a count and a function that makes each.
 *
 * @category Models: layers
 */
export type Experts =
  | readonly Module[]
  | { readonly count: number; readonly make: (index: number) => Module };

/**
 * Settings of {@link mixtureOfExperts}.
 *
 * @category Models: layers
 */
export interface MixtureSettings {
  /** The number of experts per row; 2 by default, or all if there are fewer. */
  readonly top?: number;
  /**
   * The logits of the gate's soft-max: the chosen ones (Shazeer et al. 2017) or all (Fedus et al. 2021). "chosen" by
   * default, and "all" if `top` is 1: one gate alone is always 1 and would not learn.
   */
  readonly over?: "chosen" | "all";
  /** The standard deviation of the normal noise on the logits in training; 0 by default. */
  readonly noise?: number;
  /**
   * The response that metrics see; the output is the sum Σ g_e f_e in both cases. With "sum", the default, the rows of
   * expert e count by g_e². With "choice" one expert responds, drawn with probability g_e, and its rows count by g_e.
   */
  readonly response?: "sum" | "choice";
}

/**
 * Options of a mixture of experts.
 *
 * @category Models: layers
 */
export interface MixtureOptions extends Required<MixtureSettings> {
  /** The width of the rows. */
  readonly inputs: number;
  /** The experts. */
  readonly experts: readonly Module[];
}

/**
 * The extras of a mixture of experts.
 *
 * @category Models: layers
 */
export interface MixtureExtras {
  /** The gates g, [n, …, experts]; 0 for experts that are not chosen. */
  readonly gates: Node;
  /**
   * The load loss E Σ_e (share of the choices of e)·(mean probability of e), a scalar. E is the number of experts. It is 1
   * if the load is even.
   */
  readonly balance: Node;
}

/**
 * Makes a mixture of experts, Σ_e g_e(x) f_e(x) over the `top` experts with the largest logits (Shazeer et al. 2017).
 *
 * The logits are t = x̃'W with x̃ = (x, 1), and g is the soft-max of t. The input is x [n, …, inputs], and every expert
 * maps it to [n, …, outputs]. Every expert is a subsystem of its own, whose rows count in metrics by its gate. The
 * parameter `gate` is W, [inputs + 1, experts], with the bias in its last row. The children are `expert0`, `expert1`, ….
 *
 * All experts are computed for all rows, and experts that are not chosen have a gate of 0. No row is dropped, and the work
 * is that of all experts. With `noise` the logits get normal noise in training, so that other experts are tried. The noise
 * follows the store's seed.
 *
 * The extras are `gates` and `balance`, the auxiliary loss of Fedus et al. (2021, equation 4) without its factor. Add about
 * 0.01 times `balance` to a loss, so that all experts are used. Extras have the type of any tree, so write `extras as
 * unknown as MixtureExtras`.
 *
 * - `inputs`: the width of the rows.
 * - `experts`: a list of modules, or `{ count, make }`.
 * - `settings`: see {@link MixtureSettings}; optional.
 *
 * @throws {@link ShapeError} if a size is out of range; when the module is applied, if the input has another width or the
 *   responses of experts differ in shape.
 * @throws {@link GraphError} if experts are not modules, if a setting is unknown, or for a "choice" among gates that do not
 *   add up to 1.
 * @function
 * @category Models: layers
 */
export const mixtureOfExperts = defModule({
  name: "mixtureOfExperts",
  options: (inputs: number, experts: Experts, settings: MixtureSettings = {}): MixtureOptions => {
    checkSettings("mixtureOfExperts", settings, ["top", "over", "noise", "response"]);
    const made = expertsOf(experts);
    const { top = Math.min(2, made.length), noise = 0, response = "sum" } = settings;
    const { over = top === 1 ? "all" : "chosen" } = settings;
    const whole = [inputs, top].every((size) => Number.isInteger(size) && size > 0);
    if (!whole || top > made.length || !(noise >= 0 && noise < Infinity)) {
      throw new ShapeError({
        where: "mixtureOfExperts",
        must: `inputs must be a positive integer, top one up to ${made.length}, and noise finite and not negative`,
        got: `${inputs}, ${top} and ${noise}`,
        todo: "call mixtureOfExperts(inputs, experts, { top: 2 })",
      });
    }
    checkWords(over, response, top < made.length);
    return Object.freeze({ inputs, experts: made, top, over, noise, response });
  },
  params: ({ inputs, experts }) => ({
    gate: param([inputs + 1, experts.length], biasRow(glorotUniform), {
      decay: "all but the last row",
    }),
  }),
  children: ({ experts }) =>
    Object.fromEntries(experts.map((one, index) => [`expert${index}`, one as AnyModule])),
  apply: ({ gate }, x, { options, mode, random, rowWeights, ranks, routed }) => {
    const { inputs, experts, top, over, noise, response: responds } = options;
    if (x.shape.length < 2 || x.shape.at(-1) !== inputs) {
      throw new ShapeError({
        where: "mixtureOfExperts",
        must: `its input must be [n, ${inputs}], or [n, …, ${inputs}]`,
        got: showShape(x.shape),
        todo: "check the sizes of the modules before it",
      });
    }
    const positions = x.shape.slice(0, -1);
    const clean = affine(reshape(x, [-1, inputs]), gate);
    const noisy = mode === "train" && noise > 0;
    // Samples come first, so that each sample has its own draws.
    const draws = () => reshape(random.normal([...positions, experts.length]), clean.shape);
    const logits = noisy ? add(clean, mul(draws(), noise)) : clean;
    const chosen = topChosen(logits, top);
    const mask = asMask(chosen, logits.shape);
    const all = softmax(logits, { axis: 1 });
    const gates = over === "all" ? mul(all, mask) : chosenSoftmax(logits, chosen);
    const parts = experts.map((expert, index) => {
      const own = reshape(slice(gates, [null, [index, index + 1]]), positions);
      const f = routed(responds === "sum" ? square(own) : own, expert, x);
      checkExpert(index, f.response, positions);
      return mul(f.response, expandDims(own, -1));
    });
    const extras: MixtureExtras = {
      gates: reshape(gates, [...positions, experts.length]),
      balance: balanceOf(all, mask, rowWeights, ranks),
    };
    return { response: sumOf(parts), preActivation: clean, extras: { ...extras } };
  },
});

/** Returns the sum of the experts' parts. Throws ShapeError if their shapes differ. */
function sumOf(parts: readonly Node[]): Node {
  const [first] = parts as readonly [Node];
  const odd = parts.find((one) => showShape(one.shape) !== showShape(first.shape));
  if (odd === undefined) return parts.reduce((total, one) => add(total, one));
  throw new ShapeError({
    where: "mixtureOfExperts",
    must: "all experts must have responses of one shape",
    got: `${showShape(first.shape)} and ${showShape(odd.shape)}`,
    todo: "give them as many outputs",
  });
}

/**
 * Returns E Σ_e f_e P_e. The share f_e has no derivative, and P_e is the mean of the soft-max over all experts (Fedus et
 * al. 2021, equations 4 to 6).
 */
function balanceOf(all: Node, mask: Node, rowWeights: Node | null, ranks: Ranks): Node {
  const [rows = 0, experts = 0] = all.shape;
  const shares = (values: Node) => {
    if (rowWeights === null) return meanOverRanks(mean(values, { axis: 0 }), ranks);
    const samples = rowWeights.shape[0] as number;
    const spread = broadcastTo(expandDims(rowWeights, 1), [samples, rows / samples]);
    const column = reshape(spread, [rows, 1]);
    const total = meanOverRanks(sum(mul(values, column), { axis: 0 }), ranks);
    return div(total, meanOverRanks(sum(column), ranks));
  };
  const load = shares(mask);
  const even = div(load, sum(load));
  return mul(sum(mul(stopGradient(even), shares(all))), experts);
}

/** Returns the experts as a list of modules. Throws GraphError. */
function expertsOf(experts: Experts): readonly Module[] {
  const record = typeof experts === "object" && experts !== null && "count" in experts;
  if (record) {
    const { count, make } = experts;
    if (Number.isInteger(count) && count > 0 && typeof make === "function") {
      return expertsOf(Array.from({ length: count }, (_, index) => make(index)));
    }
  } else if (
    Array.isArray(experts) &&
    experts.length > 0 &&
    experts.every((one) => one?.definition !== undefined)
  ) {
    return Object.freeze([...experts]);
  }
  throw new GraphError({
    where: "mixtureOfExperts",
    must: "experts must be a list of modules, or { count, make } with a positive count",
    got: record
      ? `a count of ${experts.count}`
      : Array.isArray(experts)
        ? "a list of others"
        : String(experts),
    todo: "pass { count: 8, make: () => dense(16, 16) }",
  });
}

/** Throws GraphError for an unknown word, or for a choice among gates that do not add up to 1. */
function checkWords(over: string, response: string, some: boolean): void {
  const known = ["chosen", "all"].includes(over) && ["sum", "choice"].includes(response);
  if (known && !(response === "choice" && over === "all" && some)) return;
  throw new GraphError({
    where: "mixtureOfExperts",
    must: known
      ? 'a choice needs gates that add up to 1, which those over "all" do not where some are left out'
      : 'over must be "chosen" or "all", and response "sum" or "choice"',
    got: `over ${over} and response ${response}`,
    todo: known ? 'pass { over: "chosen" }' : "correct it, or leave it out",
  });
}

/** Throws ShapeError unless an expert maps the last axis alone. */
function checkExpert(index: number, { shape }: Node, positions: readonly number[]): void {
  const own = shape.slice(0, -1);
  if (showShape(own) === showShape(positions) && sizeOf(shape) > 0) return;
  throw new ShapeError({
    where: "mixtureOfExperts",
    must: `expert ${index} must give ${showShape([...positions, "…" as never])}`,
    got: showShape(shape),
    todo: "use experts that map the last axis alone",
  });
}
