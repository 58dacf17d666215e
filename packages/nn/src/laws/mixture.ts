import {
  add,
  argMax,
  equal,
  logSoftmax,
  logSumExp,
  type Node,
  reshape,
  slice,
  stack,
  where,
} from "@metrigrad/graph";
import { checkNames, GraphError, ShapeError, showShape } from "@metrigrad/tensor";
import { categorical } from "./categorical.ts";
import { checkCount } from "./count.ts";
import { defLaw } from "./defLaw.ts";
import type { RowLaw } from "./law.ts";

/** Options of a mixture. */
export interface MixtureLawOptions {
  /** Draws for the Fisher information where the outcomes cannot be listed; 64 by default. */
  readonly samples?: number;
}

/**
 * A response that one of K laws of the same kind describes, not known which: p(y | h) = Σ_k π_k p(y | h_k). With h_k of width m the mixture's h
 * is [n, K + Km]: the logits of π first, then h₁, h₂, …; y are those of the law (Bishop 1994, Mixture density networks). Its Fisher information has no closed
 * form: it is by enumeration where the law's outcomes can be listed, else an estimate from draws, and its divergence is null then.
 *
 * @param law - The law of each component.
 * @param count - K.
 * @param options - `samples`.
 * @returns The law.
 * @throws GraphError for what is no law of rows, ShapeError for a count that is no positive integer
 */
export function mixture(law: RowLaw, count: number, options: MixtureLawOptions = {}): RowLaw {
  if (typeof law?.fisher !== "function") throw noRowLaw(law);
  checkCount("mixture", "the number of components", count);
  checkNames("mixture", options, ["samples"], GraphError);
  const name = `mixture(${law.name}, ${count})`;
  const widthOf = (m: number) => m / count - 1;
  const isListed = [1, 2, 3].some((m) => law.outcomes(m) !== null);
  const { support } = law;
  /** The logits and the h of each component. */
  const parts = (h: Node) => {
    const [n = 0, m = 0] = h.shape;
    const width = widthOf(m);
    if (h.shape.length !== 2 || !(Number.isInteger(width) && width >= 1)) {
      throw new ShapeError({
        where: name,
        must: `h must be [n, ${count} + ${count}m], ${count} logits beside ${count} times the law's h`,
        got: showShape(h.shape),
        todo: "change the width of the model's output",
      });
    }
    const at = (k: number) => slice(h, [null, [count + k * width, count + (k + 1) * width]]);
    return {
      n,
      logits: slice(h, [null, [0, count]]),
      each: Array.from({ length: count }, (_, k) => at(k)),
    };
  };
  return defLaw({
    name,
    ...options,
    ...(isListed ? { outcomes: (m) => law.outcomes(widthOf(m)) } : {}),
    ...(support === null
      ? {}
      : {
          support: {
            ...support,
            text: (m) => support.text(widthOf(m)),
            has: (value, m) => support.has(value, widthOf(m)),
          },
        }),
    logProb: (y, h) => {
      const { logits, each } = parts(h);
      const logs = stack(
        each.map((one) => within(name, () => law.logProb(y, one))),
        1,
      );
      return logSumExp(add(logSoftmax(logits), logs), { axis: 1 });
    },
    sample: (h, key) => {
      const { logits, each } = parts(h);
      const label = categorical().sample(logits, `${key}/component`);
      return chosenOf(
        label,
        each.map((one, k) => law.sample(one, `${key}/${k}`)),
      );
    },
    // The response of the most probable component.
    centre: (h) => {
      const { logits, each } = parts(h);
      return chosenOf(
        argMax(logits, { axis: 1 }),
        each.map((one) => law.predict(one)),
      );
    },
  });
}

/** What a component makes; where it refuses shapes, it is said that they are those of a component. */
function within(name: string, make: () => Node): Node {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    const { where: component, ...parts } = error.parts;
    throw new ShapeError({ ...parts, where: `${name}, a component ${component}` });
  }
}

/** The rows of the chosen ones among lists of rows [n, …]. */
function chosenOf(label: Node, rows: readonly Node[]): Node {
  const [first, ...rest] = rows as readonly [Node, ...Node[]];
  return rest.reduce((chosen, one, at) => {
    const here = equal(label, at + 1);
    const beside = reshape(here, [here.shape[0] as number, ...one.shape.slice(1).map(() => 1)]);
    return where(beside, one, chosen);
  }, first);
}

function noRowLaw(law: unknown): GraphError {
  const got = (law as { readonly name?: unknown } | null | undefined)?.name;
  return new GraphError({
    where: "mixture",
    must: "its first argument must be a law of rows",
    got: typeof got === "string" ? got : typeof law,
    todo: "pass one such as gaussianWithScale()",
  });
}
