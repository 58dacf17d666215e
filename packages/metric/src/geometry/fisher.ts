import { input, matmul, mul, slice, sum } from "@metrigrad/graph";
import { applyModel, type Law, type Module } from "@metrigrad/nn";
import { MetricError, type Store, type Tensor, tensor } from "@metrigrad/tensor";
import { type RowsBlock, rowsBlock } from "../blocks/rows.ts";
import { type Batch, batchInput } from "./batch.ts";
import { dampedSolve, type SolveDamping } from "./dampedSolve.ts";
import { checkDirections, type Directions } from "./directions.ts";
import { symmetricEigenvalues } from "./eigenvalues.ts";
import { flatOf } from "./flat.ts";
import { type LazyProgram, lazyProgram } from "./lazyProgram.ts";
import { scoreRows } from "./scoreRows.ts";
import { checkDenseSize } from "./spread.ts";

/** What `fisher` needs beside model and batch. */
export interface FisherOptions {
  /** Holds the parameters; its backend computes. */
  readonly store: Store;
  /** p(y | o): the law of the model's output. */
  readonly likelihood: Law;
  /** Most bytes that the rows of the metric may take; 2 GiB by default. */
  readonly memoryBudget?: number;
}

/** The Fisher information of a whole model on a batch, a matrix [P, P] over all its parameters. */
export interface Fisher {
  /** Names of the parameters, in the order of `model.variables`; each is flattened row-major. */
  readonly params: readonly string[];
  /** P, the number of parameters. */
  readonly size: number;
  /** Rows that it is made of: samples times outcomes' directions. */
  readonly rows: number;
  /** The matrix [P, P]. Throws MetricError above 1 GiB. */
  toDense(): Promise<Tensor>;
  /** The block of two parameters, [size of a, size of b]. Throws MetricError for unknown names. */
  block(a: string, b: string): Promise<Tensor>;
  /** In ascending order, [P]; computed on the host, from the smaller of the two products of rows. */
  eigenvalues(): Promise<Tensor>;
  trace(): Promise<number>;
  /** gδ. Throws MetricError and ShapeError. */
  apply(delta: Directions): Promise<Record<string, Tensor>>;
  /** δ'gδ, the squared length in nats. */
  quadratic(delta: Directions): Promise<number>;
  /** √(δ'gδ). */
  length(delta: Directions): Promise<number>;
  /** (g + λI)⁻¹v; relative damping is of the full trace. Throws MetricError where that is singular. */
  solve(gradient: Directions, damping?: SolveDamping): Promise<Record<string, Tensor>>;
  /** Frees the programs. */
  close(): Promise<void>;
}

/**
 * g(Θ) = (1/n) Σ_s E_{p(y | x_s, Θ)}[∂l ∂l'], exactly: (1/n) Σ_s J_s' F(o_s) J_s with the law's Fisher
 * information F in the output o (Sun and Nielsen 2017, section 2). The expectation is over the
 * model's own y, not the labels; the model is in inference mode. Throws ShapeError for a batch of
 * another shape, MetricError where the rows take more memory than the budget.
 */
export async function fisher(model: Module, batch: Batch, options: FisherOptions): Promise<Fisher> {
  const { store, likelihood, memoryBudget = 2 ** 31 } = options;
  if (likelihood?.fisherRoot === undefined) throw lawless(likelihood);
  const { x, rows: samples, feeds } = batchInput("fisher", batch);
  const { parameters } = applyModel(model, x);
  const variables = parameters.map(({ variable }) => variable);
  const shapes = new Map(variables.map(({ attrs }) => [attrs.name, attrs.shape]));
  const flat = flatOf(shapes);
  const made = scoreRows(model, likelihood, x, variables);
  const count = made.rows.shape[0] as number;
  checkBudget(count, flat.size, store, memoryBudget);
  const block: RowsBlock = rowsBlock({
    x: made.rows,
    bias: false,
    nu: null,
    weight: count / samples,
    m: 1,
    form: "scores",
    outputs: null,
  });

  const programs: LazyProgram[] = [];
  const program = (outputs: Parameters<typeof lazyProgram>[1]) => {
    const one = lazyProgram(store, outputs);
    programs.push(one);
    return async (more: Readonly<Record<string, Tensor>> = {}) =>
      (await one.run({ ...feeds, ...more })) as readonly [Tensor, ...Tensor[]];
  };
  const whole = program(() => [block.toMatrices()]);
  const inner = program(() => [matmul(made.rows, made.rows, { transposeB: true })]);
  const traces = program(() => [block.trace()]);
  const products = program(() => {
    const v = input("metric/v", [flat.size, 1]);
    const product = block.apply(v);
    return [product, sum(mul(v, product))];
  });
  const pairs = new Map<string, ReturnType<typeof program>>();
  const solver = dampedSolve("fisher.solve", block, store, feeds);

  const covered = { shapes, plain: [] };
  const multiplied = (where: string, delta: Directions) => {
    checkDirections(where, delta, covered);
    return products({ "metric/v": flat.join(delta) });
  };
  const quadratic = async (where: string, delta: Directions) => {
    const [, value] = await multiplied(where, delta);
    return Math.max(0, (value as Tensor).item());
  };
  const columns = (name: string) => {
    const range = flat.ranges.get(name);
    if (range === undefined) throw unknown(name, [...shapes.keys()]);
    return slice(made.rows, [null, range]);
  };

  return Object.freeze({
    params: [...shapes.keys()],
    size: flat.size,
    rows: count,
    toDense: async () => {
      checkDenseSize("fisher.toDense", flat.size);
      const [matrix] = await whole();
      return tensor(matrix.data(), { shape: [flat.size, flat.size] });
    },
    block: async (a: string, b: string) => {
      const [left, right] = [columns(a), columns(b)];
      checkDenseSize(
        "fisher.block",
        Math.sqrt((left.shape[1] as number) * (right.shape[1] as number)),
      );
      const key = JSON.stringify([a, b]);
      const known =
        pairs.get(key) ??
        program(() => [mul(matmul(left, right, { transposeA: true }), 1 / samples)]);
      pairs.set(key, known);
      return (await known())[0];
    },
    eigenvalues: async () => {
      const least = Math.min(count, flat.size);
      checkDenseSize("fisher.eigenvalues", least);
      const [matrix] = count < flat.size ? await inner() : await whole();
      const scale = count < flat.size ? 1 / samples : 1;
      const found = symmetricEigenvalues(matrix.data(), least).map((value) => scale * value);
      // The other eigenvalues of RR' and R'R, beyond those that they share, are 0.
      const all = new Float64Array(flat.size);
      all.set(found, flat.size - least);
      return tensor(all.sort());
    },
    trace: async () => (await traces())[0].item(),
    apply: async (delta: Directions) => flat.split((await multiplied("fisher.apply", delta))[0]),
    quadratic: (delta: Directions) => quadratic("fisher.quadratic", delta),
    length: async (delta: Directions) => Math.sqrt(await quadratic("fisher.length", delta)),
    solve: async (gradient: Directions, damping: SolveDamping = {}) => {
      checkDirections("fisher.solve", gradient, covered);
      return flat.split(await solver.solve(flat.join(gradient), damping));
    },
    close: async () => {
      for (const one of [...programs, solver]) await one.close();
    },
  } satisfies Fisher);
}

function checkBudget(rows: number, size: number, store: Store, budget: number): void {
  const bytes = rows * size * (store.float === "f64" ? 8 : 4);
  if (bytes <= budget) return;
  throw new MetricError({
    where: "fisher",
    must: `the rows [${rows}, ${size}] must fit in memoryBudget, ${budget} bytes`,
    got: `${bytes} bytes`,
    todo: "pass fewer samples, a larger budget, or look at rfim(…) by subsystem",
  });
}

function lawless(got: unknown): MetricError {
  return new MetricError({
    where: "fisher",
    must: "likelihood must be the law of the model's output",
    got: String(got),
    todo: "pass { store, likelihood: categorical() }",
  });
}

function unknown(name: string, known: readonly string[]): MetricError {
  return new MetricError({
    where: "fisher.block",
    must: `names must be of the model's parameters (${known.join(", ")})`,
    got: name,
    todo: "correct the name",
  });
}
