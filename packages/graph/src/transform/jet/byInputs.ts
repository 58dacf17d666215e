/** Single derivatives by inputs: shorthands of `derivatives`, which gives several that share their work. */
import type { NodeLike } from "../../core/like.ts";
import type { Node } from "../../core/node.ts";
import { type AxesOptions, derivativesFor } from "./derivatives.ts";

/**
 * Δf = Σ_i ∂²f/∂x_i² for each sample, at the cost of about d + 2 values of f; see `derivatives`.
 * @param f from x [n, d] to [n, …]; samples must not depend on one another
 * @param x the points [n, d]
 * @param options `axes`: the coordinates that are summed over; all by default
 * @returns the shape of f(x)
 * @throws ShapeError for shapes that do not fit, GraphError where f mixes samples
 * @example
 * ```ts
 * // Poisson's equation Δu = g.
 * const residual = sub(laplacian(model, points), g(points));
 * ```
 */
export function laplacian(f: (x: Node) => Node, x: Node, options: AxesOptions = {}): Node {
  return derivativesFor("laplacian", f, x, options).laplacian();
}

/**
 * A partial derivative of any order for each sample: axes [0] is ∂f/∂x₀, [0, 0] the second one, [0, 1] the mixed one.
 * See `derivatives`.
 * @param f from x [n, d] to [n, …]; samples must not depend on one another
 * @param x the points [n, d]
 * @param axes the coordinates, in any order
 * @returns the shape of f(x)
 * @throws ShapeError for shapes that do not fit, GraphError where f mixes samples
 * @example
 * ```ts
 * const uxx = partial(u, x, [0, 0]);
 * ```
 */
export function partial(f: (x: Node) => Node, x: Node, axes: readonly number[]): Node {
  const some = Array.isArray(axes) && axes.length === 0 ? {} : { axes: axes ?? null };
  return derivativesFor("partial", f, x, some).partial(...axes);
}

/**
 * All first derivatives by the inputs for each sample, by one pass forward; see `derivatives`. For one value per sample
 * and many inputs `grad(sum(f(x)), x)` costs less.
 * @param f from x [n, d] to [n, …]; samples must not depend on one another
 * @param x the points [n, d]
 * @returns [n, …, d], the coordinate last
 * @throws ShapeError for shapes that do not fit, GraphError where f mixes samples
 */
export function gradient(f: (x: Node) => Node, x: Node): Node {
  return derivativesFor("gradient", f, x, {}).gradient();
}

/**
 * Σ_i ∂f_i/∂x_i of a vector field for each sample; see `derivatives`.
 * @param f from x [n, d] to [n, d]; samples must not depend on one another
 * @param x the points [n, d]
 * @returns [n]
 * @throws ShapeError for shapes that do not fit, GraphError where f mixes samples
 */
export function divergence(f: (x: Node) => Node, x: Node): Node {
  return derivativesFor("divergence", f, x, {}).divergence();
}

/**
 * Δ²f = Σ_ij ∂⁴f/∂x_i²∂x_j² for each sample, at the cost of about d² + 2d + 3 values of f; see `derivatives`.
 * @param f from x [n, d] to [n, …]; samples must not depend on one another
 * @param x the points [n, d]
 * @param options `axes`: the coordinates that are summed over; all by default
 * @returns the shape of f(x)
 * @throws ShapeError for shapes that do not fit, GraphError where f mixes samples
 */
export function biharmonic(f: (x: Node) => Node, x: Node, options: AxesOptions = {}): Node {
  return derivativesFor("biharmonic", f, x, options).biharmonic();
}

/**
 * The derivative along vectors, one after the other, for each sample: v'∇f for one, v'(∇²f)w for two; see `derivatives`.
 * @param f from x [n, d] to [n, …]; samples must not depend on one another
 * @param x the points [n, d]
 * @param vectors each [d] or [n, d], taken as constant
 * @returns the shape of f(x)
 * @throws ShapeError for shapes that do not fit, GraphError where f mixes samples
 */
export function directional(f: (x: Node) => Node, x: Node, vectors: readonly NodeLike[]): Node {
  return derivativesFor("directional", f, x, {}).directional(...vectors);
}
