import { compile, type Node } from "@metrigrad/graph";
import { type Store, sameShape, type Tensor } from "@metrigrad/tensor";
import { dependsOnRows, type ForRows } from "./merge.ts";
import type { Known, Translated } from "./model.ts";
import { arrayFor, type Initializer, littleEndian } from "./proto/encode.ts";

/** Returns the known values of a translation as elements. The store computes those that depend on its variables. */
export async function initializersOf(
  { known }: Translated,
  store: Store,
): Promise<readonly Initializer[]> {
  const nodes = nodesOf(known);
  const values = await valuesOf([...nodes.values()], store);
  const of = new Map([...nodes.keys()].map((name, at) => [name, values[at] as Tensor]));
  return [...known].map(([name, value]): Initializer => {
    if (value.kind === "integers") {
      const data = BigInt64Array.from(value.values, BigInt);
      return { name, type: "i64", shape: value.shape, data: littleEndian(data) };
    }
    if (value.kind === "number") {
      const { type } = value;
      return { name, type, shape: [], data: littleEndian(arrayFor(type, [value.value])) };
    }
    const { type, shape } = value.node;
    const elements = (of.get(name) as Tensor).data();
    return { name, type, shape, data: littleEndian(arrayFor(type, elements)) };
  });
}

function nodesOf(known: Translated["known"]): Map<string, Node> {
  return new Map(
    [...known].flatMap(([name, value]) => (value.kind === "node" ? [[name, value.node]] : [])),
  );
}

/** Computes nodes that depend on no input. */
async function valuesOf(nodes: readonly Node[], store: Store): Promise<readonly Tensor[]> {
  if (nodes.length === 0) return [];
  const program = await compile({ outputs: nodes }, store);
  try {
    const values: Tensor[] = [];
    for (const handle of await program.run({})) values.push(await handle.read());
    return values;
  } finally {
    await program.close();
  }
}

/** Checks that known values are the same for all numbers of rows. Throws GraphError. */
export async function checkKnown(all: readonly ForRows[], store: Store): Promise<void> {
  const [first, ...others] = all as readonly [ForRows, ...ForRows[]];
  const same = sameness();
  const nodeOf = ({ translated }: ForRows, name: string) =>
    (translated.known.get(name) as Extract<Known, { kind: "node" }>).node;
  const doubtful = [...nodesOf(first.translated.known)].flatMap(([name, node]) =>
    others.every((one) => same(nodeOf(one, name), node)) ? [] : [name],
  );
  const lists = await Promise.all(
    all.map((one) =>
      valuesOf(
        doubtful.map((name) => nodeOf(one, name)),
        store,
      ),
    ),
  );
  for (const [at, name] of doubtful.entries()) {
    const [own, ...twins] = lists.map((list) => list[at] as Tensor) as [Tensor, ...Tensor[]];
    if (twins.every((twin) => sameElements(own, twin))) continue;
    throw dependsOnRows(`${name}, a value that is another one for another number of rows`);
  }
}

function sameElements(a: Tensor, b: Tensor): boolean {
  const [own, other] = [a.data(), b.data()];
  if (!sameShape(a.shape, b.shape)) return false;
  for (let at = 0; at < own.length; at++) if (!Object.is(own[at], other[at])) return false;
  return true;
}

/** Makes a function that returns whether two nodes without inputs have the same value, as their ops and attributes show. */
function sameness(): (a: Node, b: Node) => boolean {
  const found = new Map<Node, Map<Node, boolean>>();
  const same = (a: Node, b: Node): boolean => {
    if (a === b) return true;
    const known = found.get(a)?.get(b);
    if (known !== undefined) return known;
    const key = (node: Node) =>
      node.op.key === undefined ? JSON.stringify(node.attrs) : node.op.key(node.attrs);
    const own = key(a);
    const equal =
      a.op === b.op &&
      sameShape(a.shape, b.shape) &&
      a.inputs.length === b.inputs.length &&
      own !== null &&
      own === key(b) &&
      a.inputs.every((input, at) => same(input, b.inputs[at] as Node));
    found.set(a, (found.get(a) ?? new Map<Node, boolean>()).set(b, equal));
    return equal;
  };
  return same;
}
