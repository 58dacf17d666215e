import {
  broadcastTo,
  logicalNot,
  type Node,
  structuralOps as ops,
  patchRows,
  reshape,
  type Variable,
} from "@metrigrad/graph";
import { sameShape, sizeOf } from "@metrigrad/tensor";
import { loopedUse } from "./loopedUse.ts";
import { featuresLast, type PlainUse, type Use } from "./use.ts";
import { type Edge, onlyReader, placedAt, type Site, siteOf } from "./useSite.ts";

/**
 * Returns how the parameters of a module act between older nodes (ids below `first`) and its responses. This is a fact of
 * the graph: T = X̃W is found whatever the names of the module and of W are.
 */
export function usesOf(
  responses: readonly Node[],
  parameters: readonly Variable[],
  first: number,
): readonly Use[] {
  if (parameters.length === 0) return [];
  const site = siteOf(responses, parameters, first);
  const uses: Use[] = [];
  const taken = new Set<string>();
  const keyOf = ([node, input]: Edge) => `${node.id}:${input}`;
  const edges = parameters.flatMap((parameter) =>
    (site.readers.get(parameter) ?? []).map((edge) => ({ parameter, edge })),
  );
  // A bias belongs to the product before it, even if it is declared first.
  const isAdded = ({ parameter, edge }: (typeof edges)[number]) =>
    (placedAt(parameter, edge, site)?.edge ?? edge)[0].op === ops.add;
  for (const { parameter, edge } of [...edges].sort((a, b) => +isAdded(a) - +isAdded(b))) {
    if (taken.has(keyOf(edge))) continue;
    const use = useOf(parameter, edge, site);
    for (const consumer of use.consumers) taken.add(keyOf(consumer));
    uses.push(use);
  }
  return uses;
}

/** Returns the use of a parameter at one place, in a loop or outside of loops. */
function useOf(parameter: Variable, edge: Edge, site: Site): Use {
  const plain = { looped: false, activated: null } as const;
  return (
    loopedUse(parameter, edge, site, useOf) ?? { ...plainUse(parameter, edge, site), ...plain }
  );
}

/** Returns the use of a parameter at a place outside of loops. */
function plainUse(parameter: Variable, [node, input]: Edge, site: Site): PlainUse {
  const consumers: readonly Edge[] = [[node, input]];
  const all = (site.readers.get(parameter) ?? []).filter(([reader]) => reader === node);
  const free: PlainUse = { kind: "free", parameters: [parameter], consumers: all };
  if (node.op === ops.affine && input === 1) {
    const rows = node.inputs[0] as Node;
    if (!site.varies(rows)) return free;
    const common = { rows, bias: true, outputs: node, product: node, transposed: false };
    return { kind: "affine", parameters: [parameter], ...common, consumers };
  }
  if (node.op === ops.affinePatches && input === 1) {
    const { bias, groups } = node.attrs as { readonly bias: boolean; readonly groups: number };
    if (!site.varies(node.inputs[0] as Node)) return free;
    const patches = patchRows(node);
    const own = { parameters: [parameter] as const, bias, outputs: node, consumers };
    if (groups > 1) {
      // Channels come first in a patch, so those of a group lie together.
      const rows = reshape(patches, [node.shape[0] as number, groups, -1]);
      return { kind: "grouped", ...own, rows };
    }
    return { kind: "affine", ...own, rows: patches, product: node, transposed: false };
  }
  if (node.op === ops.matmul && input === 1 && isProduct(node, site)) {
    return affine(parameter, node, false, consumers, site);
  }
  if (node.op === ops.transpose && parameter.shape.length === 2) {
    const product = onlyReader(node, site);
    if (product === null) return free;
    const [reader, position] = product;
    if (reader.op !== ops.matmul || position !== 1 || !isProduct(reader, site)) return free;
    return affine(parameter, reader, true, consumers, site);
  }
  if (node.op === ops.gather && input === 0) return lookup(parameter, node, site) ?? free;
  return scale(parameter, [node, input], site) ?? free;
}

/**
 * Returns the use of a table whose rows are read by the samples, or whose rows of all positions are added to every sample.
 */
function lookup(table: Variable, node: Node, site: Site): PlainUse | null {
  const indices = node.inputs[1] as Node;
  const common = {
    kind: "lookup" as const,
    parameters: [table] as const,
    consumers: [[node, 0]] as const,
  };
  const reader = onlyReader(node, site)?.[0] ?? null;
  if (site.varies(indices)) {
    // A condition may replace some rows by another value, such as the rows of padding.
    const [condition, , chosen] = reader?.inputs ?? [];
    const rows = [...indices.shape, ...node.shape.slice(indices.shape.length).map(() => 1)];
    const masked =
      reader?.op === ops.where && chosen === node && sameShape(condition?.shape ?? [], rows);
    if (!masked) return { ...common, indices, kept: null, outputs: node };
    const kept = logicalNot(reshape(condition as Node, indices.shape));
    return { ...common, indices, kept, outputs: reader as Node };
  }
  const other = reader?.inputs.find((one) => one !== node);
  if (reader?.op !== ops.add || other === undefined || !site.varies(other)) return null;
  const before = reader.shape.length - node.shape.length;
  if (before < 1 || !sameShape(reader.shape.slice(before), node.shape)) return null;
  const all = broadcastTo(indices, [...reader.shape.slice(0, before), ...indices.shape]);
  return { ...common, indices: all, kept: null, outputs: reader };
}

/** Returns the use γ∘x̂, γ∘x̂ + β or x + β. */
function scale(parameter: Variable, edge: Edge, site: Site): PlainUse | null {
  const placed = placedAt(parameter, edge, site);
  if (placed === null) return null;
  const { behind } = placed;
  const [node, input] = placed.edge;
  const other = node.inputs[1 - input];
  if (other === undefined || !site.varies(other)) return null;
  if (node.op === ops.add) {
    const own = { scale: null, shift: parameter, rows: null, outputs: node, behind };
    return { kind: "scale", parameters: [parameter], ...own, consumers: [edge] };
  }
  // x̂ must vary over rows.
  if (node.op !== ops.mul || sizeOf(other.shape) !== sizeOf(node.shape)) return null;
  const rows = featuresLast(other, parameter, behind);
  const added = shiftAfter(node, parameter, behind, site);
  const common = { kind: "scale" as const, scale: parameter, rows, behind };
  if (added === null) {
    return { ...common, parameters: [parameter], shift: null, outputs: node, consumers: [edge] };
  }
  return {
    ...common,
    parameters: [parameter, added.shift],
    shift: added.shift,
    outputs: added.node,
    consumers: [edge, added.consumer],
  };
}

/** Returns the parameter β, of the shape of γ, that is added to γ∘x̂, if that is the only place where γ∘x̂ is read. */
function shiftAfter(value: Node, like: Variable, behind: number, site: Site) {
  const [node, position] = onlyReader(value, site) ?? [];
  if (node?.op !== ops.add || !sameShape(node.shape, value.shape)) return null;
  const read = node.inputs[1 - (position as number)] as Node;
  const shift = (read.op === ops.reshape ? read.inputs[0] : read) as Variable;
  if (!site.parameters.has(shift) || !sameShape(shift.shape, like.shape)) return null;
  const consumer: Edge = read === shift ? [node, 1 - (position as number)] : [read, 0];
  const placed = placedAt(shift, consumer, site);
  return placed?.edge[0] === node && placed.behind === behind ? { shift, node, consumer } : null;
}

/** Returns the use of a product, with the bias that is added to it if there is one. */
function affine(
  w: Variable,
  product: Node,
  transposed: boolean,
  consumers: Use["consumers"],
  site: Site,
): PlainUse {
  const rows = product.inputs[0] as Node;
  const m = product.shape[1] as number;
  const isBias = (one: Variable) => one.shape.length === 1 && one.shape[0] === m;
  const own = biasAfter(product, site, isBias);
  if (own === null || transposed) {
    // A bias cannot be a row of the columns of W'. It is a use of its own, and T includes it.
    const outputs = own === null ? product : own.node;
    const common = { rows, bias: false, outputs, product, transposed };
    return { kind: "affine", parameters: [w], ...common, consumers };
  }
  return {
    kind: "affine",
    parameters: [w, own.bias],
    rows,
    bias: true,
    outputs: own.node,
    product,
    transposed,
    consumers: [...consumers, [own.node, own.input]],
  };
}

/** Returns whether a product is of two matrices, and the rows of the first depend on the inputs. */
function isProduct({ inputs, shape }: Node, { varies }: Site): boolean {
  const matrices = shape.length === 2 && inputs.every((input) => input.shape.length === 2);
  return matrices && varies(inputs[0] as Node);
}

/** Returns the addition of a parameter of the module, if that is the only reader of a value apart from reshapes. */
function biasAfter(
  value: Node,
  site: Site,
  fits: (bias: Variable) => boolean,
): { readonly bias: Variable; readonly node: Node; readonly input: number } | null {
  const only = onlyReader(value, site);
  if (only === null) return null;
  const [node, position] = only;
  if (node.op === ops.reshape) {
    if (node.shape.at(-1) !== value.shape.at(-1)) return null;
    return biasAfter(node, site, fits);
  }
  if (node.op !== ops.add || sizeOf(node.shape) !== sizeOf(value.shape)) return null;
  const input = 1 - position;
  const bias = node.inputs[input] as Variable;
  return site.parameters.has(bias) && fits(bias) ? { bias, node, input } : null;
}
