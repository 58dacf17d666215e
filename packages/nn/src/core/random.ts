import { cast, less, type Node, normal, uniform } from "@metrigrad/graph";

/**
 * Random draws of one use of a module.
 *
 * The key of a draw has the module's path, the number of the use and the number of the draw. So two dropouts never share a
 * mask, and one dropout that is used twice has two masks.
 *
 * @category Models: own modules
 */
export interface ModuleRandom {
  /**
   * Draws uniform numbers in [0, 1).
   *
   * @param shape - The sizes per axis.
   * @returns A float node of the shape.
   */
  uniform(shape: readonly number[]): Node;
  /**
   * Draws standard normal numbers.
   *
   * @param shape - The sizes per axis.
   * @returns A float node of the shape.
   */
  normal(shape: readonly number[]): Node;
  /**
   * Draws 1 with a probability, else 0.
   *
   * @param probability - The probability, a number, or a node that broadcasts to the shape.
   * @param shape - The sizes per axis.
   * @returns A float node of the shape.
   */
  bernoulli(probability: number | Node, shape: readonly number[]): Node;
}

/**
 * Returns the random draws of one use of a module.
 *
 * @param path - The path of the module; "" for the model itself.
 * @param use - The number of the use, from 0.
 * @returns The draws. Each call of a member makes a new draw.
 * @nothrow
 * @category Models: own modules
 */
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
