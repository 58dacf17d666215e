import { normalizeAxis } from "@metrigrad/tensor";
import type { Node } from "../core/node.ts";
import { transpose } from "./transpose.ts";

/** The same value with one axis moved to another position. Throws ShapeError. */
export function moveAxis(x: Node, from: number, to: number): Node {
  const rank = x.shape.length;
  const source = normalizeAxis("moveAxis", from, rank);
  const target = normalizeAxis("moveAxis", to, rank);
  if (source === target) return x;
  const axes = x.shape.map((_, axis) => axis).filter((axis) => axis !== source);
  axes.splice(target, 0, source);
  return transpose(x, axes);
}
