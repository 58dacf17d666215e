import { affine, compile, constant, matmul, type Node } from "@metrigrad/graph";
import type { Tensor } from "@metrigrad/tensor";
import { Matrix, solve } from "ml-matrix";
import type { Solver } from "../blocks/block.ts";
import type { RowsBlock } from "../blocks/rows.ts";
import { type MetricCheck, within } from "./report.ts";
import { drawn, type Subject } from "./subject.ts";

const damping = { relative: 0.01, absolute: 0.1 };
const solvers: readonly Solver[] = ["dense", "woodbury"];
const tolerance = 1e-8;

/**
 * Compares what a block does in its own way — products, trace, every solver, solving in the space
 * of the outputs — with its matrices and plain elimination on the host.
 */
export async function operationsCheck(
  name: string,
  { block, store, seed }: Subject,
  matrices: Tensor,
): Promise<MetricCheck> {
  const { d, m } = block;
  const v = drawn(seed, "check/v", [d, m]);
  const g = matricesOf(matrices, m);
  const traces = g.map((one) => one.trace());
  const shifted = g.map((one, i) => {
    const lambda = damping.relative * (traces[i] as number) + damping.absolute;
    return Matrix.add(one, Matrix.eye(d).mul(lambda));
  });
  const nodes: Record<string, Node> = { apply: block.apply(constant(v)), trace: block.trace() };
  const expected: Record<string, number[][]> = {
    apply: byColumn(v, g, (one, column) => one.mmul(column)),
    trace: [block.matrices === 1 ? traces.slice(0, 1) : traces],
  };
  const solved = byColumn(v, shifted, solve);
  for (const solver of "rows" in block ? solvers : [block.cost.solver]) {
    nodes[`solve by ${solver}`] = block.solve(constant(v), { solver, damping });
    expected[`solve by ${solver}`] = solved;
  }
  if ("rows" in block) {
    const rows = block as RowsBlock;
    const delta = drawn(seed, "check/delta", [rows.n as number, m]);
    const whole = await outputSides(rows, store, delta, v);
    const along = rowsTimes(rows, constant(v));
    const rest = { v: constant(v), along };
    nodes.solveOutputs = rows.solveOutputs(constant(delta), null, { damping });
    expected.solveOutputs = byColumn(whole.bare, shifted, solve);
    nodes["solveOutputs with a rest"] = rows.solveOutputs(constant(delta), rest, { damping });
    expected["solveOutputs with a rest"] = byColumn(whole.full, shifted, solve);
  }
  const program = await compile({ outputs: nodes }, store);
  const handles = await program.run();
  let [worst, at] = [0, "all of them"];
  for (const [operation, handle] of Object.entries(handles)) {
    const error = difference(await handle.read(), expected[operation] as number[][]);
    if (!(error <= worst)) [worst, at] = [error, operation];
  }
  await program.close();
  return within(name, worst, tolerance, `${Object.keys(nodes).length} operations, ${at} off by`);
}

/** X̃v. */
function rowsTimes({ rows }: RowsBlock, v: Node): Node {
  return rows.bias ? affine(rows.x, v) : matmul(rows.x, v);
}

/** X̃'Δ/n, and the same + V, with rows read to the host. */
async function outputSides(block: RowsBlock, store: Subject["store"], delta: Tensor, v: Tensor) {
  const program = await compile({ outputs: block.rows.x }, store);
  const x = asMatrix(await (await program.run()).read());
  await program.close();
  const full = block.rows.bias ? x.clone().addColumn(x.columns, new Array(x.rows).fill(1)) : x;
  const bare = full
    .transpose()
    .mmul(asMatrix(delta))
    .mul(1 / (block.n as number));
  return { bare, full: Matrix.add(bare, asMatrix(v)) };
}

function asMatrix(value: Tensor | Matrix): Matrix {
  return value instanceof Matrix ? value : new Matrix(value.toArray() as number[][]);
}

/** One matrix per unit. */
function matricesOf(matrices: Tensor, m: number): Matrix[] {
  const all = (matrices.toArray() as number[][][]).map((one) => new Matrix(one));
  return Array.from({ length: m }, (_, i) => all[all.length === 1 ? 0 : i] as Matrix);
}

/** f(g_i, v_i) for every column of v, as rows. */
function byColumn(
  v: Tensor | Matrix,
  g: readonly Matrix[],
  f: (g: Matrix, column: Matrix) => Matrix,
): number[][] {
  const columns = g.map((one, i) => f(one, asMatrix(v).getColumnVector(i)).to1DArray());
  return new Matrix(columns).transpose().to2DArray();
}

/** Largest difference relative to the largest value. */
function difference(got: Tensor, expected: readonly number[][]): number {
  const values = got.data();
  const wanted = expected.flat();
  const scale = Math.max(...wanted.map(Math.abs), Number.MIN_VALUE);
  return Math.max(...wanted.map((value, i) => Math.abs((values[i] as number) - value) / scale));
}
