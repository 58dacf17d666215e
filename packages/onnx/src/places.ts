import {
  coreOps,
  type LoopBody,
  type LoopOutputAttrs,
  type Node,
  type Op,
  topological,
} from "@metrigrad/graph";
import { sizeOf } from "@metrigrad/tensor";
import type { OnnxNode } from "./model.ts";
import { needed } from "./needed.ts";

/** A list of ONNX nodes that is being written: that of the model, or that of the turn of a loop. */
export interface Block {
  /** The number of loops around it. */
  readonly depth: number;
  readonly nodes: OnnxNode[];
}

/** The blocks of the nodes of a graph. */
export interface Places {
  /** Returns the block that a node is written to. It is null for a value that is known when the model is exported. */
  of(node: Node): Block | null;
  /** Says which block a placeholder belongs to. */
  set(placeholder: Node, block: Block): void;
}

/**
 * Makes the places of nodes. A node belongs to the innermost loop of its inputs. If `rows` is a number, values with so many rows
 * are not computed at export, so that the number stays free.
 */
export function placesIn(main: Block, rows: number | null): Places {
  const places = new Map<Node, Block | null>();
  const innermost = ({ inputs }: Node) =>
    inputs.reduce<Block | null>((most, input) => {
      const place = places.get(input) ?? null;
      return (place?.depth ?? -1) > (most?.depth ?? -1) ? place : most;
    }, null);
  return {
    of: (node) => {
      for (const one of needed(node, (other) => places.has(other))) {
        places.set(one, innermost(one) ?? (staysOpen(one, rows) ? main : null));
      }
      return places.get(node) as Block | null;
    },
    set: (placeholder, block) => void places.set(placeholder, block),
  };
}

/** Whether a node that depends on no input is not computed at export: a draw, or a value with a row for each row of the inputs. */
function staysOpen({ op, inputs, shape, attrs }: Node, rows: number | null): boolean {
  if (op === (coreOps.input as Op) || op === (coreOps.random as Op)) return true;
  if (op === (coreOps.loop as Op) && draws((attrs as LoopOutputAttrs).body)) return true;
  if (rows === null) return false;
  if (op === (coreOps.iota as Op)) return (attrs as { readonly size: number }).size % rows === 0;
  if (op !== (coreOps.broadcastTo as Op)) return false;
  const [x] = inputs as [Node];
  return sizeOf(shape) % rows === 0 && sizeOf(x.shape) % rows !== 0;
}

/** Whether a turn of a loop makes draws, which differ from run to run. */
function draws({ carries, results }: LoopBody): boolean {
  const roots = [...carries.map(({ next }) => next), ...results];
  return topological(roots).some(({ op }) => op === (coreOps.random as Op));
}
