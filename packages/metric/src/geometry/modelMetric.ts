import { inPieces, MetricError, type Tensor, tensor } from "@metrigrad/tensor";
import { checkDamping } from "../blocks/damping.ts";
import { checkOptions } from "../core/arguments.ts";
import { eigenvaluesOf } from "../host/symmetricEigenvalues.ts";
import type { SolveDamping } from "./dampedSolve.ts";
import { checkDirections, type Directions } from "./directions.ts";
import { flatOf } from "./flat.ts";
import { solveByProducts } from "./solveByProducts.ts";
import { checkDenseSize } from "./spread.ts";
import type { Whole } from "./whole.ts";

/**
 * How to solve with a matrix over all parameters.
 *
 * @category Geometry
 */
export interface WholeSolveOptions extends SolveDamping {
  /**
   * The method: `"direct"` factors a matrix, `"conjugate gradients"` needs products only. By default the size
   * decides.
   */
  readonly method?: "direct" | "conjugate gradients";
  /** Conjugate gradients stop at ‖v − (g + λI)x‖ ≤ tolerance·‖v‖; 1e-10 in float64 and 1e-5 in float32 by default. */
  readonly tolerance?: number;
  /** The most steps of conjugate gradients; by default twice the number of parameters, but at most 1,000. */
  readonly iterations?: number;
}

/**
 * A symmetric matrix g [P, P] over all parameters of a model. Vectors are tensors by parameter name.
 *
 * Methods that take a vector throw {@link MetricError} for unknown names and {@link ShapeError} for other shapes.
 *
 * {@includeCode ../../../../examples/api/metric/ModelMetric.ts#example}
 *
 * @category Geometry
 */
export interface ModelMetric {
  /** The names of the parameters, in the order of `model.variables`. Each parameter is flattened row-major. */
  readonly params: readonly string[];
  /** The number P of parameters. */
  readonly size: number;
  /**
   * Returns the matrix. Throws {@link MetricError} above 1 GiB.
   *
   * @returns The matrix, [P, P].
   */
  toDense(): Promise<Tensor>;
  /**
   * Returns the block of two parameters. Throws {@link MetricError} for unknown names, and above 1 GiB.
   *
   * @param a - The name of the parameter of the rows.
   * @param b - The name of the parameter of the columns.
   * @returns The block, [size of a, size of b].
   */
  block(a: string, b: string): Promise<Tensor>;
  /**
   * Computes the eigenvalues on the host. Throws {@link MetricError} above 1 GiB.
   *
   * @returns The eigenvalues in ascending order, [P].
   */
  eigenvalues(): Promise<Tensor>;
  /**
   * Returns the trace of g.
   *
   * @returns The trace.
   */
  trace(): Promise<number>;
  /**
   * Multiplies by the matrix without forming it: gδ.
   *
   * @param delta - The vector δ by parameter name. Names that are left out are zero.
   * @returns The product by parameter name.
   */
  apply(delta: Directions): Promise<Record<string, Tensor>>;
  /**
   * Returns the squared length δ'gδ in nats, without forming the matrix.
   *
   * @param delta - The step δ by parameter name.
   * @returns The squared length. It can be negative if the matrix is indefinite.
   */
  quadratic(delta: Directions): Promise<number>;
  /**
   * Returns the length √(δ'gδ) in √nats. Throws {@link MetricError} if δ'gδ is negative.
   *
   * @param delta - The step δ by parameter name.
   * @returns The length.
   */
  length(delta: Directions): Promise<number>;
  /**
   * Solves with the damped matrix: (g + λI)⁻¹v. Relative damping takes the full trace. Throws {@link MetricError} if
   * g + λI is singular.
   *
   * @param v - The right side by parameter name. Names that are left out are zero.
   * @param options - The damping, the method and its limits.
   * @returns The solution by parameter name.
   */
  solve(v: Directions, options?: WholeSolveOptions): Promise<Record<string, Tensor>>;
  /** Frees the programs. */
  close(): Promise<void>;
}

/** How far below 0 a squared length may be by rounding, relative to ‖δ‖‖gδ‖. */
const slack = { f32: 1e-5, f64: 1e-11 } as const;
const accuracy = { f32: 1e-5, f64: 1e-10 } as const;

/** Makes the matrix over all parameters of given shapes. `whole` computes with flat vectors. */
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
  /** Returns δ'gδ, and the error that rounding may cause. */
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
      return tensor(await inPieces(eigenvaluesOf(await whole.dense(), size)));
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

/** Throws MetricError for options that are not valid. */
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
