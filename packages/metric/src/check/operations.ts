import { augment, compile, constant, type Node, vmap } from "@metrigrad/graph";
import { type FloatType, type Tensor, tensor } from "@metrigrad/tensor";
import type { Block, MadeOf, SolveOptions, Solver } from "../blocks/block.ts";
import { flooredTraces } from "../blocks/damping.ts";
import { rowProducts } from "../blocks/rowProducts.ts";
import { luOf } from "../host/lu.ts";
import { product, transposed } from "../host/product.ts";
import { type MetricCheck, within } from "./report.ts";
import { drawn, type Subject } from "./subject.ts";

const damping = { relative: 0.01, absolute: 0.1 };
const tolerance = 1e-8;
const spread = 0.7;
/** The largest number of parameters for which the whole of (g + λI)^-½ is checked. */
const rootsUpTo = 64;

const everything = (value: Tensor): ArrayLike<number> => value.data();

/** What a block returns, and what it should return. */
interface Compared {
  readonly node: Node;
  readonly expected: ArrayLike<number>;
  /** What is compared of the value; by default all of it. */
  readonly seen?: (value: Tensor) => ArrayLike<number>;
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
  const order = d * m;
  const traces = tracesOf(block, dense);
  const floors = flooredTraces(traces, size, block.copies?.blocks.length);
  const lambdas = floors.map((trace) => damping.relative * trace + damping.absolute);
  const shifted = dense.slice();
  for (const [i, part] of elementsOf(block).entries()) {
    for (const k of part.shifted) {
      shifted[k * order + k] = (shifted[k * order + k] as number) + (lambdas[i] as number);
    }
  }
  const column = Float64Array.from(v.data());
  const lu = luOf(shifted, order);
  const applied = product(dense, column, order, order, 1);
  const node = constant(v);

  const compared = new Map<string, Compared>([
    ["apply", { node: block.apply(node), expected: applied }],
    ["quadratic", { node: block.quadratic(node), expected: product(column, applied, 1, order, 1) }],
    ["trace", { node: block.trace(), expected: traces }],
    ["diagonal", { node: block.diagonal(), expected: diagonalOf(dense, order) }],
    ["logdet", { node: block.logdet({ damping }), expected: logdets(block, shifted) }],
    ["toDense", { node: block.toDense(), expected: dense }],
  ]);
  for (const { solver } of block.costs) {
    const options = { damping, ...exactly(solver, size, store.float) };
    compared.set(`solve by ${solver}`, {
      node: block.solve(node, options),
      expected: lu.solve(column),
    });
  }
  if (order <= rootsUpTo) {
    const unit = Float64Array.from({ length: order ** 2 }, (_, at) =>
      Number(at % (order + 1) === 0),
    );
    const basis = constant(tensor(unit, { shape: [order, d, m] }));
    compared.set("inverseSqrt", {
      node: vmap((one: Node) => block.inverseSqrt(one, { damping }))(basis),
      expected: lu.solve(unit, order),
      seen: (value: Tensor) => {
        const roots = Float64Array.from(value.data());
        return product(transposed(roots, order, order), roots, order, order, order);
      },
    });
  }
  const { solveOutputs, madeOf } = block;
  if (solveOutputs !== null && madeOf !== null) {
    const cotangents = drawn(seed, "check/cotangents", [madeOf.x.shape[0] as number, m], spread);
    const { bare, along } = await outputSides(madeOf, store, cotangents, v);
    const full = bare.map((value, k) => value + (column[k] as number));
    const rest = { v: node, along };
    const others = block.costs.flatMap(({ solver }) =>
      solver === "qr" || solver === "nystrom" ? [solver] : [],
    );
    for (const solver of ["woodbury", "dense", ...others] as const) {
      const options = { damping, ...exactly(solver, size, store.float) };
      compared.set(`solveOutputs by ${solver}`, {
        node: solveOutputs(constant(cotangents), null, options),
        expected: lu.solve(bare),
      });
      compared.set(`solveOutputs by ${solver} with a rest`, {
        node: solveOutputs(constant(cotangents), rest, options),
        expected: lu.solve(full),
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

/** Returns the matrices of a block over which its λ, traces and determinants go, with their orders. */
function partsOf(block: Block, g: Float64Array): { matrix: Float64Array; order: number }[] {
  const width = block.d * block.m;
  return elementsOf(block).map(({ of }) => {
    const matrix = Float64Array.from({ length: of.length ** 2 }, (_, at) => {
      const [i, j] = [of[Math.floor(at / of.length)], of[at % of.length]] as [number, number];
      return g[i * width + j] as number;
    });
    return { matrix, order: of.length };
  });
}

function diagonalOf(matrix: Float64Array, order: number): Float64Array {
  return Float64Array.from({ length: order }, (_, i) => matrix[i * (order + 1)] as number);
}

function tracesOf(block: Block, g: Float64Array): number[] {
  return partsOf(block, g).map(({ matrix, order }) =>
    diagonalOf(matrix, order).reduce((sum, value) => sum + value, 0),
  );
}

function logdets(block: Block, shifted: Float64Array): number[] {
  return partsOf(block, shifted).map(({ matrix, order }) => luOf(matrix, order).logAbsDet);
}

/** Returns X̃'C, computed on the host from rows that it reads, and X̃V. */
async function outputSides(
  { x, bias }: MadeOf,
  store: Subject["store"],
  cotangents: Tensor,
  v: Tensor,
) {
  const program = await compile({ outputs: bias ? augment(x) : x }, store);
  const rows = await (await program.run()).read();
  await program.close();
  const [n = 0, d = 0] = rows.shape;
  const m = cotangents.shape[1] as number;
  const bare = product(transposed(rows.data(), n, d), cotangents.data(), d, n, m);
  return { bare, along: rowProducts(x, bias).forward(constant(v)) };
}

/** Returns the largest difference relative to the largest value. */
function difference(values: ArrayLike<number>, wanted: ArrayLike<number>): number {
  const all = Array.from(wanted);
  const scale = Math.max(...all.map(Math.abs), Number.MIN_VALUE);
  return all
    .map((value, i) => Math.abs((values[i] as number) - value) / scale)
    .reduce((worst, error) => Math.max(worst, error), 0);
}
