import { add, type Node, stopGradient, sub, vjp } from "@metrigrad/graph";
import { checkNames, GraphError } from "@metrigrad/tensor";
import { innerProduct, mapCoordinates } from "./coordinates.ts";
import type { Coordinates, Family } from "./family.ts";

/** What a family is made of. What may be left out is derived. */
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
  /** Needed where `expectation` is not null. */
  readonly toNatural?: Family<K>["toNatural"];
  /** By the derivative of `toNatural` by default. */
  readonly solve?: Family<K>["solve"];
  /** A(η′) − A(η) − ⟨η′ − η, m⟩ by default. */
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
 * Makes an exponential family from its log-partition function. The base measure must be 1: a constant belongs to A.
 * Density, entropy, divergence, and products with the Fisher information and its inverse follow.
 *
 * @param spec - The log-partition function, its gradient, and draws.
 * @returns The family, frozen.
 * @throws GraphError for unknown names, and where nothing leads to the natural gradient
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

/** The product of a vector with the symmetric derivative of one system of coordinates by the other. */
function pulledBack<K extends string>(
  map: (from: Coordinates<K>) => Coordinates<K>,
  from: Coordinates<K>,
  v: Coordinates<K>,
): Coordinates<K> {
  // Cut off from each other: what one coordinate is computed of may be another one.
  const at = mapCoordinates(from, (value) => stopGradient(value));
  const names = Object.keys(at) as K[];
  const to = map(at);
  const list = (values: Coordinates<K>): Node[] => names.map((name) => values[name]);
  const back = vjp(list(to), list(at), list(v));
  return Object.fromEntries(names.map((name, index) => [name, back[index]])) as Coordinates<K>;
}
