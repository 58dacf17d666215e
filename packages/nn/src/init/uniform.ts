import { type Initializer, ShapeError } from "@metrigrad/tensor";
import { drawUniform } from "./draw.ts";

/**
 * Uniform in [−limit, limit).
 * @param limit the largest absolute value
 * @returns an initialiser for any shape
 * @throws ShapeError for a limit that is not positive
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
