import {
  type ConstantAttrs,
  coreOps,
  type InputAttrs,
  type LoopOutputAttrs,
  type Node,
  type Op,
  showNode,
} from "@metrigrad/graph";
import { GraphError } from "@metrigrad/tensor";
import { type LoopResults, loopKey, loopsIn, scanNode, turnOf } from "./loops.ts";
import type { OnnxValue, Translated } from "./model.ts";
import { namesBeside } from "./names.ts";
import { needed } from "./needed.ts";
import { handlerOf } from "./ops/handlers.ts";
import { writeScalar } from "./ops/scalar.ts";
import type { Writer } from "./ops/writer.ts";
import { type Block, placesIn } from "./places.ts";
import { simplifier } from "./simplify.ts";
import { withoutUnread } from "./unread.ts";

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
export function translate({ inputs, outputs, rows }: Source): Translated {
  const main: Block = { depth: 0, nodes: [] };
  const taken = [...inputs.map(({ attrs }) => attrs.name), ...outputs.map(([name]) => name)];
  const names = namesBeside(new Set(taken));
  const writer = writerInto(main, names, placesIn(main, rows), simplifier());
  for (const node of inputs) writer.begin(node);
  writer.expect(outputs.map(([, node]) => node));
  const results = outputs.map(([name, node]): OnnxValue => {
    const inside = writer.nameOf(node);
    main.nodes.push({ op: "Identity", inputs: [inside], outputs: [name], attrs: {} });
    return { name, type: node.type, shape: node.shape };
  });
  const given = inputs.map(
    ({ attrs: { name, shape, type } }): OnnxValue => ({ name, type, shape }),
  );
  const graph = { nodes: main.nodes, inputs: given, outputs: results };
  return withoutUnread({ graph, known: names.values });
}

/** A writer of whole graphs. */
interface GraphWriter extends Writer {
  /** Says that an input has its own name. */
  begin(input: Node<InputAttrs>): void;
  /** Says what will be written, so that a loop is written once for all of its results. */
  expect(roots: readonly Node[]): void;
}

/** Makes a writer. A node is written when its name is asked for, after what it needs. */
function writerInto(
  main: Block,
  names: ReturnType<typeof namesBeside>,
  places: ReturnType<typeof placesIn>,
  simplify: ReturnType<typeof simplifier>,
): GraphWriter {
  const found = new Map<Node, string>();
  const loops = new Map<string, LoopResults>();
  let block = main;
  let scope = "";

  /** Runs a function that writes into a block, with names by a module. */
  const within = <T>(into: Block, path: string, run: () => T): T => {
    const outer = { block, scope };
    [block, scope] = [into, path];
    try {
      return run();
    } finally {
      ({ block, scope } = outer);
    }
  };

  const nameOfKnown = (node: Node): string => {
    const { op, attrs, shape, type } = node;
    if (op === (coreOps.constant as Op) && shape.length === 0) {
      return names.number(scope, (attrs as ConstantAttrs).value.item(), type);
    }
    const name = found.get(node) ?? names.known(scope, op.name, { kind: "node", node });
    found.set(node, name);
    return name;
  };

  const writer: GraphWriter = {
    begin: (input) => void found.set(input, input.attrs.name),
    expect: (roots) => {
      for (const [key, results] of loopsIn(simplify(roots))) loops.set(key, results);
    },
    nameOf: (given) => {
      const [node] = simplify([given]) as [Node];
      if (places.of(node) === null) return nameOfKnown(node);
      for (const one of needed(node, (other) => found.has(other) || places.of(other) === null)) {
        // A loop names all of its results at once.
        if (found.has(one)) continue;
        found.set(
          one,
          within(places.of(one) as Block, one.scope, () => write(one)),
        );
      }
      return found.get(node) as string;
    },
    add: (op, given, attrs = {}, output = 0) => {
      const made = Array.from({ length: output + 1 }, () => names.fresh(scope, op));
      block.nodes.push({ op, inputs: given, outputs: made, attrs });
      return made[output] as string;
    },
    integers: (values, shape = [values.length]) =>
      names.known(scope, "integers", { kind: "integers", values, shape }),
    number: (value, type) => names.number(scope, value, type),
  };

  const write = (node: Node): string => {
    if (node.op === (coreOps.loop as Op)) {
      writeLoop(loops.get(loopKey(node as Node<LoopOutputAttrs>)) as LoopResults);
      return found.get(node) as string;
    }
    const handler = handlerOf(node.op);
    if (handler !== null) return handler(node as Node<never>, writer);
    const expr = node.op.expr?.(node);
    if (expr !== undefined) return writeScalar(node, expr, writer);
    throw new GraphError({
      where: "onnxBytes",
      must: "each op must be one that ONNX has",
      got: showNode(node),
      todo: "leave that part out of the exported model, or compute it from the answer",
    });
  };

  /** Writes a loop. Values from outside are read by their names. */
  const writeLoop = (results: LoopResults): void => {
    const turn = turnOf(results, simplify);
    writer.expect(turn.roots);
    const inner: Block = { depth: block.depth + 1, nodes: [] };
    const given = [...turn.carries, ...turn.slices];
    const begin = given.map(({ from }) => writer.nameOf(from));
    const gets = given.map(({ value }) => {
      const name = names.fresh(scope, "turn");
      found.set(value, name);
      places.set(value, inner);
      return name;
    });
    // Each result of a turn must be a value of its own.
    const gives = turn.roots.map((root) => {
      const name = writer.nameOf(root);
      return within(inner, scope, () => writer.add("Identity", [name]));
    });
    const made = turn.roots.map(() => names.fresh(scope, "Scan"));
    block.nodes.push(scanNode(turn, { begin, gets, gives, made }, inner.nodes));
    for (const [node, at] of turn.places) found.set(node, made[at] as string);
  };

  return writer;
}
