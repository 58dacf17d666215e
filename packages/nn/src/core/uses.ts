import {
  broadcastTo,
  logicalNot,
  type Node,
  structuralOps as ops,
  reshape,
  sum,
  transpose,
  type Variable,
} from "@metrigrad/graph";
import { sameShape, sizeOf } from "@metrigrad/tensor";
import { type Edge, onlyReader, placedAt, type Site, siteOf } from "./useSite.ts";

/** T = X̃W: every row of outputs is a linear function of the parameters. */
export interface AffineUse {
  readonly kind: "affine";
  /** W [d, m], or [m, d] where transposed; and the bias [m] where that is a parameter of its own. */
  readonly parameters: readonly [w: Variable] | readonly [w: Variable, bias: Variable];
  /** x [rows, d], or [rows, d − 1] where the last row of the columns [d, m] is a bias. */
  readonly rows: Node;
  /** Whether x̃ is (x, 1). */
  readonly bias: boolean;
  /** T, rows·m elements, as it is on the way to the loss, a bias included. */
  readonly outputs: Node;
  /** T without a bias that is a parameter of its own, [rows, m]. */
  readonly product: Node;
  /** T = XW': the columns are those of the transposed parameter. */
  readonly transposed: boolean;
}

/** h = γ∘x̂ + β per feature. */
export interface ScaleUse {
  readonly kind: "scale";
  /** Those of γ and β that there are, of one shape. */
  readonly parameters: readonly Variable[];
  readonly scale: Variable | null;
  readonly shift: Variable | null;
  /** x̂ [rows, features]; null where there is no γ. */
  readonly rows: Node | null;
  /** h, rows·features elements, as it is on the way to the loss. */
  readonly outputs: Node;
  /** How many axes of h are behind the features; 0 where they are last, 2 for the channels of [n, c, h, w]. */
  readonly behind: number;
}

/** Rows of a table [V, …] by index. */
export interface LookupUse {
  readonly kind: "lookup";
  readonly parameters: readonly [table: Variable];
  /** i32, one per row. */
  readonly indices: Node;
  /** bool, shaped like the indices: which rows count, where padding is left out; null: all. */
  readonly kept: Node | null;
  readonly outputs: Node;
}

/** A parameter that acts in another way. */
export interface FreeUse {
  readonly kind: "free";
  readonly parameters: readonly [Variable];
}

/** How parameters act in one application of a module. */
export type Use = (AffineUse | ScaleUse | LookupUse | FreeUse) & {
  /** The nodes that read the parameters in this use, with the position of the parameter. */
  readonly consumers: readonly Edge[];
};

/**
 * How the parameters of a module act between nodes that were there before (ids below `first`) and its
 * responses. A fact of the graph: T = X̃W is found whatever the module is called and however W is named.
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
  // A bias belongs to the product before it, also where it is declared first.
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

function useOf(parameter: Variable, [node, input]: Edge, site: Site): Use {
  const consumers: readonly Edge[] = [[node, input]];
  const all = (site.readers.get(parameter) ?? []).filter(([reader]) => reader === node);
  const free: Use = { kind: "free", parameters: [parameter], consumers: all };
  if (node.op === ops.affine && input === 1) {
    const rows = node.inputs[0] as Node;
    if (!site.varies(rows)) return free;
    const common = { rows, bias: true, outputs: node, product: node, transposed: false };
    return { kind: "affine", parameters: [parameter], ...common, consumers };
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

/** Rows by what the samples say, or of all positions, which are added to every sample. */
function lookup(table: Variable, node: Node, site: Site): Use | null {
  const indices = node.inputs[1] as Node;
  const common = {
    kind: "lookup" as const,
    parameters: [table] as const,
    consumers: [[node, 0]] as const,
  };
  const reader = onlyReader(node, site)?.[0] ?? null;
  if (site.varies(indices)) {
    // Rows that a condition puts another value in the place of, such as those of padding.
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

/** γ∘x̂, γ∘x̂ + β or x + β. */
function scale(parameter: Variable, edge: Edge, site: Site): Use | null {
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

/** The parameter like γ that is added where γ∘x̂ is read, if that is one place. */
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

/** A value [n, …, f…, …] as rows [rows, features]. */
function featuresLast(value: Node, { shape }: Variable, behind: number): Node {
  const rank = value.shape.length;
  const begin = rank - behind - shape.length;
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  const moved = [
    ...axes.slice(0, begin),
    ...axes.slice(rank - behind),
    ...axes.slice(begin, rank - behind),
  ];
  return reshape(behind === 0 ? value : transpose(value, moved), [-1, sizeOf(shape)]);
}

function affine(
  w: Variable,
  product: Node,
  transposed: boolean,
  consumers: Use["consumers"],
  site: Site,
): Use {
  const rows = product.inputs[0] as Node;
  const m = product.shape[1] as number;
  const isBias = (one: Variable) => one.shape.length === 1 && one.shape[0] === m;
  const own = biasAfter(product, site, isBias);
  if (own === null || transposed) {
    // A bias cannot be a row of columns that are those of W'; it is a use of its own, and T is with it.
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

/** Whether a product is of two matrices, the first one with rows that are made of the inputs. */
function isProduct({ inputs, shape }: Node, { varies }: Site): boolean {
  const matrices = shape.length === 2 && inputs.every((input) => input.shape.length === 2);
  return matrices && varies(inputs[0] as Node);
}

/** The addition of one of the module's parameters that is the only reader of a value, reshapes apart. */
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

/** T [rows, m] or h [rows, features] of a use, for values; gradients are taken of `outputs` itself. */
export function outputRows(use: AffineUse | ScaleUse): Node {
  const [w] = use.parameters as readonly [Variable];
  if (use.kind === "scale") return featuresLast(use.outputs, w, use.behind);
  const { outputs, transposed } = use;
  const m = (transposed ? w.shape[0] : w.shape[1]) as number;
  return outputs.shape.length === 2 ? outputs : reshape(outputs, [-1, m]);
}

/**
 * Rows of all positions of a sample added up: [n, d] of [n·T, d]. Row r belongs to sample ⌊r/inner⌋ mod n; by default
 * the rows of a sample lie together.
 */
export function sampleSums(
  rows: Node,
  samples: number,
  inner: number = (rows.shape[0] ?? 0) / samples,
): Node {
  const [all = 0, ...rest] = rows.shape;
  if (all === samples) return rows;
  const outer = all / (samples * inner);
  return sum(reshape(rows, [outer, samples, inner, ...rest]), { axis: [0, 2] });
}

/** The columns [d, m] of the parameters of a use, as values: W, or W' where transposed. */
export function columnsOf({ parameters: [w], transposed }: AffineUse): Node {
  return transposed ? transpose(w) : w;
}
