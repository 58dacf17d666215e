import { input } from "@metrigrad/graph";
import { type AnyModule, applyModel } from "@metrigrad/nn";

/** Widths that are tried beside those that the parameters' shapes suggest. */
const fewest = 16;

/**
 * The number of features of the rows [n, d] that a model takes, found by applying it; null where it
 * takes none that its parameters' shapes suggest. Modules declare their parameters, not their input.
 */
export function inputWidth(model: AnyModule): number | null {
  const sizes = model.variables.flatMap(({ spec: { shape } }) =>
    shape.flatMap((size) => [size, size - 1]),
  );
  const small = Array.from({ length: fewest }, (_, i) => i + 1);
  const widths = new Set([...sizes, ...small].filter((width) => width > 0));
  for (const width of widths) if (accepts(model, width)) return width;
  return null;
}

function accepts(model: AnyModule, width: number): boolean {
  try {
    applyModel(model as never, input("x", [2, width]) as never);
    return true;
  } catch {
    return false;
  }
}
