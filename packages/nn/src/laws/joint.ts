import { add, type Node } from "@metrigrad/graph";
import { GraphError, ShapeError, sameTree } from "@metrigrad/tensor";
import type { AnyLaw, Law } from "./law.ts";
import { targetsOf, under } from "./terms.ts";

/**
 * Laws in lists and records, at any depth.
 *
 * @category Laws and losses
 */
export type LawTree = AnyLaw | readonly LawTree[] | { readonly [name: string]: LawTree };

/**
 * The type of a model's output for a tree of laws.
 *
 * @category Laws and losses
 */
export type NaturalOf<L> =
  // biome-ignore lint/suspicious/noExplicitAny: infers from any law.
  L extends Law<infer H, any> ? H : { readonly [K in keyof L]: NaturalOf<L[K]> };

/**
 * The type of the observed values for a tree of laws.
 *
 * @category Laws and losses
 */
export type ObservedOf<L> =
  // biome-ignore lint/suspicious/noExplicitAny: infers from any law.
  L extends Law<any, infer Y> ? Y : { readonly [K in keyof L]: ObservedOf<L[K]> };

/**
 * Makes the law of several independent responses of the same samples.
 *
 * h and y are trees in the structure of the laws. Log-probabilities, divergences and Fisher information add up.
 *
 * {@includeCode ../../../../examples/api/nn/joint.ts#example}
 *
 * @param laws - A record or a list of laws; lists and records may be nested.
 * @returns The law of all of them. Its `kl` is null if one of the laws has none.
 * @throws {@link GraphError} if a member is not a law, or if there are no members.
 * @category Laws and losses
 */
export function joint<const L extends readonly LawTree[] | { readonly [name: string]: LawTree }>(
  laws: L,
): Law<NaturalOf<L>, ObservedOf<L>> {
  return joined(laws) as unknown as Law<NaturalOf<L>, ObservedOf<L>>;
}

/** Trees of nodes in the structure of the laws. */
type Members = Readonly<Record<string, unknown>>;

/** Makes the law of several laws, whose types are unknown here. */
function joined(laws: unknown): Law<Members, Members> {
  const isList = Array.isArray(laws);
  const members = membersOf(laws);
  const inside = members.map(([name, law]) => `${isList ? "" : `${name}: `}${law.name}`);
  const name = `joint(${inside.join(", ")})`;
  const each = <T>(f: (law: AnyLaw, name: string) => T): T[] =>
    members.map(([key, law]) => f(law, key));
  const tree = (f: (law: AnyLaw, name: string) => unknown): Members => {
    const values = each((law, key) => [key, f(law, key)] as const);
    return (isList ? values.map(([, value]) => value) : Object.fromEntries(values)) as Members;
  };
  /** Throws ShapeError unless a tree has a value for each law. */
  const checked = (what: string, value: Members): Members => {
    const top = (one: unknown) => one !== laws && one !== value;
    sameTree(laws, value, top, `${name}, ${what}`);
    return value;
  };
  const total = (values: readonly Node[]) => {
    const n = values[0]?.shape ?? [];
    const odd = values.find(({ shape }) => shape[0] !== n[0]);
    if (odd !== undefined) throw uneven(name, n[0] as number, odd.shape[0] as number);
    return values.reduce((sum, value) => add(sum, value));
  };
  return Object.freeze({
    name,
    logProb: (y, h) => {
      const [observed, natural] = [checked("y", y), checked("h", h)];
      return total(each((law, key) => law.logProb(observed[key], natural[key])));
    },
    sample: (h, key) => {
      const natural = checked("h", h);
      return tree((law, member) => law.sample(natural[member], `${key}/${member}`));
    },
    predict: (h) => {
      const natural = checked("h", h);
      return tree((law, member) => law.predict(natural[member]));
    },
    kl: members.some(([, { kl }]) => kl === null)
      ? null
      : (h, other) => {
          const [from, to] = [checked("h", h), checked("the other h", other)];
          return total(each((law, key) => law.kl?.(from[key], to[key]) as Node));
        },
    support: null,
    isDensity: members.every(([, { isDensity = true }]) => isDensity),
    parts: (h) => {
      const natural = checked("h", h);
      return each((law, key) => law.parts(natural[key])).flat();
    },
    given: (y) => {
      const observed = checked("y", y);
      return joined(tree((law, key) => law.given(observed[key])));
    },
    targets: (targets, widths) => {
      const [values, sizes] = [targets as Members, widths as Members];
      return each((law, key) =>
        targetsOf(law, checked("targets", values)[key], checked("widths", sizes)[key]).map((part) =>
          under(key, part),
        ),
      ).flat();
    },
  } satisfies Law<Members, Members>);
}

/** Returns laws by name; lists and records inside become laws. Throws GraphError. */
function membersOf(laws: unknown): readonly (readonly [name: string, law: AnyLaw])[] {
  if (typeof laws !== "object" || laws === null || isLaw(laws)) throw refused(laws);
  const entries = Object.entries(laws);
  if (entries.length === 0) throw refused("none");
  return entries.map(([name, law]: [string, unknown]) => {
    if (isLaw(law)) return [name, law];
    if (typeof law === "function") throw refused(`a function at ${name}`);
    return [name, joined(law) as AnyLaw];
  });
}

function isLaw(value: unknown): value is AnyLaw {
  return typeof (value as Partial<AnyLaw> | null)?.logProb === "function";
}

function refused(got: unknown): GraphError {
  return new GraphError({
    where: "joint",
    must: "it must be a record or a list of laws",
    got: isLaw(got) ? `the law ${got.name}` : String(got),
    todo: "pass { digit: categorical(), angle: gaussian() }",
  });
}

function uneven(name: string, n: number, other: number): ShapeError {
  return new ShapeError({
    where: name,
    must: "all responses must have as many samples",
    got: `${n} and ${other}`,
    todo: "for several responses per sample use independent(law)",
  });
}
