import { input, mul, sum } from "@metrigrad/graph";
import { MetricError, type Store, type Tensor, tensor } from "@metrigrad/tensor";
import type { Block, Columns, Solver } from "../blocks/block.ts";
import { flooredTraces } from "../blocks/damping.ts";
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
import { lazyProgram } from "./lazyProgram.ts";
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
  /** Those that `solve` may be told, the one that the cost model prefers first. */
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

  const whole = lazyProgram(store, () => [block.toMatrices()]);
  const factors = lazyProgram(store, () => block.factors ?? []);
  const traces = lazyProgram(store, () => [block.trace()]);
  const products = lazyProgram(store, () => {
    const v = input("metric/v", [d, m]);
    const product = block.apply(v);
    return [product, sum(mul(v, product))];
  });
  const solver = dampedSolve(`${where}, solve`, block, store, feeds);
  const roots = lazyProgram(store, () => [
    block.inverseSqrt(input("metric/v", [d, m]), { damping: { absolute: shiftInput(block) } }),
  ]);
  // Rows have no undamped root where they are fewer than dimensions, which is looked at before.
  const bareRoots = lazyProgram(store, () => [block.inverseSqrt(input("metric/v", [d, m]))]);
  const damped = lazyProgram(store, () => [
    block.damped(input("metric/v", [d, m]), { damping: { absolute: shiftInput(block) } }),
  ]);
  const dets = lazyProgram(store, () => [
    block.logdet({ damping: { absolute: shiftInput(block) } }),
  ]);
  const draws = lazyProgram(store, () => [block.sample({ key: `${where}, sample` })]);

  const only = ([value]: readonly Tensor[]) => value as Tensor;
  const toMatrices = async () => {
    checkDenseSize(`${where}, toMatrices`, Math.sqrt(matrices) * size);
    return only(await whole.run(feeds));
  };
  const trace = async () => only(await traces.run(feeds));
  const multiplied = (delta: Tensor) => {
    check(delta);
    return products.run({ ...feeds, "metric/v": delta });
  };
  const spectraOf = (all: Tensor): Float64Array[] => {
    const [order = 0] = all.shape.slice(-1);
    const values = all.data();
    if (values.some((value) => !Number.isFinite(value))) throw notFinite(where);
    const at = (i: number) => values.subarray(i * order ** 2, (i + 1) * order ** 2);
    const count = values.length / order ** 2;
    return Array.from({ length: count }, (_, i) => symmetricEigenvalues(at(i), order));
  };
  const spectra = async (): Promise<Float64Array[]> => {
    if (block.factors === null) return spectraOf(await toMatrices());
    // The eigenvalues of a product of Kronecker are all products of theirs.
    const [left, right] = (await factors.run(feeds)).flatMap(spectraOf) as [
      Float64Array,
      Float64Array,
    ];
    return [Float64Array.from([...left].flatMap((a) => [...right].map((b) => a * b))).sort()];
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
      return spreadMatrices(await toMatrices(), m, columns);
    },
    eigenvalues: async () =>
      tensor(Float64Array.from((await spectra()).flatMap((values) => [...values])), {
        shape: [matrices, size],
      }),
    trace,
    logdet: async (damping = {}) => {
      const { relative = 0, absolute = 0 } = damping;
      const shift = shiftFeeds(`${where}, logdet`, damping);
      if (!block.addsDamping && (relative !== 0 || absolute !== 0))
        return only(await dets.run({ ...feeds, ...shift }));
      const all = await spectra();
      const totals = all.map((values) => values.reduce((sum, value) => sum + value, 0));
      const shifts = flooredTraces(totals, size).map((trace) => relative * trace + absolute);
      const own = all.map((values, i) => logdetOf(values, store.float, shifts[i] as number));
      return tensor(Float64Array.from(own));
    },
    damped: async (v, damping = {}) => {
      check(v);
      const shift = shiftFeeds(`${where}, damped`, damping);
      return only(await damped.run({ ...feeds, ...shift, "metric/v": v }));
    },
    apply: async (delta) => (await multiplied(delta))[0] as Tensor,
    quadratic: async (delta) => ((await multiplied(delta))[1] as Tensor).item(),
    solvers,
    solve: async (v, options = {}) => {
      check(v);
      chosenSolvers("rfim", options?.solver, [{ path, params: names, form, solvers }]);
      return solver.solve(v, options);
    },
    inverseSqrt: async (v, damping = {}) => {
      check(v);
      const { relative = 0, absolute = 0 } = damping;
      const shift = shiftFeeds(`${where}, inverseSqrt`, damping);
      if (relative === 0 && absolute === 0) {
        const all = await spectra();
        const regular = (values: Float64Array) =>
          (values[0] ?? 0) > leastEigenvalue(values, store.float);
        if (!all.every(regular)) throw singular(`${where}, inverseSqrt`, relative, absolute);
        return only(await bareRoots.run({ ...feeds, "metric/v": v }));
      }
      return only(await roots.run({ ...feeds, ...shift, "metric/v": v }));
    },
    sample: async () => only(await draws.run(feeds)),
    close: async () => {
      const used = [
        whole,
        factors,
        traces,
        products,
        solver,
        roots,
        bareRoots,
        damped,
        dets,
        draws,
      ];
      for (const program of used) await program.close();
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
