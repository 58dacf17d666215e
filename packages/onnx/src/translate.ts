import {
  coreOps,
  type InputAttrs,
  type LoopOutputAttrs,
  type Node,
  type Op,
  showNode,
} from "@metrigrad/graph";
import { GraphError, sizeOf } from "@metrigrad/tensor";
import { type LoopResults, loopKey, loopsIn, turnOf } from "./loops.ts";
import type { Known, OnnxGraph, OnnxNode, OnnxValue, Translated } from "./model.ts";
import { needed } from "./needed.ts";
import { handlerOf } from "./ops/handlers.ts";
import { writeScalar } from "./ops/scalar.ts";
import type { Writer } from "./ops/writer.ts";
import { simplifier } from "./simplify.ts";
import { withoutUnread } from "./unread.ts";

/** A list of ONNX nodes that is being written: that of the model, or that of the turn of a loop. */
interface Block {
  readonly depth: number;
  readonly nodes: OnnxNode[];
}

/** What to translate. */
export interface Source {
  /** The inputs. Each of them is an input of the model, even if nothing reads it. */
  readonly inputs: readonly Node<InputAttrs>[];
  /** The outputs by name. */
  readonly outputs: readonly (readonly [name: string, node: Node])[];
  /** The number of rows, if it is to stay free. Values with so many rows are not computed at export. Null if it is fixed. */
  readonly rows: number | null;
}

/** Translates a graph to ONNX nodes. Throws GraphError if an op has no counterpart. */
export function translate({ inputs: given, outputs, rows }: Source): Translated {
  const simplify = simplifier();
  const main: Block = { depth: 0, nodes: [] };
  const names = new Map<Node, string>();
  const places = new Map<Node, Block | null>();
  const known = new Map<string, Known>();
  const numbers = new Map<string, string>();
  const loops = new Map<string, LoopResults>();
  const inputs: OnnxValue[] = [];
  let block = main;
  let scope = "";
  let count = 0;
  const taken = new Set([
    ...given.map(({ attrs }) => attrs.name),
    ...outputs.map(([name]) => name),
  ]);
  const fresh = (hint: string): string => {
    const name = `${scope === "" ? "" : `${scope}/`}${hint}_${count++}`;
    return taken.has(name) ? fresh(hint) : name;
  };
  const remember = (hint: string, value: Known) => {
    const name = fresh(hint);
    known.set(name, value);
    return name;
  };

  /** Returns the block of a node. It is null for a value that is known when the model is exported. */
  const placeOf = (node: Node): Block | null => {
    for (const one of needed(node, (other) => places.has(other))) {
      const deepest = one.inputs.reduce<Block | null>((most, input) => {
        const place = places.get(input) ?? null;
        return (place?.depth ?? -1) > (most?.depth ?? -1) ? place : most;
      }, null);
      places.set(one, deepest ?? (staysOpen(one, rows) ? main : null));
    }
    return places.get(node) as Block | null;
  };

  const writer: Writer = {
    nameOf: (given) => {
      const [node] = simplify([given]) as [Node];
      if (placeOf(node) === null) return nameOfKnown(node);
      for (const one of needed(node, (other) => names.has(other) || placeOf(other) === null)) {
        // A loop names all of its results at once.
        if (!names.has(one))
          names.set(
            one,
            within(one, () => write(one)),
          );
      }
      return names.get(node) as string;
    },
    add: (op, given, attrs = {}, output = 0) => {
      const made = Array.from({ length: output + 1 }, () => fresh(op));
      block.nodes.push({ op, inputs: given, outputs: made, attrs });
      return made[output] as string;
    },
    integers: (values, shape = [values.length]) =>
      remember("integers", { kind: "integers", values, shape }),
    number: (value, type) => {
      const key = `${type} ${Object.is(value, -0) ? "-0" : value}`;
      const name = numbers.get(key) ?? remember("number", { kind: "number", value, type });
      numbers.set(key, name);
      return name;
    },
  };

  const nameOfKnown = (node: Node): string => {
    const { op, attrs, shape, type } = node;
    if (op === (coreOps.constant as Op) && shape.length === 0) {
      return writer.number((attrs as { readonly value: { item(): number } }).value.item(), type);
    }
    const name = names.get(node) ?? remember(op.name, { kind: "node", node });
    names.set(node, name);
    return name;
  };

  /** Runs a function that writes into the block of a node, with names by the node's module. */
  const within = <T>(node: Node, run: () => T): T => {
    const outer = { block, scope };
    block = placeOf(node) ?? main;
    scope = node.scope;
    try {
      return run();
    } finally {
      ({ block, scope } = outer);
    }
  };

  const write = (node: Node): string => {
    const { op, attrs } = node;
    if (op === (coreOps.input as Op)) {
      const { name, shape, type } = attrs as { name: string } & Pick<Node, "shape" | "type">;
      inputs.push({ name, type, shape });
      return name;
    }
    if (op === (coreOps.loop as Op)) {
      writeLoop(loops.get(loopKey(node as Node<LoopOutputAttrs>)) as LoopResults);
      return names.get(node) as string;
    }
    const handler = handlerOf(op);
    if (handler !== null) return handler(node as Node<never>, writer);
    const expr = op.expr?.(node);
    if (expr !== undefined) return writeScalar(node, expr, writer);
    throw new GraphError({
      where: "onnxBytes",
      must: "each op must be one that ONNX has",
      got: showNode(node),
      todo: "leave that part out of the exported model, or compute it from the answer",
    });
  };

  /** Writes a loop as ONNX's Scan. Values from outside are read by their names. */
  const writeLoop = (results: LoopResults): void => {
    const turn = turnOf(results, simplify);
    for (const [key, found] of loopsIn(turn.roots)) loops.set(key, found);
    const inner: Block = { depth: block.depth + 1, nodes: [] };
    const begin = [...turn.carries, ...turn.slices].map(({ value, from }) => {
      names.set(value, fresh("turn"));
      places.set(value, inner);
      return writer.nameOf(from);
    });
    const ends = turn.roots.map((root) => {
      const name = writer.nameOf(root);
      const outer = block;
      block = inner;
      // The result of a turn must be a value of its own.
      const own = writer.add("Identity", [name]);
      block = outer;
      return own;
    });
    const valueOf = (node: Node, name: string): OnnxValue => ({
      name,
      type: node.type,
      shape: null,
    });
    const own = [...turn.carries, ...turn.slices].map(({ value }) =>
      valueOf(value, names.get(value) as string),
    );
    const body: OnnxGraph = {
      nodes: inner.nodes,
      inputs: own,
      outputs: turn.roots.map((root, at) => valueOf(root, ends[at] as string)),
    };
    const made = turn.roots.map(() => fresh("Scan"));
    const backwards = (list: readonly unknown[]) => list.map(() => Number(turn.reverse));
    block.nodes.push({
      op: "Scan",
      inputs: begin,
      outputs: made,
      attrs: {
        body,
        num_scan_inputs: turn.slices.length,
        scan_input_directions: backwards(turn.slices),
        ...(turn.stacks === 0
          ? {}
          : { scan_output_directions: backwards(turn.roots.slice(turn.carries.length)) }),
      },
    });
    for (const [node, at] of turn.places) names.set(node, made[at] as string);
  };

  for (const node of given) writer.nameOf(node);
  const roots = simplify(outputs.map(([, node]) => node));
  for (const [key, found] of loopsIn(roots)) loops.set(key, found);
  const results = roots.map((root, at): OnnxValue => {
    const [name] = outputs[at] as (typeof outputs)[number];
    const inside = writer.nameOf(root);
    main.nodes.push({ op: "Identity", inputs: [inside], outputs: [name], attrs: {} });
    return { name, type: root.type, shape: root.shape };
  });
  return withoutUnread({ graph: { nodes: main.nodes, inputs, outputs: results }, known });
}

/** Whether a node that depends on no input is not computed at export: a draw, or a value with a row for each row of the inputs. */
function staysOpen({ op, inputs, shape, attrs }: Node, rows: number | null): boolean {
  if (op === (coreOps.input as Op) || op === (coreOps.random as Op)) return true;
  if (rows === null) return false;
  if (op === (coreOps.iota as Op)) return (attrs as { readonly size: number }).size % rows === 0;
  if (op !== (coreOps.broadcastTo as Op)) return false;
  const [x] = inputs as [Node];
  return sizeOf(shape) % rows === 0 && sizeOf(x.shape) % rows !== 0;
}
