import { input, transpose } from "@metrigrad/graph";
import { inPieces, MetricError, type Store, type Tensor, tensor } from "@metrigrad/tensor";
import type { Block, Columns, Solver } from "../blocks/block.ts";
import { flooredTraces, isDamped } from "../blocks/damping.ts";
import { packed } from "../core/packing.ts";
import { chosenSolvers } from "../core/solverChoice.ts";
import type { Subsystem } from "../core/subsystems.ts";
import { eigenvaluesOf } from "../host/symmetricEigenvalues.ts";
import {
  type BlockSolveOptions,
  dampedSolve,
  type SolveDamping,
  shiftFeeds,
  shiftInput,
  singular,
} from "./dampedSolve.ts";
import { checkDirections } from "./directions.ts";
import { leastEigenvalue, logdetOf } from "./eigenvalues.ts";
import { programs } from "./programs.ts";
import { checkDenseSize, spreadMatrices } from "./spread.ts";

/**
 * The metric ḡ of one subsystem on a batch, with its operations on tensors.
 *
 * It is one matrix [d, d] for all m units, one for each unit, or one [dm, dm] over all of them. Methods that take a
 * vector throw {@link ShapeError} unless it is [d, m].
 *
 * @category Geometry
 */
export interface RfimBlock {
  /** The place of the module in the model. */
  readonly path: string;
  /** The names of the parameters. Several parameters are flattened, one after the other, into columns [d, m]. */
  readonly params: readonly string[];
  /** The name of the law of the response whose Fisher information this is. */
  readonly law: string;
  /** Where the closed form comes from. */
  readonly source: string;
  /** The name of the constructor that made the block, such as "sharedGram". */
  readonly form: string;
  /** The number d of parameters of a unit. */
  readonly d: number;
  /** The number m of units. */
  readonly m: number;
  /** The number of rows of the batch; null if the block is not made of rows. */
  readonly n: number | null;
  /** Which units share a matrix. */
  readonly columns: Columns;
  /** The number of different matrices: m where each unit has its own, else 1. */
  readonly matrices: number;
  /** The order of each matrix: d, or dm if the units are coupled. */
  readonly size: number;
  /**
   * Returns the explicit matrices. Throws {@link MetricError} above 1 GiB.
   *
   * @returns The matrices, [matrices, size, size].
   */
  toMatrices(): Promise<Tensor>;
  /**
   * Returns one matrix over the flattened parameter. Throws {@link MetricError} above 1 GiB.
   *
   * @returns The matrix, [dm, dm].
   */
  toDense(): Promise<Tensor>;
  /**
   * Computes the eigenvalues of each matrix on the host.
   *
   * @returns The eigenvalues in ascending order, [matrices, size].
   */
  eigenvalues(): Promise<Tensor>;
  /**
   * Returns the trace of each matrix.
   *
   * @returns The traces, [matrices].
   */
  trace(): Promise<Tensor>;
  /**
   * Multiplies by ḡ + λI, or by what the block has in its place, such as split Kronecker factors.
   *
   * @param v - The vector, [d, m].
   * @param damping - The damping λ; 0 by default.
   * @returns The product, [d, m].
   */
  damped(v: Tensor, damping?: SolveDamping): Promise<Tensor>;
  /**
   * Returns ln det(ḡ + λI) of each matrix; −∞ for a singular matrix.
   *
   * @param damping - The damping λ; 0 by default.
   * @returns The natural logarithms, [matrices].
   */
  logdet(damping?: SolveDamping): Promise<Tensor>;
  /**
   * Multiplies by the metric: ḡδ.
   *
   * @param delta - The vector δ, [d, m].
   * @returns The product, [d, m].
   */
  apply(delta: Tensor): Promise<Tensor>;
  /**
   * Returns the squared length δ'ḡδ of a step, in nats.
   *
   * @param delta - The step δ, [d, m].
   * @returns The squared length.
   */
  quadratic(delta: Tensor): Promise<number>;
  /** The solvers that `solve` accepts, the one that the cost model prefers first. */
  readonly solvers: readonly Solver[];
  /**
   * Solves with the damped metric: (ḡ + λI)⁻¹v. Throws {@link MetricError} if ḡ + λI is singular, and for a solver
   * that the block does not have.
   *
   * @param v - The right side, [d, m].
   * @param options - The damping and the solver.
   * @returns The solution, [d, m].
   */
  solve(v: Tensor, options?: BlockSolveOptions): Promise<Tensor>;
  /**
   * Returns Rv with RR' = (ḡ + λI)⁻¹: white noise v becomes noise with that covariance. Throws {@link MetricError} if
   * ḡ + λI is singular.
   *
   * @param v - The vector, [d, m].
   * @param damping - The damping λ; 0 by default.
   * @returns The product, [d, m].
   */
  inverseSqrt(v: Tensor, damping?: SolveDamping): Promise<Tensor>;
  /**
   * Draws from N(0, ḡ). Each call returns the next draw, by the seed and the counter of the store.
   *
   * @returns The draw, [d, m].
   */
  sample(): Promise<Tensor>;
  /** Frees the programs. */
  close(): Promise<void>;
}

/** Makes the geometry of one subsystem on a store. Throws MetricError for a parameter of another shape. */
export function blockGeometry(
  { path, params, names, source, block, responses }: Subsystem & { readonly block: Block },
  store: Store,
  feeds: Readonly<Record<string, Tensor>>,
): RfimBlock {
  const { d, m, n, columns, matrices, size, form } = block;
  packed(block, params);
  const where = `rfim, block of ${path === "" ? names[0] : path}`;
  const solvers = block.costs.map((cost) => cost.solver);
  const name = names.join(" + ");
  const check = (value: Tensor) =>
    checkDirections(where, { [name]: value }, { shapes: new Map([[name, [d, m]]]), plain: [] });

  const v = input("metric/v", [d, m]);
  const { float } = store;
  const at = () => ({ damping: { absolute: shiftInput(block) }, float });
  const table = programs(store, feeds, {
    matrices: () => [block.toMatrices()],
    dense: () => [block.toDense()],
    factors: () => block.factors ?? [],
    diagonal: () => (block.diagonalValues === null ? [] : [transpose(block.diagonalValues)]),
    trace: () => [block.trace()],
    apply: () => [block.apply(v)],
    quadratic: () => [block.quadratic(v)],
    damped: () => [block.damped(v, at())],
    inverseSqrt: () => [block.inverseSqrt(v, at())],
    // If there are fewer rows than dimensions they have no undamped root, which is checked before.
    bareInverseSqrt: () => [block.inverseSqrt(v, { float })],
    logdet: () => [block.logdet(at())],
    sample: () => [block.sample({ key: `${where}, sample` })],
  });
  const solver = dampedSolve(`${where}, solve`, block, store, feeds);
  /** Runs an operation on a vector [d, m], at a damping if the operation has one. */
  const lifted =
    (operation: "apply" | "quadratic" | "damped" | "inverseSqrt") =>
    async (vector: Tensor, damping: SolveDamping = {}): Promise<Tensor> => {
      check(vector);
      const shift = shiftFeeds(`${where}, ${operation}`, damping);
      const bare = operation === "inverseSqrt" && !isDamped({ damping });
      if (bare) await checkRegular();
      return table.value(bare ? "bareInverseSqrt" : operation, { ...shift, "metric/v": vector });
    };

  const toMatrices = async () => {
    checkDenseSize(`${where}, toMatrices`, Math.sqrt(matrices) * size);
    return table.value("matrices");
  };
  /** Returns the eigenvalues of each matrix [order, order] of a stack, in ascending order. */
  const spectraOf = async (all: Tensor): Promise<Float64Array[]> => {
    const [order = 0] = all.shape.slice(-1);
    const count = finite(all).length / order ** 2;
    const values = all.data();
    const one = (i: number) => values.subarray(i * order ** 2, (i + 1) * order ** 2);
    const spectra: Float64Array[] = [];
    for (let i = 0; i < count; i++) spectra.push(await inPieces(eigenvaluesOf(one(i), order)));
    return spectra;
  };
  const finite = (all: Tensor): ArrayLike<number> => {
    const values = all.data();
    if (values.some((value) => !Number.isFinite(value))) throw notFinite(where);
    return values;
  };
  const spectra = async (): Promise<Float64Array[]> => {
    if (block.diagonalValues !== null) {
      const values = Array.from(finite(await table.value("diagonal")));
      const one = (i: number) => Float64Array.from(values.slice(i * d, (i + 1) * d)).sort();
      return Array.from({ length: matrices }, (_, i) => one(i));
    }
    if (block.factors === null) return spectraOf(await toMatrices());
    // The eigenvalues of a Kronecker product are all products of the factors' eigenvalues.
    const [left = [], right = []] = (
      await Promise.all((await table.run("factors")).map(spectraOf))
    ).flat();
    return [Float64Array.from([...left].flatMap((a) => [...right].map((b) => a * b))).sort()];
  };
  const checkRegular = async () => {
    const regular = (values: Float64Array) => (values[0] ?? 0) > leastEigenvalue(values, float);
    if (!(await spectra()).every(regular)) throw singular(`${where}, inverseSqrt`, 0, 0);
  };

  return Object.freeze({
    path,
    params: names,
    law: [...new Set(responses().map(({ law }) => law.name))].join(", "),
    source,
    form,
    d,
    m,
    n,
    columns,
    matrices,
    size,
    toMatrices,
    toDense: async () => {
      checkDenseSize(`${where}, toDense`, d * m);
      if (block.copies !== null) return table.value("dense");
      return spreadMatrices(await toMatrices(), m, columns);
    },
    eigenvalues: async () =>
      tensor(Float64Array.from((await spectra()).flatMap((values) => [...values])), {
        shape: [matrices, size],
      }),
    trace: () => table.value("trace"),
    logdet: async (damping = {}) => {
      const { relative = 0, absolute = 0 } = damping;
      const shift = shiftFeeds(`${where}, logdet`, damping);
      if (!block.addsDamping && isDamped({ damping })) return table.value("logdet", shift);
      const all = await spectra();
      const totals = all.map((values) => values.reduce((sum, value) => sum + value, 0));
      const shifts = flooredTraces(totals, size, block.copies?.blocks.length).map(
        (trace) => relative * trace + absolute,
      );
      const own = all.map((values, i) => logdetOf(values, float, shifts[i] as number));
      return tensor(Float64Array.from(own));
    },
    damped: lifted("damped"),
    apply: (delta) => lifted("apply")(delta),
    quadratic: async (delta) => (await lifted("quadratic")(delta)).item(),
    solvers,
    solve: async (vector, options = {}) => {
      check(vector);
      chosenSolvers("rfim", options?.solver, [{ path, params: names, form, solvers }]);
      return solver.solve(vector, options);
    },
    inverseSqrt: lifted("inverseSqrt"),
    sample: () => table.value("sample"),
    close: async () => {
      await table.close();
      await solver.close();
    },
  } satisfies RfimBlock);
}

function notFinite(where: string): MetricError {
  return new MetricError({
    where,
    must: "the metric must be finite",
    got: "NaN or infinity",
    todo: "look for NaN in the batch and in the parameters",
  });
}
