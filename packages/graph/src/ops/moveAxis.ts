import { normalizeAxis } from "@metrigrad/tensor";
import type { Node } from "../core/node.ts";
import { transpose } from "./transpose.ts";

/**
 * Moves one axis to another position, without a copy.
 *
 * @param x - The value, of any type.
 * @param from - The axis. Negative axes count from the end.
 * @param to - Its position in the result. Negative positions count from the end.
 * @returns The value with its axes in the new order.
 * @throws {@link ShapeError} if an axis is out of range.
 * @category Ops: shapes
 */
export function moveAxis(x: Node, from: number, to: number): Node {
  const rank = x.shape.length;
  const source = normalizeAxis("moveAxis", from, rank);
  const target = normalizeAxis("moveAxis", to, rank);
  if (source === target) return x;
  const axes = x.shape.map((_, axis) => axis).filter((axis) => axis !== source);
  axes.splice(target, 0, source);
  return transpose(x, axes);
}
