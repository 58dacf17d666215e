import { ShapeError, showShape } from "@metrigrad/tensor";
import { checkFloats } from "../core/checkElements.ts";
import { checkOptions } from "../core/checkOptions.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { atPositions } from "./atPositions.ts";
import { broadcastTo } from "./broadcastTo.ts";
import { constant } from "./constant.ts";
import { expandDims } from "./expandDims.ts";
import { matmul } from "./matmul.ts";
import { moveAxis } from "./moveAxis.ts";
import { nearestPositions, type Resampling, resampling } from "./resampling.ts";
import { reshape } from "./reshape.ts";

/**
 * How {@link interpolate} weighs neighbours, by the names of PyTorch. The name also says for how
 * many axes the mode is.
 *
 * @category Ops: windows
 */
export type InterpolateMode = "nearest" | "linear" | "bilinear" | "trilinear" | "bicubic";

/**
 * Options of {@link interpolate}. Either `size` or `scale` must be given.
 *
 * @category Ops: windows
 */
export interface InterpolateOptions {
  /** The new sizes of the axes after the second: one number for all, or one for each. */
  readonly size?: number | readonly number[];
  /**
   * The factors of the axes after the second: one number for all, or one for each. The new sizes
   * are rounded down.
   */
  readonly scale?: number | readonly number[];
  /** How neighbours are weighed; `nearest` by default. */
  readonly mode?: InterpolateMode;
  /**
   * Whether the first and last elements keep their places; false by default. With false, the
   * borders of these elements keep their places. The mode `nearest` does not take this option.
   */
  readonly alignCorners?: boolean;
}

/**
 * The number of axes that each mode is for (null: any number), and how it weighs neighbours on an
 * axis.
 */
const modes: Readonly<
  Record<InterpolateMode, { readonly axes: number | null; readonly kernel: Resampling["kernel"] }>
> = {
  nearest: { axes: null, kernel: "nearest" },
  linear: { axes: 1, kernel: "linear" },
  bilinear: { axes: 2, kernel: "linear" },
  trilinear: { axes: 3, kernel: "linear" },
  bicubic: { axes: 2, kernel: "cubic" },
};

/** Throws ShapeError. */
function refuse(must: string, got: string, todo: string): never {
  throw new ShapeError({ where: "interpolate", must, got, todo });
}

/**
 * Resamples values on a finer or coarser grid, as PyTorch's `interpolate` without antialiasing.
 *
 * It works axis by axis. The mode `nearest` repeats elements for a whole factor, and gathers them
 * otherwise. The other modes multiply by a matrix of weights, [size, old size]. Therefore an
 * element that is not finite makes others NaN.
 *
 * @param x - The values, float, [n, c, l], [n, c, h, w] or with more axes.
 * @param options - The new sizes or the factors, and the mode.
 * @returns The values on the new grid, [n, c, …].
 * @throws {@link ShapeError} if a size or scale does not fit, if the mode is not for this number of
 *   axes, or if x is not float.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: windows
 */
export function interpolate(x: NodeLike, options: InterpolateOptions): Node {
  checkOptions("interpolate", options, ["size", "scale", "mode", "alignCorners"]);
  const node = asNode(x);
  const { mode = "nearest", alignCorners = false } = options;
  const spatial = node.shape.length - 2;
  if (!Object.hasOwn(modes, mode)) {
    refuse(`the mode must be one of ${Object.keys(modes).join(", ")}`, String(mode), "choose one");
  }
  const { axes, kernel } = modes[mode];
  checkFloats("interpolate", node);
  if (spatial < 1 || spatial !== (axes ?? spatial)) {
    const axesText = axes === null ? "one axis or more" : `${axes} ${axes === 1 ? "axis" : "axes"}`;
    refuse(
      `${mode} must have values [n, c, …] with ${axesText} after the second`,
      showShape(node.shape),
      "reshape it, or choose linear, bilinear or trilinear for 1, 2 or 3 axes",
    );
  }
  if (kernel === "nearest" && alignCorners) {
    refuse("alignCorners must be for another mode", mode, "leave it out");
  }
  const grid = gridOf(node, options);
  return grid.reduce((value, { size, scale }, index) => {
    const n = node.shape[index + 2] as number;
    return alongAxis(value, index + 2, { n, size, scale, kernel, alignCorners });
  }, node);
}

/** Returns the new size of each axis and its factor. */
function gridOf(node: Node, { size, scale }: InterpolateOptions) {
  const sizes = node.shape.slice(2);
  const given = size ?? scale;
  if (given === undefined || (size !== undefined && scale !== undefined)) {
    refuse(
      "one of size and scale must be given",
      JSON.stringify({ size, scale }),
      "pass { scale: 2 }",
    );
  }
  const list = typeof given === "number" ? sizes.map(() => given) : given;
  const wanted = sizes.map((n, axis) => {
    const one = list[axis] as number;
    return size === undefined
      ? { size: Math.floor(n * one), scale: one }
      : { size: one, scale: null };
  });
  const fits = wanted.every((one) => Number.isInteger(one.size) && one.size > 0);
  if (list.length !== sizes.length || sizes.includes(0) || !fits) {
    refuse(
      `there must be a positive ${size === undefined ? "scale" : "size"} for each axis after the second, or one for all`,
      `${JSON.stringify(given)} for ${showShape(node.shape)}`,
      "pass a number, or a list of numbers",
    );
  }
  return wanted;
}

/** Resamples one axis. */
function alongAxis(x: Node, axis: number, how: Resampling): Node {
  const { n, size, scale, kernel } = how;
  const factor = size / n;
  if (size === n && (scale ?? 1) === 1) return x;
  if (kernel === "nearest") {
    if (!Number.isInteger(factor) || (scale ?? factor) !== factor) {
      return atPositions(x, axis, nearestPositions(how));
    }
    const repeated = broadcastTo(expandDims(x, axis + 1), x.shape.toSpliced(axis + 1, 0, factor));
    return reshape(repeated, x.shape.with(axis, size));
  }
  const weights = constant(resampling(how));
  const last = x.shape.length - 1;
  if (axis === last) return matmul(x, weights, { transposeB: true });
  if (axis === last - 1) return matmul(weights, x);
  return moveAxis(matmul(moveAxis(x, axis, last), weights, { transposeB: true }), last, axis);
}
