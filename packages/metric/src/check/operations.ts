import { compile, constant, type Node, vmap } from "@metrigrad/graph";
import { type Tensor, tensor } from "@metrigrad/tensor";
import { inverse, LuDecomposition, Matrix, solve } from "ml-matrix";
import type { Block, MadeOf } from "../blocks/block.ts";
import { flooredTraces } from "../blocks/damping.ts";
import { rowProducts } from "../blocks/rowProducts.ts";
import { type MetricCheck, within } from "./report.ts";
import { drawn, type Subject } from "./subject.ts";

const damping = { relative: 0.01, absolute: 0.1 };
const tolerance = 1e-8;
const spread = 0.7;
/** Largest number of parameters for which all of (g + λI)^-½ is looked at. */
const rootsUpTo = 64;

const everything = (value: Tensor): readonly number[] => [...value.data()];

/** What a block gives, and what it should. */
interface Compared {
  readonly node: Node;
  readonly expected: readonly number[];
  /** What is compared of the value. */
  readonly seen?: (value: Tensor) => readonly number[];
}

/**
 * Compares what a block does in its own way — products, trace, every solver, roots, determinants,
 * solving in the space of the outputs — with its dense matrix [dm, dm] and plain elimination on the
 * host. Conjugate gradients get as many steps as are exact.
 */
export async function operationsCheck(
  { block, store, seed }: Pick<Subject, "block" | "store" | "seed">,
  dense: Float64Array,
): Promise<MetricCheck> {
  const { d, m, size } = block;
  const v = drawn(seed, "check/v", [d, m], spread);
  const g = Matrix.from1DArray(d * m, d * m, dense);
  const traces = tracesOf(block, g);
  const floors = flooredTraces(traces, size);
  const lambdas = floors.map((trace) => damping.relative * trace + damping.absolute);
  const byUnit = (k: number) => lambdas[block.matrices === 1 ? 0 : k % m] as number;
  const shifted = Matrix.add(g, Matrix.diag(Array.from({ length: d * m }, (_, k) => byUnit(k))));
  const column = Matrix.columnVector(v.data());
  const values = (matrix: Matrix) => matrix.to1DArray();
  const solved = values(solve(shifted, column));
  const node = constant(v);

  const compared = new Map<string, Compared>([
    ["apply", { node: block.apply(node), expected: values(g.mmul(column)) }],
    [
      "quadratic",
      { node: block.quadratic(node), expected: values(column.transpose().mmul(g).mmul(column)) },
    ],
    ["trace", { node: block.trace(), expected: traces }],
    ["diagonal", { node: block.diagonal(), expected: g.diag() }],
    ["logdet", { node: block.logdet({ damping }), expected: logdets(block, shifted) }],
    ["toDense", { node: block.toDense(), expected: values(g) }],
  ]);
  for (const { solver } of block.costs) {
    const options = { solver, damping, ...(solver === "cg" ? { iterations: 2 * size } : {}) };
    compared.set(`solve by ${solver}`, { node: block.solve(node, options), expected: solved });
  }
  if (d * m <= rootsUpTo) {
    const basis = constant(tensor(Matrix.eye(d * m).to1DArray(), { shape: [d * m, d, m] }));
    compared.set("inverseSqrt", {
      node: vmap((one: Node) => block.inverseSqrt(one, { damping }))(basis),
      expected: values(inverse(shifted)),
      seen: (value: Tensor) => {
        const roots = Matrix.from1DArray(d * m, d * m, value.data());
        return values(roots.transpose().mmul(roots));
      },
    });
  }
  const { solveOutputs, madeOf } = block;
  if (solveOutputs !== null && madeOf !== null) {
    const cotangents = drawn(seed, "check/cotangents", [madeOf.x.shape[0] as number, m], spread);
    const { bare, along } = await outputSides(madeOf, store, cotangents, v);
    const full = Matrix.add(bare, column);
    const rest = { v: node, along };
    for (const solver of ["woodbury", "dense"] as const) {
      const options = { solver, damping };
      compared.set(`solveOutputs by ${solver}`, {
        node: solveOutputs(constant(cotangents), null, options),
        expected: values(solve(shifted, bare)),
      });
      compared.set(`solveOutputs by ${solver} with a rest`, {
        node: solveOutputs(constant(cotangents), rest, options),
        expected: values(solve(shifted, full)),
      });
    }
  }

  const outputs = Object.fromEntries([...compared].map(([key, { node: value }]) => [key, value]));
  const program = await compile({ outputs }, store);
  const handles = await program.run();
  let [worst, at] = [0, "all of them"];
  for (const [operation, { expected, seen = everything }] of compared) {
    const handle = handles[operation] as (typeof handles)[string];
    const error = difference(seen(await handle.read()), expected);
    if (!(error <= worst)) [worst, at] = [error, operation];
  }
  await program.close();
  return within("operations", worst, tolerance, `${compared.size} operations, ${at} off by`);
}

/** Entries (am + i, bm + i) of [dm, dm] as a matrix for unit i; all of it where units are coupled. */
function partsOf({ d, m, columns, matrices }: Block, g: Matrix): Matrix[] {
  if (columns === "coupled") return [g];
  return Array.from({ length: matrices }, (_, i) => {
    const own = Array.from({ length: d }, (_, a) => a * m + i);
    return g.selection(own, own);
  });
}

function tracesOf(block: Block, g: Matrix): number[] {
  return partsOf(block, g).map((part) => part.trace());
}

function logdets(block: Block, shifted: Matrix): number[] {
  return partsOf(block, shifted).map((part) => {
    const factor = new LuDecomposition(part).upperTriangularMatrix;
    return factor.diag().reduce((total, value) => total + Math.log(Math.abs(value)), 0);
  });
}

/** X̃'C as a column, computed on the host from rows read to it, and X̃V. */
async function outputSides(
  { x, bias }: MadeOf,
  store: Subject["store"],
  cotangents: Tensor,
  v: Tensor,
) {
  const program = await compile({ outputs: x }, store);
  const own = asMatrix(await (await program.run()).read());
  await program.close();
  const full = bias ? own.clone().addColumn(own.columns, new Array(own.rows).fill(1)) : own;
  const product = full.transpose().mmul(asMatrix(cotangents));
  const bare = Matrix.columnVector(product.to1DArray());
  return { bare, along: rowProducts(x, bias).forward(constant(v)) };
}

function asMatrix(value: Tensor): Matrix {
  return new Matrix(value.toArray() as number[][]);
}

/** Largest difference relative to the largest value. */
function difference(values: readonly number[], wanted: readonly number[]): number {
  const scale = Math.max(...wanted.map(Math.abs), Number.MIN_VALUE);
  return wanted
    .map((value, i) => Math.abs((values[i] as number) - value) / scale)
    .reduce((worst, error) => Math.max(worst, error), 0);
}
