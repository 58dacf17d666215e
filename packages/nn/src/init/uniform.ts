import { type Initializer, ShapeError } from "@metrigrad/tensor";
import { drawUniform } from "./draw.ts";

/**
 * Makes an initialiser of uniform draws in [−limit, limit).
 *
 * @param limit - The largest absolute value.
 * @returns An initialiser for any shape.
 * @throws {@link ShapeError} if the limit is not positive and finite.
 * @category Models: own modules
 */
export function uniformInit(limit: number): Initializer {
  if (limit > 0 && Number.isFinite(limit)) return (context) => drawUniform(context, limit);
  throw new ShapeError({
    where: "uniformInit",
    must: "the limit must be positive",
    got: String(limit),
    todo: "pass a number such as 0.1, or use zeros",
  });
}
