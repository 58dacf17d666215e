import {
  cast,
  less,
  type Node,
  normal,
  oneRank,
  type Ranks,
  rowsOfRank,
  uniform,
} from "@metrigrad/graph";

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
 * @param among - The processes that take the step together, and the number of samples of each; one process by default. Draws with
 *   a row for each sample then follow from the place of the sample among all.
 * @returns The draws. Each call of a member makes a new draw.
 * @nothrow
 * @category Models: own modules
 */
export function moduleRandom(path: string, use: number, among: DrawsOfRank = alone): ModuleRandom {
  const { ranks, samples } = among;
  let draws = 0;
  const key = () => `${path === "" ? "model" : path}#${use}/${draws++}`;
  /** Draws of a shape with one row for each sample are those of this rank's samples among all. */
  const ofRank = (draw: typeof uniform, shape: readonly number[]) => {
    const perSample = ranks.size > 1 && samples > 1 && shape[0] === samples;
    if (!perSample) return draw(shape, { key: key() });
    const [, ...rest] = shape;
    return rowsOfRank(draw([samples * ranks.size, ...rest], { key: key() }), ranks);
  };
  return {
    uniform: (shape) => ofRank(uniform, shape),
    normal: (shape) => ofRank(normal, shape),
    bernoulli: (probability, shape) => cast(less(ofRank(uniform, shape), probability), "float"),
  };
}

/** The processes that take a step together, and the number of samples of each. */
interface DrawsOfRank {
  readonly ranks: Ranks;
  readonly samples: number;
}

const alone: DrawsOfRank = { ranks: oneRank, samples: 1 };
