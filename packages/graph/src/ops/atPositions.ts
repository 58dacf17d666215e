import { tensor } from "@metrigrad/tensor";
import type { Node } from "../core/node.ts";
import { constant } from "./constant.ts";
import { gather } from "./gather.ts";
import { moveAxis } from "./moveAxis.ts";

/** Takes the elements of an axis at fixed positions, in the order of the positions. */
export function atPositions(x: Node, axis: number, positions: readonly number[]): Node {
  const rows = gather(moveAxis(x, axis, 0), constant(tensor(Int32Array.from(positions))));
  return moveAxis(rows, 0, axis);
}
