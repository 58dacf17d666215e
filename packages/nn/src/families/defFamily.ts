import { add, type Node, stopGradient, sub, vjp } from "@metrigrad/graph";
import { checkNames, GraphError } from "@metrigrad/tensor";
import { innerProduct, mapCoordinates } from "./coordinates.ts";
import type { Coordinates, Family } from "./family.ts";

/**
 * The specification of a family, the argument of {@link defFamily}. The optional members are derived if you leave them out.
 *
 * @category Laws: own laws
 */
export interface FamilySpec<K extends string>
  extends Pick<
    Family<K>,
    | "name"
    | "shapes"
    | "natural"
    | "expectation"
    | "logPartition"
    | "toExpectation"
    | "statistics"
    | "sample"
  > {
  /** Returns η of m. It must be given if `expectation` is not null. */
  readonly toNatural?: Family<K>["toNatural"];
  /** Returns F⁻¹g. By default the derivative of `toNatural` gives it. */
  readonly solve?: Family<K>["solve"];
  /** Returns the divergence KL(p_η ‖ p_other) in nats; by default A(η′) − A(η) − ⟨η′ − η, m⟩. */
  readonly kl?: Family<K>["kl"];
}

const known = [
  "name",
  "shapes",
  "natural",
  "expectation",
  "logPartition",
  "toExpectation",
  "statistics",
  "sample",
  "toNatural",
  "solve",
  "kl",
] as const satisfies readonly (keyof FamilySpec<string>)[];

/**
 * Makes an exponential family from its log-partition function.
 *
 * The base measure must be 1: a constant belongs to A. The density, the entropy, the divergence, and the products with the
 * Fisher information and its inverse are derived.
 *
 * @param spec - The log-partition function, its gradient, the draws, and closed forms if there are any.
 * @returns The family, frozen.
 * @throws {@link GraphError} if a name in `spec` is unknown, if `toNatural` and `solve` are both missing, or if
 *   `expectation` is given without `toNatural`.
 * @category Laws: own laws
 */
export function defFamily<K extends string>(spec: FamilySpec<K>): Family<K> {
  checkNames("defFamily", spec, known, GraphError);
  const { name, shapes, logPartition, toExpectation, toNatural, statistics } = spec;
  if (toNatural === undefined && (spec.solve === undefined || spec.expectation !== null)) {
    throw new GraphError({
      where: `defFamily ${name}`,
      must: "there must be a way from a gradient in η to one in m, and to η from coordinates m",
      got: "no toNatural",
      todo: "give toNatural(m), or solve(η, g) with expectation: null",
    });
  }
  const inner = (a: Coordinates<K>, b: Coordinates<K>) => innerProduct(shapes, a, b);
  return Object.freeze({
    ...spec,
    toNatural:
      toNatural ??
      (() => {
        throw new GraphError({
          where: `${name}, toNatural`,
          must: "the natural coordinates must be a closed form of the expectations",
          got: "a family where they are none",
          todo: "keep natural coordinates",
        });
      }),
    logProb: (x, natural) => sub(inner(natural, statistics(x)), logPartition(natural)),
    entropy: (natural) => sub(logPartition(natural), inner(natural, toExpectation(natural))),
    kl:
      spec.kl ??
      ((natural, other) => {
        const step = mapCoordinates(natural, (value, key) => sub(value, other[key]));
        const change = sub(logPartition(other), logPartition(natural));
        return add(change, inner(step, toExpectation(natural)));
      }),
    metric: (natural, v) => pulledBack(toExpectation, natural, v),
    solve:
      spec.solve ??
      ((natural, g) => pulledBack(toNatural as Family<K>["toNatural"], toExpectation(natural), g)),
  } satisfies Family<K>);
}

/** Returns the product of a vector with the symmetric derivative of one system of coordinates by the other. */
function pulledBack<K extends string>(
  map: (from: Coordinates<K>) => Coordinates<K>,
  from: Coordinates<K>,
  v: Coordinates<K>,
): Coordinates<K> {
  // The coordinates are cut off from each other: one of them may be computed from another.
  const at = mapCoordinates(from, (value) => stopGradient(value));
  const names = Object.keys(at) as K[];
  const to = map(at);
  const list = (values: Coordinates<K>): Node[] => names.map((name) => values[name]);
  const back = vjp(list(to), list(at), list(v));
  return Object.fromEntries(names.map((name, index) => [name, back[index]])) as Coordinates<K>;
}
