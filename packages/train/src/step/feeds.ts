import { type Feeds, input, type Node } from "@metrigrad/graph";
import {
  GraphError,
  isTensor,
  type Shape,
  ShapeError,
  sameShape,
  showShape,
  type Tensor,
  tensor,
  type ValueType,
} from "@metrigrad/tensor";

/**
 * The shape of a value that you pass to each step, and its element type. The type is `float` by default.
 *
 * @category Train: own loops
 */
export type FeedSpec = Shape | { readonly shape: Shape; readonly type?: ValueType };

/**
 * The values that you pass to each step: their shapes by name.
 *
 * @category Train: own loops
 */
export type FeedSpecs = Readonly<Record<string, FeedSpec>>;

/**
 * The feeds as nodes of the graph, by name.
 *
 * @category Train: own loops
 */
export type FeedNodes<F> = { readonly [K in keyof F]: Node };

/**
 * The values of the feeds by name: tensors or nested arrays of numbers.
 *
 * @category Train: own loops
 */
export type FeedValues<F> = { readonly [K in keyof F]: Feeds[string] };

/** The name of the feed with the number of steps done before. */
export const numberFeed = "training step";

/** Returns the input nodes of feeds. Throws GraphError if a shape is not one, or if a name is taken. */
export function feedNodes<F extends FeedSpecs>(where: string, feeds: F): FeedNodes<F> {
  if (typeof feeds !== "object" || feeds === null || Array.isArray(feeds)) {
    throw refused(where, "feeds must be a record of shapes", String(feeds));
  }
  const nodes = Object.entries(feeds).map(([name, spec]) => {
    const { shape, type } = specOf(spec);
    if (!Array.isArray(shape)) throw refused(where, `feed ${name} must have a shape`, String(spec));
    if (name === numberFeed) throw refused(where, "feeds must have names of their own", name);
    return [name, input(name, shape, type)] as const;
  });
  return Object.fromEntries(nodes) as FeedNodes<F>;
}

/** Returns the shape and the type of a feed. */
export function specOf(spec: FeedSpec): { readonly shape: Shape; readonly type: ValueType } {
  if (Array.isArray(spec)) return { shape: spec as Shape, type: "float" };
  const { shape, type = "float" } = spec as { shape: Shape; type?: ValueType };
  return { shape, type };
}

/**
 * Returns the values of all feeds as tensors. Throws GraphError if a feed is missing or unknown, and ShapeError if a
 * shape is wrong.
 */
export function feedTensors(
  where: string,
  specs: FeedSpecs,
  values: Feeds,
): Record<string, Tensor> {
  const names = Object.keys(specs);
  const todo = `pass { ${names.join(", ")} }, as tensors or nested arrays`;
  const unknown = Object.keys(values ?? {}).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw refused(where, `feeds must be among ${names.join(", ") || "none"}`, unknown, todo);
  }
  const tensors = names.map((name) => {
    const given = values?.[name];
    const { shape } = specOf(specs[name] as FeedSpec);
    if (given === undefined) {
      const must = `feed ${name} must have a value of shape ${showShape(shape)}`;
      throw refused(where, must, "none", todo);
    }
    const value = isTensor(given) ? given : tensor(given);
    if (sameShape(value.shape, shape)) return [name, value] as const;
    throw new ShapeError({
      where,
      must: `feed ${name} must have shape ${showShape(shape)}`,
      got: showShape(value.shape),
      todo: "reshape it, or make another step for this shape",
    });
  });
  return Object.fromEntries(tensors);
}

function refused(
  where: string,
  must: string,
  got: string,
  todo = "pass for example { x: [64, 2] }",
): GraphError {
  return new GraphError({ where, must, got, todo });
}
