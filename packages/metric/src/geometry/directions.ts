import {
  isTensor,
  MetricError,
  ShapeError,
  sameShape,
  showShape,
  type Tensor,
} from "@metrigrad/tensor";

/**
 * A tangent vector of the parameters, such as a gradient or a step: a tensor by the name of each parameter.
 *
 * @category Geometry
 */
export type Directions = Readonly<Record<string, Tensor>>;

/** The shapes of the parameters that a metric covers, and the names of those that it does not cover. */
export interface Covered {
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  readonly plain: readonly string[];
}

/**
 * Checks that a vector names parameters, each with its shape. `allowPlain` allows parameters without a metric.
 *
 * Throws MetricError and ShapeError.
 */
export function checkDirections(
  where: string,
  given: Directions,
  { shapes, plain }: Covered,
  allowPlain = false,
): void {
  if (typeof given !== "object" || given === null || isTensor(given)) {
    throw new MetricError({
      where,
      must: "a vector must be values by parameter name",
      got: isTensor(given) ? `a tensor ${showShape(given.shape)}` : String(given),
      todo: `pass { ${JSON.stringify([...shapes.keys()][0] ?? plain[0])}: … }`,
    });
  }
  for (const [name, value] of Object.entries(given)) {
    if (!isTensor(value)) {
      throw new MetricError({
        where: `${where}, ${name}`,
        must: "the value must be a tensor",
        got: Array.isArray(value) ? "a list" : String(value),
        todo: "pass tensor(…), or leave the name out",
      });
    }
    if (plain.includes(name)) {
      if (allowPlain) continue;
      throw new MetricError({
        where,
        must: `${name} must have a metric`,
        got: "the plain gradient",
        todo: "leave it out, or add a row for its module to the table",
      });
    }
    const shape = shapes.get(name);
    if (shape === undefined) {
      throw new MetricError({
        where,
        must: `names must be of the model's parameters (${[...shapes.keys(), ...plain].join(", ")})`,
        got: name,
        todo: "correct the name",
      });
    }
    if (sameShape(value.shape, shape)) continue;
    throw new ShapeError({
      where: `${where}, ${name}`,
      must: `the value must have the parameter's shape ${showShape(shape)}`,
      got: showShape(value.shape),
      todo: "pass one value per element of the parameter",
    });
  }
}
