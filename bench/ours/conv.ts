import { affinePatches, type Backend, matmul, type Node, reshape, vjp } from "metrigrad";
import type { Contestant } from "../contestant.ts";
import { uniformValues } from "../data.ts";
import { held, programContestant } from "./program.ts";

/** A convolution of images [n, inputs, side, side] with a square kernel. */
export interface ConvShape {
  readonly n: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly side: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
}

/** The convolution, or its gradient by the input or by the weight. */
export type ConvPart = "forward" | "input gradient" | "weight gradient";

/** Every part of a convolution. */
export const convParts: readonly ConvPart[] = ["forward", "input gradient", "weight gradient"];

/** Places of the result along one axis. */
function placesOf({ side, kernel, stride, padding }: ConvShape): number {
  return Math.floor((side + 2 * padding - kernel) / stride) + 1;
}

/** Floating-point operations: those of the product of all patches with the weight. */
export function convWork(shape: ConvShape): number {
  const { n, inputs, outputs, kernel } = shape;
  return 2 * n * placesOf(shape) ** 2 * inputs * kernel ** 2 * outputs;
}

function values(name: string, shape: readonly number[], seed: number): Node {
  return held(
    name,
    shape,
    uniformValues(
      shape.reduce((size, n) => size * n, 1),
      seed,
    ),
  );
}

/** A part of a convolution. */
export function convContestant(
  backend: Backend,
  part: ConvPart,
  shape: ConvShape,
): Promise<Contestant> {
  const { n, inputs, outputs, side, kernel, stride, padding } = shape;
  const x = values("x", [n, inputs, side, side], 1);
  const w = values("w", [inputs * kernel ** 2, outputs], 2);
  const how = { kernel: [kernel, kernel], stride, padding, bias: false };
  const y = affinePatches(x, w, how);
  if (part === "forward") return programContestant(backend, y);
  const bars = values("bars", y.shape, 3);
  const [by] = vjp([y], [part === "input gradient" ? x : w], [bars]) as [Node];
  return programContestant(backend, by);
}

/** The plain product with the same arithmetic, of patches that lie there as rows. */
export function productContestant(
  backend: Backend,
  part: ConvPart,
  shape: ConvShape,
): Promise<Contestant> {
  const { n, inputs, outputs, kernel } = shape;
  const [rows, terms] = [n * placesOf(shape) ** 2, inputs * kernel ** 2];
  const patches = values("patches", [rows, terms], 1);
  const w = values("w", [terms, outputs], 2);
  const bars = values("bars", [rows, outputs], 3);
  if (part === "forward") return programContestant(backend, matmul(patches, w));
  const product =
    part === "input gradient"
      ? matmul(bars, w, { transposeB: true })
      : matmul(patches, bars, { transposeA: true });
  return programContestant(backend, reshape(product, [-1]));
}
