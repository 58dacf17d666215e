import {
  type InsideLoop,
  makeNode,
  type Node,
  structuralOps as ops,
  reshape,
  slice,
  unaryOf,
  type Variable,
} from "@metrigrad/graph";
import type { CopiesUse, CopyUse, PlainUse } from "./use.ts";
import type { Site } from "./useSite.ts";

/**
 * Returns the use of stacked parameters [copies, …] if each turn of a loop reads one slice of them. The result has one use
 * for each copy, with the rows of that copy.
 */
export function copiesUse(
  use: CopyUse["use"],
  loop: InsideLoop,
  inner: Site,
  parameters: readonly Variable[],
): CopiesUse & Pick<PlainUse, "consumers"> {
  const stack = loop.stack(use.outputs);
  const stacks = new Map<Node, Node>();
  const all = (value: Node) => {
    const known = stacks.get(value) ?? loop.values(value);
    stacks.set(value, known);
    return known;
  };
  const activation = activationIn(use, inner);
  const each = Array.from({ length: loop.turns }, (_, copy): CopyUse => {
    const own = copyUse(use, {
      parameters: parameters.map((one) => sliceOf(one, copy) as Variable),
      value: (value) => sliceOf(all(value), copy),
      outputs: sliceOf(stack, copy),
    });
    const { outputs } = own;
    const response =
      activation === null ? outputs : makeNode(activation.op, [outputs], activation.attrs);
    return { use: own, response };
  });
  return { kind: "copies", parameters, each, stack, consumers: use.consumers };
}

/** Returns a use with the values of one copy in the place of the values of a turn. */
function copyUse(
  use: CopyUse["use"],
  own: {
    readonly parameters: readonly Variable[];
    readonly value: (value: Node) => Node;
    readonly outputs: Node;
  },
): CopyUse["use"] {
  const { parameters, value, outputs } = own;
  if (use.kind === "affine") {
    const both = parameters as unknown as typeof use.parameters;
    const product = use.product === use.outputs ? outputs : value(use.product);
    return { ...use, parameters: both, rows: value(use.rows), outputs, product };
  }
  if (use.kind === "scale") {
    const at = (one: Variable | null) => {
      return one === null ? null : (parameters[use.parameters.indexOf(one)] as Variable);
    };
    const rows = use.rows && value(use.rows);
    return { ...use, parameters, scale: at(use.scale), shift: at(use.shift), rows, outputs };
  }
  const [table] = parameters as [Variable];
  const kept = use.kept && value(use.kept);
  return { ...use, parameters: [table], indices: value(use.indices), kept, outputs };
}

/**
 * Returns the values of one copy from a stack.
 *
 * @param stack - The values of all copies, [copies, …].
 * @param copy - The index of the copy, from 0.
 * @returns The slice without its first axis, […].
 * @throws {@link ShapeError} if the stack has no axes or no such copy.
 * @category Metrics: own metrics
 */
export function sliceOf(stack: Node, copy: number): Node {
  return reshape(slice(stack, [[copy, copy + 1]]), stack.shape.slice(1));
}

/** Returns the activation f if a module's response in a turn is f(T), where T is the output of the use; else null. */
export function activationIn(use: CopyUse["use"], site: Site): Node | null {
  if (use.kind !== "affine") return null;
  const { scope } = use.outputs;
  const [found, ...others] = behind(use.outputs, site);
  if (found === undefined || others.length > 0 || site.exits.has(use.outputs)) return null;
  if (found.scope !== scope || unaryOf(found) === null) return null;
  // If the same module reads the value again, the value is not its response.
  return behind(found, site).every((reader) => reader.scope !== scope) ? found : null;
}

/** Returns the nodes that read a value, or that read the same elements in another layout. */
function behind(value: Node, site: Site): readonly Node[] {
  return (site.readers.get(value) ?? []).flatMap(([reader]) => {
    const moved = reader.op === ops.reshape || reader.op === ops.transpose;
    return moved && !site.exits.has(reader) ? behind(reader, site) : moved ? [] : [reader];
  });
}
