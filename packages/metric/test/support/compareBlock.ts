import { compile, constant, fill, type Node, vmap } from "@metrigrad/graph";
import type { Block, Hold, SolveOptions, Solver } from "@metrigrad/metric";
import { type FloatType, type Store, type Tensor, tensor } from "@metrigrad/tensor";
import { inverse, Matrix, solve } from "ml-matrix";
import { asTensor, matrixOf } from "./draws.ts";

/** The rows x̃ of a block that is solved in the space of its outputs. */
export interface Expected {
  /** The block over the parameter flattened row-major, [dm, dm], made on the host. */
  readonly dense: Matrix;
  /** x̃ [n, d], where the block has `solveOutputs`. */
  readonly rows?: Matrix;
  /** What stands for g + λI, where that is not the sum; of the first λ, and of those of all parameters. */
  readonly damped?: (lambda: number, all: readonly number[]) => Matrix;
}

interface Compared {
  readonly node: Node;
  readonly expected: readonly number[];
  readonly seen?: (value: Tensor) => readonly number[];
  /** Least size that errors are relative to; 1e-3 by default. */
  readonly least?: number;
}

const everything = (value: Tensor): readonly number[] => [...value.data()];

/** Dampings that every solver is tried with. */
const dampings = [{ relative: 0.05, absolute: 0.2 }, { relative: 0.1 }];

/** Every operation of a block against a dense matrix on the host: the largest error of each. */
export async function compareBlock(
  block: Block,
  { dense, rows, damped }: Expected,
  store: Store,
): Promise<Map<string, number>> {
  const { d, m, matrices } = block;
  const size = d * m;
  const v = matrixOf("v", d, m);
  const node = constant(asTensor(v));
  const column = Matrix.columnVector(v.to1DArray());
  const mine = (k: number) => (block.columns === "own" ? k % m : 0);
  const copies = block.columns === "shared" ? m : 1;
  const traces = Array.from({ length: matrices }, (_, i) =>
    dense.diag().reduce((sum, value, k) => (mine(k) === i ? sum + value / copies : sum), 0),
  );
  const all = new Map<string, Compared>([
    ["apply", { node: block.apply(node), expected: dense.mmul(column).to1DArray() }],
    [
      "quadratic",
      {
        node: block.quadratic(node),
        expected: column.transpose().mmul(dense).mmul(column).to1DArray(),
      },
    ],
    ["trace", { node: block.trace(), expected: traces }],
    ["diagonal", { node: block.diagonal(), expected: dense.diag() }],
    ["toDense", { node: block.toDense(), expected: dense.to1DArray() }],
  ]);
  const base = block.toMatrices();
  all.set("accumulate, of itself", {
    node: block.accumulate(base, 0.25, 0.5),
    expected: matricesOf(block, dense).flatMap((part) => part.mul(0.75).to1DArray()),
  });
  for (const damping of dampings) {
    const { relative = 0, absolute = 0 } = damping;
    const lambdas = traces.map((trace) => relative * trace + absolute);
    const shifts = Array.from({ length: size }, (_, k) => lambdas[mine(k)] as number);
    const shifted = damped?.(shifts[0] as number, shifts) ?? Matrix.add(dense, Matrix.diag(shifts));
    const name = JSON.stringify(damping);
    const solved = solve(shifted, column).to1DArray();
    const solvers = new Set<Solver>(["dense", "cg", ...block.costs.map(({ solver }) => solver)]);
    for (const solver of solvers) {
      if (isIterative(solver) && absolute === 0) continue;
      const made = block.prepare(null, { ...exact(solver, size, store.float), damping });
      const x = made.solve(node);
      const residual = made.residual(node, x);
      all.set(`solve by ${solver}, ${name}`, { node: x, expected: solved });
      all.set(`λ of ${solver}, ${name}`, { node: made.lambda(), expected: lambdas });
      all.set(`residual of ${solver}, ${name}`, { node: residual, expected: [0], least: 1 });
    }
    for (const { solver } of block.costs.slice(0, 2)) {
      if (isIterative(solver)) continue;
      const prepared = block.prepare(ofNow, { damping, solver });
      all.set(`prepared by ${solver}, ${name}`, { node: prepared.solve(node), expected: solved });
      all.set(`prepared product by ${solver}, ${name}`, {
        node: prepared.apply(node),
        expected: dense.mmul(column).to1DArray(),
      });
      all.set(`prepared λ of ${solver}, ${name}`, { node: prepared.lambda(), expected: lambdas });
    }
    all.set(`damped, ${name}`, {
      node: block.damped(node, { damping }),
      expected: shifted.mmul(column).to1DArray(),
    });
    all.set(`logdet, ${name}`, {
      node: block.logdet({ damping }),
      expected: logdets(block, shifted),
    });
    const basis = constant(tensor(Matrix.eye(size).to1DArray(), { shape: [size, d, m] }));
    all.set(`inverseSqrt, ${name}`, {
      node: vmap((one: Node) => block.inverseSqrt(one, { damping }))(basis),
      expected: inverse(shifted).to1DArray(),
      seen: (value) => {
        const columns = Matrix.from1DArray(size, size, value.data());
        return columns.transpose().mmul(columns).to1DArray();
      },
    });
    const { solveOutputs } = block;
    if (rows === undefined || solveOutputs === null) continue;
    const delta = matrixOf("delta", rows.rows, m);
    const bare = Matrix.columnVector(rows.transpose().mmul(delta).to1DArray());
    const rest = { v: node, along: constant(asTensor(rows.mmul(v))) };
    const given = constant(asTensor(delta));
    const others = block.costs.flatMap(({ solver }) =>
      solver === "qr" || (solver === "nystrom" && absolute > 0) ? [solver] : [],
    );
    for (const solver of ["woodbury", "dense", ...others] as const) {
      const options = { ...exact(solver, size, store.float), damping };
      all.set(`solveOutputs by ${solver}, ${name}`, {
        node: solveOutputs(given, null, options),
        expected: solve(shifted, bare).to1DArray(),
      });
      all.set(`solveOutputs by ${solver} with a rest, ${name}`, {
        node: solveOutputs(given, rest, options),
        expected: solve(shifted, Matrix.add(bare, column)).to1DArray(),
      });
    }
  }
  return errorsOf(all, store);
}

/** A Hold that updates before it is read: what it holds is of now, in the form in which it is held. */
const ofNow: Hold = (_, { shape }, next) => next(fill(shape, 0));

const isIterative = (solver: Solver) => solver === "cg" || solver === "nystrom";

/** Enough steps, and the full rank, for solvers to be exact in rounding. */
function exact(solver: Solver, size: number, float: FloatType): SolveOptions {
  if (solver === "nystrom") return { solver, rank: size, iterations: 2 * size, float };
  return solver === "cg" ? { solver, iterations: 2 * size } : { solver };
}

/** ln det of each matrix of a block, from the matrix over all parameters. */
function logdets(block: Block, shifted: Matrix): number[] {
  return matricesOf(block, shifted).map((part) =>
    cholesky(part).reduce((sum, value) => sum + 2 * Math.log(value), 0),
  );
}

/** The distinct matrices of a block, from that over all parameters. */
export function matricesOf(
  { d, m, columns, matrices }: Pick<Block, "d" | "m" | "columns" | "matrices">,
  dense: Matrix,
): Matrix[] {
  if (columns === "coupled") return [dense.clone()];
  return Array.from({ length: matrices }, (_, i) => {
    const own = Array.from({ length: d }, (_, a) => a * m + i);
    return dense.selection(own, own);
  });
}

/** The diagonal of the Cholesky factor. */
function cholesky(g: Matrix): number[] {
  const factor = Matrix.zeros(g.rows, g.rows);
  for (let i = 0; i < g.rows; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = g.get(i, j);
      for (let k = 0; k < j; k++) rest -= factor.get(i, k) * factor.get(j, k);
      factor.set(i, j, i === j ? Math.sqrt(rest) : rest / factor.get(j, j));
    }
  }
  return factor.diag();
}

async function errorsOf(
  compared: ReadonlyMap<string, Compared>,
  store: Store,
): Promise<Map<string, number>> {
  const outputs = Object.fromEntries([...compared].map(([name, { node }]) => [name, node]));
  const program = await compile({ outputs }, store);
  const handles = await program.run();
  const errors = new Map<string, number>();
  for (const [name, { expected, seen = everything, least = 1e-3 }] of compared) {
    const handle = handles[name] as (typeof handles)[string];
    const values = seen(await handle.read());
    const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), least);
    const error =
      values.length === expected.length
        ? values.reduce(
            // Math.max keeps NaN.
            (most, value, i) => Math.max(most, Math.abs(value - (expected[i] as number)) / scale),
            0,
          )
        : Number.POSITIVE_INFINITY;
    errors.set(name, error);
  }
  await program.close();
  return errors;
}
