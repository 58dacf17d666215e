import { checkNames, GraphError } from "@metrigrad/tensor";
import { checkPoints } from "./checkPoints.ts";
import type { AnyPart, Field, Points, ProblemPart } from "./part.ts";

/** What a model is to fulfil: named parts. `U` is what it needs of the model. */
export interface Problem<U = Field> {
  readonly parts: Readonly<Record<string, AnyPart>>;
  /** Never there: it carries the type of the model's functions. */
  readonly needs?: (u: U) => void;
}

const known = [
  "at",
  "of",
  "weight",
  "resample",
  "law",
  "targets",
] as const satisfies readonly (keyof ProblemPart)[];

/**
 * A problem made of responses: functions of a model at points of their own, such as the residual of a differential equation inside
 * of a domain, boundary values and measurements. The loss is Σ_p w_p·½·mean‖r_p‖² over parts p, the mean over the points of
 * a part; for a part with a law it is −w_p·mean(ln p) of its targets.
 *
 * @param parts - For each part `at`, its points; `of`, the response (u, at) => node; `weight`; `resample`, the steps
 *   between draws of its points; `law` and `targets` in place of a residual.
 * @returns The problem, a value for `solve`.
 * @throws GraphError where there are no parts, and for options that are unknown or out of range
 * @example
 * ```ts
 * // Δu = −f in the unit square, u = 0 on its boundary.
 * const problem = responses({
 *   interior: { at: uniformPoints(900, box), of: (u, x) => add(laplacian(u, x), f(x)) },
 *   boundary: { at: boundaryPoints(120, box), of: (u, x) => u(x) },
 * });
 * ```
 */
export function responses<const P extends Readonly<Record<string, Points>>, U = Field>(
  parts: {
    readonly [K in keyof P]: ProblemPart<P[K], U>;
  },
): Problem<U> {
  const where = "responses";
  const named = Object.entries((parts ?? {}) as Readonly<Record<string, AnyPart>>);
  if (named.length === 0) {
    const todo = "pass for example { interior: { at: uniformPoints(900, box), of: (u, x) => … } }";
    throw refused(where, "there must be a part", "none", todo);
  }
  for (const [name, part] of named) checkPart(`${where}, ${name}`, part);
  const frozen = named.map(([name, part]) => [name, Object.freeze({ ...part })] as const);
  return Object.freeze({ parts: Object.freeze(Object.fromEntries(frozen)) });
}

function checkPart(where: string, part: AnyPart): void {
  checkNames(where, part, known, GraphError);
  const { at, of, weight = 1, resample = 0, law, targets } = part;
  const draws = checkPoints(where, at);
  if (typeof of !== "function") {
    throw refused(where, "of must be a function", typeof of, "pass of: (u, x) => …");
  }
  if (!(typeof weight === "number" && weight >= 0 && weight < Number.POSITIVE_INFINITY)) {
    const must = "weight must be finite and not negative";
    throw refused(where, must, String(weight), "leave it out for 1");
  }
  if (!(Number.isInteger(resample) && resample >= 0)) {
    const must = "resample must be a number of steps, or 0";
    throw refused(where, must, String(resample), "pass for example { resample: 10 }");
  }
  if (resample > 0 && !draws) {
    const must = "resample must be left out where no points are drawn";
    throw refused(where, must, String(resample), "take a sampler such as uniformPoints");
  }
  if ((law === undefined) !== (targets === undefined)) {
    const got = law === undefined ? "targets alone" : "a law alone";
    const todo =
      "pass both, or neither for a residual: { law: bernoulli(), targets: ({ y }) => y }";
    throw refused(where, "law and targets must be given together", got, todo);
  }
  if (law !== undefined && typeof law.logProb !== "function") {
    throw refused(where, "law must be a law", typeof law, "call it: { law: bernoulli() }");
  }
  if (targets !== undefined && typeof targets !== "function") {
    throw refused(where, "targets must be a function", typeof targets, "pass (at) => node");
  }
}

function refused(where: string, must: string, got: string, todo: string): GraphError {
  return new GraphError({ where, must, got, todo });
}
