import { compile, constant, type Node, vmap } from "@metrigrad/graph";
import { type FloatType, type Tensor, tensor } from "@metrigrad/tensor";
import { inverse, LuDecomposition, Matrix, solve } from "ml-matrix";
import type { Block, MadeOf, SolveOptions, Solver } from "../blocks/block.ts";
import { flooredTraces } from "../blocks/damping.ts";
import { rowProducts } from "../blocks/rowProducts.ts";
import { type MetricCheck, within } from "./report.ts";
import { drawn, type Subject } from "./subject.ts";

const damping = { relative: 0.01, absolute: 0.1 };
const tolerance = 1e-8;
const spread = 0.7;
/** The largest number of parameters for which the whole of (g + λI)^-½ is checked. */
const rootsUpTo = 64;

const everything = (value: Tensor): readonly number[] => [...value.data()];

/** What a block returns, and what it should return. */
interface Compared {
  readonly node: Node;
  readonly expected: readonly number[];
  /** What is compared of the value; by default all of it. */
  readonly seen?: (value: Tensor) => readonly number[];
}

/**
 * Compares the operations of a block with its dense matrix [dm, dm] and plain elimination on the host.
 *
 * The operations are products, trace, every solver, roots, determinants, and solving in the space of the outputs.
 * Conjugate gradients get as many steps as make them exact.
 */
export async function operationsCheck(
  { block, store, seed }: Pick<Subject, "block" | "store" | "seed">,
  dense: Float64Array,
): Promise<MetricCheck> {
  const { d, m, size } = block;
  const v = drawn(seed, "check/v", [d, m], spread);
  const g = Matrix.from1DArray(d * m, d * m, dense);
  const traces = tracesOf(block, g);
  const floors = flooredTraces(traces, size, block.copies?.blocks.length);
  const lambdas = floors.map((trace) => damping.relative * trace + damping.absolute);
  const shifts = new Float64Array(d * m);
  for (const [i, part] of elementsOf(block).entries())
    for (const k of part.shifted) shifts[k] = lambdas[i] as number;
  const shifted = Matrix.add(g, Matrix.diag([...shifts]));
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
    const options = { damping, ...exactly(solver, size, store.float) };
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
    const others = block.costs.flatMap(({ solver }) =>
      solver === "qr" || solver === "nystrom" ? [solver] : [],
    );
    for (const solver of ["woodbury", "dense", ...others] as const) {
      const options = { damping, ...exactly(solver, size, store.float) };
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

/** Returns enough steps, and the full rank, for a solver to be exact up to rounding. */
function exactly(solver: Solver, size: number, float: FloatType): SolveOptions {
  if (solver === "nystrom") return { solver, rank: size, iterations: 2 * size, float };
  return solver === "cg" ? { solver, iterations: 2 * size } : { solver };
}

/**
 * The elements of the flattened parameter [d, m] that a matrix of the block is over, and those that its λ is added
 * to.
 */
interface Elements {
  /** The elements of the matrix; those of the first unit if all share it. */
  readonly of: readonly number[];
  readonly shifted: readonly number[];
}

/** Returns the elements am + i for unit i, or all elements if the units are coupled. */
function elementsOf({ d, m, columns, matrices, copies }: Block): Elements[] {
  if (copies !== null) return ofCopies(copies);
  const whole = Array.from({ length: d * m }, (_, k) => k);
  if (columns === "coupled") return [{ of: whole, shifted: whole }];
  return Array.from({ length: matrices }, (_, i) => {
    const own = whole.filter((k) => k % m === i);
    return { of: own, shifted: columns === "shared" ? whole : own };
  });
}

/** Returns the elements of copies. The rows of each parameter lie together, copy after copy. */
function ofCopies({ blocks, rows }: NonNullable<Block["copies"]>): Elements[] {
  const m = (blocks[0] as Block).m;
  return blocks.flatMap((block, copy) => {
    let begin = 0;
    const own = rows.flatMap((count) => {
      const from = (begin + copy * count) * m;
      begin += blocks.length * count;
      return Array.from({ length: count * m }, (_, k) => from + k);
    });
    const within = (list: readonly number[]) => list.map((k) => own[k] as number);
    return elementsOf(block).map((one) => ({ of: within(one.of), shifted: within(one.shifted) }));
  });
}

function partsOf(block: Block, g: Matrix): Matrix[] {
  return elementsOf(block).map(({ of }) => g.selection([...of], [...of]));
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

/** Returns X̃'C as a column, computed on the host from rows that it reads, and X̃V. */
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

/** Returns the largest difference relative to the largest value. */
function difference(values: readonly number[], wanted: readonly number[]): number {
  const scale = Math.max(...wanted.map(Math.abs), Number.MIN_VALUE);
  return wanted
    .map((value, i) => Math.abs((values[i] as number) - value) / scale)
    .reduce((worst, error) => Math.max(worst, error), 0);
}
