import { MetricError, type Tensor, tensor } from "@metrigrad/tensor";
import { checkDamping } from "../blocks/damping.ts";
import { checkOptions } from "../core/arguments.ts";
import type { SolveDamping } from "./dampedSolve.ts";
import { checkDirections, type Directions } from "./directions.ts";
import { symmetricEigenvalues } from "./eigenvalues.ts";
import { flatOf } from "./flat.ts";
import { solveByProducts } from "./solveByProducts.ts";
import { checkDenseSize } from "./spread.ts";
import type { Whole } from "./whole.ts";

/** How to solve with a matrix over all parameters. */
export interface WholeSolveOptions extends SolveDamping {
  /**
   * `direct` factors a matrix, `conjugate gradients` needs products only; by default the one that
   * suits the size.
   */
  readonly method?: "direct" | "conjugate gradients";
  /** Conjugate gradients stop at ‖v − (g + λI)x‖ ≤ tolerance·‖v‖; 1e-10 in float64, 1e-5 in float32. */
  readonly tolerance?: number;
  /** Most conjugate gradient steps; twice the number of parameters, at most 1,000, by default. */
  readonly iterations?: number;
}

/** A symmetric matrix g [P, P] over all parameters of a model. Vectors are values by parameter name. */
export interface ModelMetric {
  /** Names of the parameters, in the order of `model.variables`; each is flattened row-major. */
  readonly params: readonly string[];
  /** P, the number of parameters. */
  readonly size: number;
  /** The matrix [P, P]. Throws MetricError above 1 GiB. */
  toDense(): Promise<Tensor>;
  /** The block of two parameters, [size of a, size of b]. Throws MetricError for unknown names. */
  block(a: string, b: string): Promise<Tensor>;
  /** In ascending order, [P]; computed on the host. Throws MetricError above 1 GiB. */
  eigenvalues(): Promise<Tensor>;
  trace(): Promise<number>;
  /** gδ, without the matrix. Throws MetricError and ShapeError. */
  apply(delta: Directions): Promise<Record<string, Tensor>>;
  /** δ'gδ, the squared length in nats, without the matrix. */
  quadratic(delta: Directions): Promise<number>;
  /** √(δ'gδ). Throws MetricError where that is negative. */
  length(delta: Directions): Promise<number>;
  /** (g + λI)⁻¹v; relative damping is of the full trace. Throws MetricError where that is singular. */
  solve(v: Directions, options?: WholeSolveOptions): Promise<Record<string, Tensor>>;
  /** Frees the programs. */
  close(): Promise<void>;
}

/** How far below 0 a squared length may be by rounding, relative to ‖δ‖‖gδ‖. */
const slack = { f32: 1e-5, f64: 1e-11 } as const;
const accuracy = { f32: 1e-5, f64: 1e-10 } as const;

/** The matrix over all parameters of given shapes behind one door; `whole` computes with flat vectors. */
export function modelMetric(
  where: string,
  shapes: ReadonlyMap<string, readonly number[]>,
  whole: Whole,
): ModelMetric {
  const flat = flatOf(shapes);
  const { size } = flat;
  const joined = (method: string, delta: Directions) => {
    checkDirections(`${where}.${method}`, delta, { shapes, plain: [] });
    return flat.join(delta).data() as Float64Array;
  };
  const split = (values: Float64Array) => flat.split(tensor(values, { shape: [size, 1] }));
  const range = (name: string) => {
    const found = flat.ranges.get(name);
    if (found === undefined) throw unknown(`${where}.block`, name, [...shapes.keys()]);
    return found;
  };
  /** δ'gδ, and by how much rounding may be off. */
  const squared = async (method: string, delta: Directions) => {
    const v = joined(method, delta);
    const product = await whole.product(v);
    return { value: dot(v, product), rounding: slack[whole.float] * norm(v) * norm(product) };
  };

  return Object.freeze({
    params: [...shapes.keys()],
    size,
    toDense: async () => {
      checkDenseSize(`${where}.toDense`, size);
      return tensor(await whole.dense(), { shape: [size, size] });
    },
    block: async (a: string, b: string) => {
      const [rows, columns] = [range(a), range(b)];
      const shape = [rows[1] - rows[0], columns[1] - columns[0]] as const;
      checkDenseSize(`${where}.block`, Math.sqrt(shape[0] * shape[1]));
      return tensor(await whole.block(rows, columns), { shape });
    },
    eigenvalues: async () => {
      if (whole.spectrum !== null) return tensor(await whole.spectrum());
      checkDenseSize(`${where}.eigenvalues`, size);
      return tensor(symmetricEigenvalues(await whole.dense(), size));
    },
    trace: () => whole.trace(),
    apply: async (delta: Directions) => split(await whole.product(joined("apply", delta))),
    quadratic: async (delta: Directions) => (await squared("quadratic", delta)).value,
    length: async (delta: Directions) => {
      const { value, rounding } = await squared("length", delta);
      if (value < -rounding) throw indefinite(`${where}.length`, value);
      return Math.sqrt(Math.max(0, value));
    },
    solve: async (v: Directions, options: WholeSolveOptions = {}) => {
      checkSolveOptions(`${where}.solve`, options);
      const { relative = 0, absolute = 0, method = whole.method } = options;
      const right = joined("solve", v);
      if (method === "direct") return split(await whole.solve(right, { relative, absolute }));
      const shift = absolute + (relative === 0 ? 0 : relative * (await whole.trace()));
      const { tolerance = accuracy[whole.float], iterations = Math.min(2 * size, 1000) } = options;
      const settings = { shift, tolerance, iterations };
      return split(await solveByProducts(`${where}.solve`, whole.product, right, settings));
    },
    close: () => whole.close(),
  } satisfies ModelMetric);
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((total, value, i) => total + value * (b[i] as number), 0);
}

function norm(a: Float64Array): number {
  return Math.sqrt(dot(a, a));
}

function unknown(where: string, name: string, known: readonly string[]): MetricError {
  return new MetricError({
    where,
    must: `names must be of the model's parameters (${known.join(", ")})`,
    got: name,
    todo: "correct the name",
  });
}

function indefinite(where: string, value: number): MetricError {
  return new MetricError({
    where,
    must: "a squared length must not be negative",
    got: String(value),
    todo: "use quadratic: this matrix is not positive semi-definite",
  });
}

/** Throws MetricError for options that are none. */
function checkSolveOptions(where: string, options: WholeSolveOptions): void {
  checkOptions(where, options, ["relative", "absolute", "method", "tolerance", "iterations"]);
  const { relative = 0, absolute = 0, method = "direct", tolerance = 1, iterations = 1 } = options;
  checkDamping(where, { relative, absolute });
  const refuse = (must: string, got: unknown, todo: string) => {
    throw new MetricError({ where, must, got: String(got), todo });
  };
  if (method !== "direct" && method !== "conjugate gradients")
    refuse(
      'method must be "direct" or "conjugate gradients"',
      method,
      "correct it, or leave it out",
    );
  if (!(tolerance > 0))
    refuse("tolerance must be positive", tolerance, "pass 1e-6, or leave it out");
  if (!(Number.isInteger(iterations) && iterations >= 0))
    refuse("iterations must be a count", iterations, "pass 100, or leave it out");
}
