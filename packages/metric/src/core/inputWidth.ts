import { input } from "@metrigrad/graph";
import { applyModel, type Module } from "@metrigrad/nn";

/** Widths that are tried beside those that the parameters' shapes suggest. */
const fewest = 16;

/**
 * The number of features of the rows [n, d] that a model takes, found by applying it; null where it
 * takes none that its parameters' shapes suggest. Modules declare their parameters, not their input.
 */
export function inputWidth(model: Module): number | null {
  const sizes = model.variables.flatMap(({ shape }) => shape.flatMap((size) => [size, size - 1]));
  const small = Array.from({ length: fewest }, (_, i) => i + 1);
  const widths = new Set([...sizes, ...small].filter((width) => width > 0));
  for (const width of widths) if (accepts(model, width)) return width;
  return null;
}

function accepts(model: Module, width: number): boolean {
  try {
    applyModel(model, input("x", [2, width]));
    return true;
  } catch {
    return false;
  }
}
