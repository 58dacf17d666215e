import {
  add,
  cast,
  constant,
  equal,
  greaterEqual,
  less,
  logicalAnd,
  logSoftmax,
  matmul,
  mul,
  type Node,
  oneHot,
  reshape,
  sum,
  where,
} from "@metrigrad/graph";
import { checkNames, GraphError, ShapeError, tensor } from "@metrigrad/tensor";
import { checkFits } from "./fits.ts";
import type { ClosedLaw, Law } from "./law.ts";
import { labels, softLabels } from "./supports.ts";

/**
 * Options of {@link categorical}: how labels are observed.
 *
 * @category Laws and losses
 */
export interface CategoricalOptions {
  /** Whether targets are shares of the classes, [n, m], in place of labels; false by default. */
  readonly soft?: boolean;
  /**
   * The smoothing ε in [0, 1); 0 by default. A label counts as 1 − ε of its class and ε/m of every class (Szegedy et al.
   * 2016, section 7).
   */
  readonly smoothing?: number;
  /** The weight of the targets of each class, a number ≥ 0 per class; all 1 by default. */
  readonly classWeights?: readonly number[];
}

/** Makes the categorical law of soft, smoothed or weighted targets. Throws GraphError and ShapeError. */
export function observedClasses(law: ClosedLaw, options: CategoricalOptions): Law {
  checkNames("categorical", options, ["soft", "smoothing", "classWeights"], GraphError);
  const { soft = false, smoothing = 0, classWeights = null } = options;
  checkNumbers(smoothing, classWeights);
  const said = [
    soft ? "soft" : "",
    smoothing > 0 ? `smoothing ${smoothing}` : "",
    classWeights === null ? "" : `weights ${classWeights.join(", ")}`,
  ].filter((one) => one !== "");
  const name = said.length === 0 ? law.name : `categorical(${said.join("; ")})`;
  /** Returns the target's shares of the classes, [n, m]. */
  const sharesOf = (y: Node, h: Node): Node => {
    const [n = 0, m = 0] = h.shape;
    checkFits(name, y, h, soft ? [n, m] : [n]);
    const given = soft ? cast(y, "float") : oneHot(cast(y, "i32"), m);
    return smoothing === 0 ? given : add(mul(given, 1 - smoothing), smoothing / m);
  };
  /** Returns the weight of the target of each row, [n]. */
  const weightsOf = (shares: Node): Node | null => {
    if (classWeights === null) return null;
    const [n = 0, m = 0] = shares.shape;
    return reshape(matmul(shares, constant(columnOf(name, classWeights, m))), [n]);
  };
  const logProb = (y: Node, h: Node): Node => {
    const shares = sharesOf(y, h);
    const m = h.shape[1] as number;
    const terms = mul(shares, logSoftmax(h));
    // Each class has its own weight, as an observation of it would have.
    const each =
      classWeights === null
        ? sum(terms, { axis: 1 })
        : reshape(matmul(terms, constant(columnOf(name, classWeights, m))), [h.shape[0] as number]);
    if (soft) return each;
    const label = cast(y, "i32");
    const inside = logicalAnd(greaterEqual(label, 0), less(label, m));
    // The cast drops a fraction, but 1.5 is not a label.
    const whole = y.type === "float" ? equal(cast(label, "float"), y) : null;
    const known = whole === null ? inside : logicalAnd(inside, whole);
    return where(known, each, Number.NEGATIVE_INFINITY);
  };
  const made = (weights: ((h: Node) => Node | null) | null): Law =>
    Object.freeze({
      name,
      logProb,
      sample: (h: Node, key: string) => {
        const drawn = law.sample(h, key);
        return soft ? oneHot(drawn, h.shape[1] as number) : drawn;
      },
      predict: (h: Node) => {
        const best = law.predict(h);
        return soft ? oneHot(best, h.shape[1] as number) : best;
      },
      kl:
        weights === null
          ? law.kl
          : (h: Node, other: Node) => mul(law.kl(h, other), weights(h) as Node),
      support: soft ? softLabels : labels,
      parts: (h: Node) => [{ law, natural: h, weights: weights?.(h) ?? null }],
      isDensity: smoothing === 0 && classWeights === null && !soft,
      given: (y: Node) =>
        classWeights === null ? made(null) : made((h) => weightsOf(sharesOf(y, h))),
    } satisfies Law);
  return made(null);
}

/** Returns class weights as a column [m, 1]. Throws ShapeError. */
function columnOf(name: string, weights: readonly number[], m: number) {
  if (weights.length !== m) throw otherClasses(name, m, weights.length);
  return tensor(weights.map((weight) => [weight]));
}

/** Throws ShapeError if the smoothing or a class weight is out of range. */
function checkNumbers(smoothing: number, weights: readonly number[] | null): void {
  const refuse = (must: string, got: unknown, todo: string): never => {
    throw new ShapeError({ where: "categorical", must, got: String(got), todo });
  };
  if (!(smoothing >= 0 && smoothing < 1)) {
    refuse("smoothing must be a number in [0, 1)", smoothing, "pass one such as 0.1");
  }
  if (weights === null) return;
  const fine =
    Array.isArray(weights) &&
    weights.length > 0 &&
    weights.every((one) => one >= 0 && Number.isFinite(one));
  if (!fine) {
    refuse("classWeights must be a list of finite numbers ≥ 0", weights, "pass one for each class");
  }
}

function otherClasses(where: string, classes: number, weights: number): ShapeError {
  return new ShapeError({
    where,
    must: `there must be a weight for each of ${classes} classes`,
    got: String(weights),
    todo: "make the list as long as the model's output is wide",
  });
}
