import {
  broadcastTo,
  concat,
  expandDims,
  eye,
  fill,
  mul,
  type Node,
  reshape,
  transpose,
} from "@metrigrad/graph";
import { sizeOf } from "@metrigrad/tensor";
import type { Block, MadeOf } from "./block.ts";
import { factorWeights } from "./factorWeights.ts";
import { flattened } from "./flattened.ts";
import { marquardtBlock } from "./marquardt.ts";
import { withRowFloats } from "./rowFloats.ts";
import { rowsBlock, weightedRows } from "./rows.ts";
import { root } from "./rowWeights.ts";

/**
 * Adds blocks of rows over one parameter [d, m] by putting all their rows into one block. So few rows are solved in
 * their own space.
 *
 * Rows that are weighted in different ways take the most general weights among them: I_m, ν_s I_m, diag ν_s, F_sF_s',
 * or derivatives by the whole parameter.
 */
export function joined(all: readonly MadeOf[], of: Pick<Block, "d" | "m" | "form">): Block {
  const block = undamped(all, of);
  return all.every(({ damping }) => damping === "diagonal") ? marquardtBlock(block) : block;
}

function undamped(all: readonly MadeOf[], { d, m, form }: Pick<Block, "d" | "m" | "form">): Block {
  const share = all[0]?.share ?? 1;
  const ratio = (one: MadeOf) => one.share / share;
  const join = (part: (one: MadeOf) => Node) => concat(all.map(part), 0);
  // The sum has no outputs, since the parameters act through the outputs of all uses.
  const common = { form, share, outputs: null };
  const sized = (block: Block, ...made: readonly Node[]) =>
    all.length === 1 ? block : withRowFloats(block, floatsOf(made));
  if (all.some(({ flat }) => flat)) {
    const x = join((one) => times(flatRows(one, m), Math.sqrt(ratio(one))));
    const column = rowsBlock({ ...common, x, bias: false, nu: null, m: 1 });
    return withRowFloats(flattened(column, d, m), floatsOf([x]));
  }
  const bias = all.every((one) => one.bias);
  const x = join((one) => (bias ? one.x : fullRows(one)));
  if (all.some(({ factors }) => factors !== null)) {
    const own = new Map(all.map((one) => [one, factorsOf(one, m)]));
    const r = Math.max(...[...own.values()].map(({ shape }) => shape[2] as number));
    const factors = join((one) => padded(times(own.get(one) as Node, Math.sqrt(ratio(one))), r));
    const block = weightedRows({ ...common, x, bias, m }, factorWeights(factors));
    return sized(withRowFloats(block, floatsOf([factors])), x);
  }
  const units = Math.max(0, ...all.map(({ nu }) => nu?.shape[1] ?? 0));
  if (units > 0 || all.some((one) => one.share !== share)) {
    const columns = Math.max(units, 1);
    const nu = join((one) => times(weightsOf(one, columns), ratio(one)));
    return sized(rowsBlock({ ...common, x, bias, nu, m }), x, nu);
  }
  return sized(rowsBlock({ ...common, x, bias, nu: null, m }), x);
}

function floatsOf(made: readonly Node[]): number {
  return made.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

function times(value: Node, factor: number): Node {
  return factor === 1 ? value : mul(value, factor);
}

/** Returns the rows x̃ [n, d] with their ones. */
function fullRows({ x, bias }: MadeOf): Node {
  return bias ? concat([x, fill([x.shape[0] as number, 1], 1)], 1) : x;
}

/** Returns the weights ν [n, m]. */
function weightsOf({ x, nu }: MadeOf, m: number): Node {
  const shape = [x.shape[0] as number, m];
  return nu === null ? fill(shape, 1) : broadcastTo(nu, shape);
}

/** Returns factors F [n, m, r] such that FF' are the weights of a row. */
function factorsOf(one: MadeOf, m: number): Node {
  if (one.factors !== null) return one.factors;
  if (one.nu === null) return broadcastTo(eye(m), [one.x.shape[0] as number, m, m]);
  return mul(expandDims(root(weightsOf(one, m)), 2), eye(m));
}

/** Returns the derivatives by the parameter flattened row-major, [nr, dm]. */
function flatRows(one: MadeOf, m: number): Node {
  if (one.flat) return one.x;
  const [x, factors] = [fullRows(one), transpose(factorsOf(one, m))];
  const [[n = 0, d = 0], [, r = 0]] = [x.shape, factors.shape];
  const rows = mul(reshape(x, [n, 1, d, 1]), reshape(factors, [n, r, 1, m]));
  return reshape(rows, [n * r, d * m]);
}

/** Widens F [n, m, r] by columns of zeros. */
function padded(factors: Node, r: number): Node {
  const [n = 0, m = 0, own = 0] = factors.shape;
  return own === r ? factors : concat([factors, fill([n, m, r - own], 0)], 2);
}
