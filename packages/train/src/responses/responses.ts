import { checkNames, GraphError } from "@metrigrad/tensor";
import { checkPoints } from "./checkPoints.ts";
import type { AnyPart, Field, Points, ProblemPart } from "./part.ts";

/**
 * A problem for {@link solve}: named parts. `U` is the type of the model's functions.
 *
 * @category Residuals and differential equations
 */
export interface Problem<U = Field> {
  /** The parts by name. */
  readonly parts: Readonly<Record<string, AnyPart>>;
  /** Carries the type `U` only. It is always absent. */
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
 * Makes a problem of responses: functions of a model at points of their own.
 *
 * A response is, for example, the residual of a differential equation inside a domain, a boundary value or a
 * measurement. The loss is Σ_p w_p·½·mean‖r_p‖² over parts p with weights w_p and residuals r_p, where the mean is
 * over the points of a part. A part with a law adds −w_p·mean(ln p) of its targets instead.
 *
 * {@includeCode ../../../../examples/api/train/responses.ts#example}
 *
 * @param parts - The parts by name. Each has `at`, its points, and `of`, the response `(u, at) => node`. It may have
 *   `weight`, and `resample`, the steps between two draws of its points. `law` and `targets` go in place of a
 *   residual.
 * @returns The problem, for {@link solve}.
 * @throws {@link GraphError} if there are no parts, if an option is unknown or out of range, or if points are not
 *   finite.
 * @throws {@link ShapeError} if points are not [n, …], or if the values of one part are for different numbers of
 *   points.
 * @category Residuals and differential equations
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
