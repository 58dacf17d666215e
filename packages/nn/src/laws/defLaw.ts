import {
  cholesky,
  isNode,
  matmul,
  mul,
  type Node,
  onesLike,
  sqrt,
  transpose,
} from "@metrigrad/graph";
import { GraphError, ShapeError, sameShape, showShape } from "@metrigrad/tensor";
import { asDiagonal } from "./blocks.ts";
import { type Enumerated, enumerated } from "./derive/enumerated.ts";
import { type ContinuousName, type Quadrature, quadrature } from "./derive/quadrature.ts";
import { sampledRoot } from "./derive/sampled.ts";
import { checkAlike, checkFits } from "./fits.ts";
import type { LawOrigins, RowLaw, Support } from "./law.ts";
import { checkSpec, type LawSpec } from "./lawSpec.ts";
import { rowLaw } from "./rowLaw.ts";
import { oneOf, supports } from "./supports.ts";

const given = "closed form";

/**
 * Makes a law from its density. The other members are derived if you leave them out, and `how` says how.
 *
 * The Fisher information comes from the first of these that is there:
 *
 * - a closed form: `fisher`, `fisherDiagonal` or `fisherRoot`;
 * - the derivatives of `logProb`, summed over all `outcomes`;
 * - their integral by quadrature, for a `support` of "real", "positive" or "unit";
 * - their mean over draws of `sample`, which is an estimate.
 *
 * The divergence is summed or integrated in the same way, or is null. Draws and the most probable response are found among
 * the outcomes if these are listed. `checkLaw` compares all members with `logProb`.
 *
 * {@includeCode ../../../../examples/api/nn/defLaw.ts#example}
 *
 * @param spec - The density, and the members that you know in closed form.
 * @returns The law. Its `logProb` throws ShapeError if the density does not give a number for each row.
 * @throws {@link GraphError} if the name, the density or `predict` is missing, if an option is unknown, or if nothing leads
 *   to the Fisher information.
 * @category Laws: own laws
 */
export function defLaw(spec: LawSpec): RowLaw {
  checkSpec(spec);
  const { name, support = null, samples = 64 } = spec;
  const bare = checkedLogProb(spec);
  const listed = listedOf(spec, bare);
  const integral = integralOf(spec, bare);
  const sample = spec.sample ?? (listed ? (h, key) => listed.at(h).sample(h, key) : missing(name));
  const drawn =
    spec.sample === undefined
      ? null
      : sampledRoot(bare, spec.sample, { count: samples, key: `law/${name}/fisher` });
  const information = informationOf(spec, { listed, integral, drawn, samples });
  const predict = predictOf(spec, listed);
  // Responses of another shape would broadcast against h, and the sum over a row would hide it.
  const logProb: RowLaw["logProb"] = (y, h) => {
    const isUnknown = spec.predict === undefined && listed?.lacks(h) === true;
    if (!isUnknown) checkFits(name, y, h, predict.of(h).shape);
    return bare(y, h);
  };
  const divergence = spec.kl ?? (listed ? listed.kl : (integral?.kl ?? null));
  const kl =
    divergence &&
    ((h: Node, other: Node) => {
      checkAlike(name, h, other);
      return divergence(h, other);
    });
  const derived = listed ? "enumeration" : integral ? "quadrature" : "none";
  return rowLaw({
    name,
    logProb,
    sample,
    ...information.members,
    kl,
    support: typeof support === "string" ? supports[support] : (support ?? listed?.support ?? null),
    outcomes: spec.outcomes ?? (() => null),
    predict: predict.of,
    how: Object.freeze({
      ...information.how,
      kl: spec.kl ? given : derived,
      sample: spec.sample ? given : listed ? "enumeration" : "none",
      predict: predict.how,
    }),
  });
}

type InformationMembers = Pick<RowLaw, "fisher" | "fisherDiagonal" | "fisherRoot">;

/** The ways to expectations under a law. */
interface Ways {
  readonly listed: Listed | null;
  readonly integral: Quadrature | null;
  /** A root of the Fisher information by draws. */
  readonly drawn: ((h: Node) => Node) | null;
  readonly samples: number;
}

/**
 * Returns the Fisher information in its three forms, by the first way that is present. Throws GraphError if there is none.
 */
function informationOf(
  spec: LawSpec,
  { listed, integral, drawn, samples }: Ways,
): {
  readonly members: InformationMembers;
  readonly how: Pick<LawOrigins, "fisher" | "fisherRoot" | "estimates">;
} {
  const { fisherDiagonal = null } = spec;
  const squared = (root: (h: Node) => Node) => (h: Node) => matmul(root(h), transpose(root(h)));
  const fromRoot = (root: (h: Node) => Node, how: string, estimates?: LawOrigins["estimates"]) => ({
    members: { fisher: squared(root), fisherDiagonal, fisherRoot: root },
    how: { fisher: how, fisherRoot: how, ...(estimates && { estimates }) },
  });
  if (fisherDiagonal !== null) {
    const diagonal = (h: Node) =>
      typeof fisherDiagonal === "number" ? mul(fisherDiagonal, onesLike(h)) : fisherDiagonal(h);
    const fisher = spec.fisher ?? ((h: Node) => asDiagonal(diagonal(h)));
    const fisherRoot = spec.fisherRoot ?? ((h: Node) => asDiagonal(sqrt(diagonal(h))));
    const members = { fisher, fisherDiagonal, fisherRoot };
    return { members, how: { fisher: given, fisherRoot: given } };
  }
  const { fisher, fisherRoot } = spec;
  if (fisher !== undefined) {
    const root = fisherRoot ?? ((h: Node) => cholesky(fisher(h)));
    const ofRoot = fisherRoot ? given : "cholesky of fisher";
    const how = { fisher: given, fisherRoot: ofRoot };
    return { members: { fisher, fisherDiagonal, fisherRoot: root }, how };
  }
  if (fisherRoot !== undefined) return fromRoot(fisherRoot, given);
  const estimate = `${samples} samples`;
  if (listed !== null) {
    const root = (h: Node) => {
      if (drawn !== null && listed.lacks(h)) return drawn(h);
      return listed.at(h).root(h);
    };
    return drawn === null
      ? fromRoot(root, "enumeration")
      : fromRoot(root, `enumeration, else ${estimate}`, listed.lacks);
  }
  if (integral !== null) {
    const how = { fisher: "quadrature", fisherRoot: "quadrature" };
    return { members: integral, how };
  }
  if (drawn !== null) return fromRoot(drawn, estimate, () => true);
  throw new GraphError({
    where: `defLaw ${spec.name}`,
    must: "there must be a way to the Fisher information",
    got: "none of fisher, fisherRoot, outcomes, support or sample",
    todo: 'give fisher(h), or support: "real", or outcomes(m), or sample(h, key)',
  });
}

/** Expectations over the listed outcomes of rows of any width. */
interface Listed {
  readonly support: Support;
  /** Throws GraphError if a row has too many outcomes. */
  at(h: Node): Enumerated;
  lacks(h: Node): boolean;
  kl(h: Node, other: Node): Node;
}

/** Returns expectations over the listed outcomes; null if none are listed. */
function listedOf({ name, outcomes }: LawSpec, logProb: RowLaw["logProb"]): Listed | null {
  if (outcomes === undefined) return null;
  const all = (h: Node) => outcomes(h.shape[1] as number);
  const at = (h: Node) => {
    const found = all(h);
    if (found !== null) return enumerated(logProb, found);
    throw new GraphError({
      where: name,
      must: "its outcomes must be listed for this width of h",
      got: `null for ${showShape(h.shape)}`,
      todo: "give defLaw closed forms, or sample(h, key)",
    });
  };
  return {
    at,
    lacks: (h) => all(h) === null,
    kl: (h, other) => at(h).kl(h, other),
    support: {
      text: (m) => oneOf(new Set(outcomes(m)?.data())).text(m),
      has: (value, m) => outcomes(m)?.data().includes(value) ?? true,
    },
  };
}

/**
 * Returns the quadrature over the support if the support is named and no outcomes are listed; else null. Throws GraphError.
 */
function integralOf(spec: LawSpec, logProb: RowLaw["logProb"]): Quadrature | null {
  const { name, support, parameters = 1, predict, outcomes } = spec;
  if (outcomes !== undefined || typeof support !== "string" || support === "counts") return null;
  const onLine = support === "real" && parameters === 1 ? (h: Node) => h : undefined;
  const centre = spec.centre ?? predict ?? onLine;
  if (centre !== undefined) return quadrature({ name, logProb, support, parameters, centre });
  if (spec.fisher ?? spec.fisherRoot ?? spec.fisherDiagonal ?? spec.sample) return null;
  throw new GraphError({
    where: `defLaw ${name}`,
    must: `quadrature on the support "${support satisfies ContinuousName}" must know where the responses are`,
    got: "no centre",
    todo: "give centre(h), a typical response inside the support",
  });
}

/** Returns the prediction and how it is found. Throws GraphError if there is none. */
function predictOf(spec: LawSpec, listed: Listed | null) {
  if (spec.predict) return { of: spec.predict, how: given };
  if (listed) return { of: (h: Node) => listed.at(h).predict(h), how: "enumeration" };
  if (spec.centre) return { of: spec.centre, how: "centre" };
  const { parameters = 1, support } = spec;
  if (parameters === 1 && support !== "positive" && support !== "unit" && support !== "counts")
    return { of: (h: Node) => h, how: "h" };
  throw new GraphError({
    where: `defLaw ${spec.name}`,
    must: "the most probable response must be given where it is not h itself",
    got: "no predict",
    todo: "give predict(h)",
  });
}

/** Returns ln p with a check of the shape of its result. */
function checkedLogProb({ name, logProb }: LawSpec): RowLaw["logProb"] {
  return (y, h) => {
    const value: unknown = logProb(y, h);
    const n = h.shape.slice(0, 1);
    if (isNode(value) && value.type === "float" && sameShape(value.shape, n)) return value;
    throw new ShapeError({
      where: `${name}, logProb`,
      must: `it must be a number for each row, float ${showShape(n)}`,
      got: isNode(value) ? `${value.type} ${showShape(value.shape)}` : String(value),
      todo: "sum over the responses of a row: sum(…, { axis: 1 })",
    });
  };
}

/** Returns a `sample` that throws GraphError. */
function missing(name: string): RowLaw["sample"] {
  return () => {
    throw new GraphError({
      where: `${name}, sample`,
      must: "the law must know how to draw",
      got: "no sample",
      todo: "give sample(h, key) in defLaw",
    });
  };
}
