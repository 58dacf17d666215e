import { input } from "@metrigrad/graph";
import { type AnyModule, applyModel } from "@metrigrad/nn";

/** All widths up to this number are tried, beside those that the parameters' shapes suggest. */
const fewest = 16;

/**
 * Finds the number of features d of the rows [n, d] that a model takes, by applying the model.
 *
 * Returns null if no width that the parameters' shapes suggest fits. Modules declare their parameters, but not their
 * input. `refused` gets the error of each width that does not fit.
 */
export function inputWidth(
  model: AnyModule,
  refused: (error: unknown) => void = () => {},
): number | null {
  const sizes = model.variables.flatMap(({ spec: { shape } }) =>
    shape.flatMap((size) => [size, size - 1]),
  );
  const small = Array.from({ length: fewest }, (_, i) => i + 1);
  const widths = new Set([...sizes, ...small].filter((width) => width > 0));
  for (const width of widths) if (accepts(model, width, refused)) return width;
  return null;
}

function accepts(model: AnyModule, width: number, refused: (error: unknown) => void): boolean {
  try {
    applyModel(model as never, input("x", [2, width]) as never);
    return true;
  } catch (error) {
    refused(error);
    return false;
  }
}
