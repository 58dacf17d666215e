import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { type Origin, withOrigin } from "../core/scope.ts";
import { topological } from "../core/topology.ts";

/** Makes nodes such that equal nodes are one object. */
export type Intern = <A>(op: Op<A>, inputs: readonly Node[], attrs: A, origin: Origin) => Node<A>;

/** Writes numbers that JSON confuses as texts. JSON makes null of NaN and of both infinities, and 0 of −0. */
function exactNumber(_: string, value: unknown): unknown {
  if (typeof value !== "number" || (Number.isFinite(value) && !Object.is(value, -0))) return value;
  return `number ${Object.is(value, -0) ? "-0" : value}`;
}

/** Makes a pool. In it, equal ops on the same inputs with equal attributes are one node. */
export function nodePool(): Intern {
  const opNumbers = new Map<unknown, number>();
  const nodes = new Map<string, Node>();
  return (op, inputs, attrs, origin) => {
    const make = () => withOrigin(origin, () => makeNode(op, inputs, attrs));
    const text = op.key === undefined ? JSON.stringify(attrs, exactNumber) : op.key(attrs);
    if (text === null) return make();
    const number = opNumbers.get(op) ?? opNumbers.size;
    opNumbers.set(op, number);
    const key = `${number}|${inputs.map((input) => input.id).join()}|${text}`;
    const known = nodes.get(key);
    if (known !== undefined) return known as ReturnType<typeof make>;
    const made = make();
    nodes.set(key, made);
    return made;
  };
}

/** For every node that some values are made of: the node that stands for all nodes equal to it. */
export function equalNodes(values: readonly Node[]): ReadonlyMap<Node, Node> {
  const intern = nodePool();
  const same = new Map<Node, Node>();
  for (const node of topological(values)) {
    const inputs = node.inputs.map((input) => same.get(input) as Node);
    same.set(node, intern(node.op, inputs, node.attrs, node));
  }
  return same;
}
