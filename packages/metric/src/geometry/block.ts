import { input, transpose } from "@metrigrad/graph";
import { MetricError, type Store, type Tensor, tensor } from "@metrigrad/tensor";
import type { Block, Columns, Solver } from "../blocks/block.ts";
import { flooredTraces, isDamped } from "../blocks/damping.ts";
import { packed } from "../core/packing.ts";
import { chosenSolvers } from "../core/solverChoice.ts";
import type { Subsystem } from "../core/subsystems.ts";
import {
  type BlockSolveOptions,
  dampedSolve,
  type SolveDamping,
  shiftFeeds,
  shiftInput,
  singular,
} from "./dampedSolve.ts";
import { checkDirections } from "./directions.ts";
import { leastEigenvalue, logdetOf, symmetricEigenvalues } from "./eigenvalues.ts";
import { programs } from "./programs.ts";
import { checkDenseSize, spreadMatrices } from "./spread.ts";

/**
 * The metric ḡ of one subsystem on a batch: one matrix [d, d] for all m units, one for each, or one
 * [dm, dm] over all of them.
 */
export interface RfimBlock {
  /** Where the module stands in the model. */
  readonly path: string;
  /** Names of the parameters; several are flattened and lie one after the other in columns [d, m]. */
  readonly params: readonly string[];
  /** The response whose Fisher information this is. */
  readonly law: string;
  /** Where the closed form comes from. */
  readonly source: string;
  readonly form: string;
  /** Parameters of a unit. */
  readonly d: number;
  /** Units. */
  readonly m: number;
  /** Rows of the batch, null where the block is not made of rows. */
  readonly n: number | null;
  /** Whether units share a matrix, have their own, or one is over all of them. */
  readonly columns: Columns;
  /** Number of distinct matrices: m where each unit has its own, else 1. */
  readonly matrices: number;
  /** Order of each matrix: d, or dm where coupled. */
  readonly size: number;
  /** The matrices, [matrices, size, size]. Throws MetricError above 1 GiB. */
  toMatrices(): Promise<Tensor>;
  /** The block over the flattened parameter, [dm, dm]. Throws MetricError above 1 GiB. */
  toDense(): Promise<Tensor>;
  /** Of each matrix in ascending order, [matrices, size]; computed on the host. */
  eigenvalues(): Promise<Tensor>;
  /** Of each matrix, [matrices]. */
  trace(): Promise<Tensor>;
  /** (ḡ + λI)v for v [d, m], or what the block has in its place, as Kronecker factors with `split`. */
  damped(v: Tensor, damping?: SolveDamping): Promise<Tensor>;
  /** ln det(g + λI) of each matrix, [matrices]; −∞ where that is singular. */
  logdet(damping?: SolveDamping): Promise<Tensor>;
  /** ḡδ for δ [d, m]. Throws ShapeError. */
  apply(delta: Tensor): Promise<Tensor>;
  /** δ'ḡδ, the squared length of δ [d, m], in nats. Throws ShapeError. */
  quadratic(delta: Tensor): Promise<number>;
  /** Those that `solve` accepts, the one that the cost model prefers first. */
  readonly solvers: readonly Solver[];
  /**
   * (ḡ + λI)⁻¹v for v [d, m]. Throws ShapeError, and MetricError where that is singular and for a solver that
   * the block has not.
   */
  solve(v: Tensor, options?: BlockSolveOptions): Promise<Tensor>;
  /**
   * Rv with RR' = (ḡ + λI)⁻¹, [d, m]: of white noise v, noise of that covariance. Throws ShapeError, and
   * MetricError where that is singular.
   */
  inverseSqrt(v: Tensor, damping?: SolveDamping): Promise<Tensor>;
  /** A draw from N(0, ḡ), [d, m]; the next one at each call, by the store's seed and counter. */
  sample(): Promise<Tensor>;
  /** Frees the programs. */
  close(): Promise<void>;
}

/** The geometry of one subsystem on a store. Throws MetricError for a parameter of another shape. */
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
    // Rows have no undamped root where they are fewer than dimensions, which is looked at before.
    bareInverseSqrt: () => [block.inverseSqrt(v, { float })],
    logdet: () => [block.logdet(at())],
    sample: () => [block.sample({ key: `${where}, sample` })],
  });
  const solver = dampedSolve(`${where}, solve`, block, store, feeds);
  /** An operation on a vector [d, m], at a damping where it has one. */
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
  /** Eigenvalues of each matrix [order, order] of a stack, in ascending order. */
  const spectraOf = (all: Tensor): Float64Array[] => {
    const [order = 0] = all.shape.slice(-1);
    const count = finite(all).length / order ** 2;
    const values = all.data();
    const one = (i: number) => values.subarray(i * order ** 2, (i + 1) * order ** 2);
    return Array.from({ length: count }, (_, i) => symmetricEigenvalues(one(i), order));
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
    // The eigenvalues of a product of Kronecker are all products of theirs.
    const [left = [], right = []] = (await table.run("factors")).flatMap(spectraOf);
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
