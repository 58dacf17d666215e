import {
  isVariable,
  type Node,
  structuralOps as ops,
  patchRows,
  reshape,
  sum,
  transpose,
  type Variable,
} from "@metrigrad/graph";
import { sizeOf } from "@metrigrad/tensor";

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

/** h = γ∘x̂ + β per feature, of the last axes. */
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
}

/** Rows of a table [V, …] by index. */
export interface LookupUse {
  readonly kind: "lookup";
  readonly parameters: readonly [table: Variable];
  /** i32, one per row. */
  readonly indices: Node;
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

/** One place where a node is read. */
export type Edge = readonly [node: Node, input: number];

/** The nodes of one application. */
interface Site {
  /** Who reads each node, in the order of creation. */
  readonly readers: ReadonlyMap<Node, readonly Edge[]>;
  /** The responses. */
  readonly exits: ReadonlySet<Node>;
  readonly parameters: ReadonlySet<Node>;
  /** Whether a value is made of the inputs: rows of a weight that is made of parameters are no samples. */
  readonly varies: (node: Node) => boolean;
}

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
  const isAdded = ({ edge: [{ op }] }: (typeof edges)[number]) => op === ops.add;
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
  if (node.op === ops.affinePatches && input === 1) {
    const { bias, groups } = node.attrs as { readonly bias: boolean; readonly groups: number };
    // With groups the columns have patches of their own, which one list of rows does not say.
    if (groups > 1 || !site.varies(node.inputs[0] as Node)) return free;
    const common = { rows: patchRows(node), bias, outputs: node, product: node, transposed: false };
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
  if (node.op === ops.gather && input === 0) {
    const indices = node.inputs[1] as Node;
    if (!site.varies(indices)) return free;
    return { kind: "lookup", parameters: [parameter], indices, outputs: node, consumers };
  }
  const other = node.inputs[1 - input];
  if (other === undefined || !site.varies(other)) return free;
  if (node.op === ops.mul && isPerFeature(parameter, node)) {
    const rows = featureRows(other, node, parameter);
    if (rows === null) return free;
    const added = biasAfter(node, site, (bias) => sameSize(bias, parameter));
    if (added === null) {
      const own = { scale: parameter, shift: null, rows, outputs: node, consumers };
      return { kind: "scale", parameters: [parameter], ...own };
    }
    return {
      kind: "scale",
      parameters: [parameter, added.bias],
      scale: parameter,
      shift: added.bias,
      rows,
      outputs: added.node,
      consumers: [...consumers, [added.node, added.input]],
    };
  }
  if (node.op === ops.add && isPerFeature(parameter, node)) {
    const own = { scale: null, shift: parameter, rows: null, outputs: node, consumers };
    return { kind: "scale", parameters: [parameter], ...own };
  }
  return free;
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

/** Where a value is read, if that is one place and the value is no response. */
function onlyReader(value: Node, { readers, exits }: Site): Edge | null {
  const [only, ...others] = readers.get(value) ?? [];
  return only === undefined || others.length > 0 || exits.has(value) ? null : only;
}

/** Whether a parameter [f…] is along the last axes of what it is combined with. */
function isPerFeature({ shape }: Variable, { shape: all }: Node): boolean {
  const last = all.slice(all.length - shape.length);
  return (
    shape.length > 0 && all.length > shape.length && shape.every((n, axis) => n === last[axis])
  );
}

/** The other operand [rows, features] of a product per feature; null where it does not vary over rows. */
function featureRows(other: Node, { shape }: Node, { shape: own }: Variable): Node | null {
  if (sizeOf(other.shape) !== sizeOf(shape)) return null;
  return reshape(other, [-1, sizeOf(own)]);
}

function sameSize(a: Variable, b: Variable): boolean {
  return a.shape.length === b.shape.length && a.shape.every((n, axis) => n === b.shape[axis]);
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

/** The nodes that were made since, without walking into what was there before. */
function siteOf(responses: readonly Node[], parameters: readonly Node[], first: number): Site {
  const readers = new Map<Node, [node: Node, input: number][]>();
  const seen = new Set<Node>();
  const open = responses.filter(({ id }) => id >= first);
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    for (const [at, input] of node.inputs.entries()) {
      const list = readers.get(input) ?? [];
      list.push([node, at]);
      readers.set(input, list);
      if (input.id >= first) open.push(input);
    }
  }
  for (const list of readers.values()) list.sort(([a], [b]) => a.id - b.id);
  const moved = new Set<Node>();
  const varies = (node: Node) => (node.id < first ? !isVariable(node) : moved.has(node));
  // Inputs of a node are older than it.
  for (const node of [...seen].sort((a, b) => a.id - b.id)) {
    if (node.inputs.some(varies)) moved.add(node);
  }
  return { readers, exits: new Set(responses), parameters: new Set(parameters), varies };
}

/** T [rows, m] of a use, for values; gradients are taken of `outputs` itself. */
export function outputRows({ outputs, parameters: [w], transposed }: AffineUse): Node {
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
