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

/**
 * Options of {@link mixture}.
 *
 * @category Laws and losses
 */
export interface MixtureLawOptions {
  /** The number of draws for the Fisher information if the outcomes cannot be listed; 64 by default. */
  readonly samples?: number;
}

/**
 * Makes the law of a response that comes from one of K laws of the same kind: p(y | h) = Σ_k π_k p(y | h_k).
 *
 * With h_k of width m, the h of the mixture is [n, K + K·m]: first the logits of π, then h₁, h₂, …. y is that of the law
 * (Bishop 1994, Mixture density networks). The Fisher information has no closed form. It is summed over the outcomes if the
 * law can list them. Otherwise it is an estimate from draws, and the divergence is null.
 *
 * @param law - The law of each component.
 * @param count - The number K of components.
 * @param options - `samples`, the number of draws.
 * @returns The law.
 * @throws {@link GraphError} if `law` is not a law of rows, or if an option is unknown.
 * @throws {@link ShapeError} if `count` is not a positive integer.
 * @category Laws and losses
 */
export function mixture(law: RowLaw, count: number, options: MixtureLawOptions = {}): RowLaw {
  if (typeof law?.fisher !== "function") throw noRowLaw(law);
  checkCount("mixture", "the number of components", count);
  checkNames("mixture", options, ["samples"], GraphError);
  const name = `mixture(${law.name}, ${count})`;
  const widthOf = (m: number) => m / count - 1;
  const isListed = [1, 2, 3].some((m) => law.outcomes(m) !== null);
  const { support } = law;
  /** Returns the logits and the h of each component. */
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
    // The centre is the response of the most probable component.
    centre: (h) => {
      const { logits, each } = parts(h);
      return chosenOf(
        argMax(logits, { axis: 1 }),
        each.map((one) => law.predict(one)),
      );
    },
  });
}

/** Returns the result of a component. A ShapeError of the component says that the shapes are those of a component. */
function within(name: string, make: () => Node): Node {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    const { where: component, ...parts } = error.parts;
    throw new ShapeError({ ...parts, where: `${name}, a component ${component}` });
  }
}

/** Returns the rows of the chosen components among lists of rows [n, …]. */
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
