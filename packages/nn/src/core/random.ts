import { cast, less, type Node, normal, uniform } from "@metrigrad/graph";

/**
 * Random draws of one use of a module. Their keys are made of the module's path, the number of the use
 * and the number of the draw, so that two dropouts, or one that is used twice, never share a mask.
 */
export interface ModuleRandom {
  /** Uniform in [0, 1), float of a shape. */
  uniform(shape: readonly number[]): Node;
  /** Standard normal, float of a shape. */
  normal(shape: readonly number[]): Node;
  /** 1 with a probability, else 0; float of a shape. */
  bernoulli(probability: number | Node, shape: readonly number[]): Node;
}

/** The draws of the use `use` (from 0) of the module at a path. */
export function moduleRandom(path: string, use: number): ModuleRandom {
  let draws = 0;
  const key = () => `${path === "" ? "model" : path}#${use}/${draws++}`;
  return {
    uniform: (shape) => uniform(shape, { key: key() }),
    normal: (shape) => normal(shape, { key: key() }),
    bernoulli: (probability, shape) =>
      cast(less(uniform(shape, { key: key() }), probability), "float"),
  };
}
