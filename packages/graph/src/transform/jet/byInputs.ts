/** Single derivatives with respect to inputs. They call `derivatives`, which shares work between several derivatives. */
import type { NodeLike } from "../../core/like.ts";
import type { Node } from "../../core/node.ts";
import { type AxesOptions, derivativesFor } from "./derivatives.ts";

/**
 * Returns the Laplacian Δf = Σᵢ ∂²f/∂xᵢ² for each sample.
 *
 * It costs about as much as d + 2 values of f. See {@link derivatives} for how it works.
 *
 * {@includeCode ../../../../../examples/api/graph/laplacian.ts#example}
 *
 * @param f - A function from x [n, d] to [n, …]. Samples must not depend on each other.
 * @param x - The points, [n, d].
 * @param options - The coordinates to sum over; all by default.
 * @returns The Laplacian, of the shape of f(x).
 * @throws {@link ShapeError} if x is not float [n, d], if f(x) is not float [n, …], or if a coordinate does not exist.
 * @throws {@link GraphError} if f mixes samples, if f is no function, or if an option is unknown.
 * @category Graph: derivatives
 */
export function laplacian(f: (x: Node) => Node, x: Node, options: AxesOptions = {}): Node {
  return derivativesFor("laplacian", f, x, options).laplacian();
}

/**
 * Returns a partial derivative of any order for each sample: axes [0] is ∂f/∂x₀, and [0, 1] is ∂²f/∂x₀∂x₁.
 *
 * See {@link derivatives} for how it works.
 *
 * @example
 * ```ts
 * const uxx = partial(u, x, [0, 0]);
 * ```
 *
 * @param f - A function from x [n, d] to [n, …]. Samples must not depend on each other.
 * @param x - The points, [n, d].
 * @param axes - The coordinates, in any order. A coordinate may repeat; an empty list gives f(x).
 * @returns The derivative, of the shape of f(x).
 * @throws {@link ShapeError} if x is not float [n, d], if f(x) is not float [n, …], or if a coordinate does not exist.
 * @throws {@link GraphError} if f mixes samples, or if f is no function.
 * @category Graph: derivatives
 */
export function partial(f: (x: Node) => Node, x: Node, axes: readonly number[]): Node {
  const some = Array.isArray(axes) && axes.length === 0 ? {} : { axes: axes ?? null };
  return derivativesFor("partial", f, x, some).partial(...axes);
}

/**
 * Returns all first derivatives with respect to the inputs for each sample, by one pass forward.
 *
 * If f has one value per sample and many inputs, `grad(sum(f(x)), x)` costs less. See {@link derivatives} for how it works.
 *
 * @param f - A function from x [n, d] to [n, …]. Samples must not depend on each other.
 * @param x - The points, [n, d].
 * @returns The derivatives, [n, …, d], with the coordinate on the last axis.
 * @throws {@link ShapeError} if x is not float [n, d], or if f(x) is not float [n, …].
 * @throws {@link GraphError} if f mixes samples, or if f is no function.
 * @category Graph: derivatives
 */
export function gradient(f: (x: Node) => Node, x: Node): Node {
  return derivativesFor("gradient", f, x, {}).gradient();
}

/**
 * Returns the divergence Σᵢ ∂fᵢ/∂xᵢ of a vector field for each sample. See {@link derivatives} for how it works.
 *
 * @param f - A function from x [n, d] to [n, d]. Samples must not depend on each other.
 * @param x - The points, [n, d].
 * @returns The divergence, [n].
 * @throws {@link ShapeError} if x is not float [n, d], or if f(x) is not float [n, d].
 * @throws {@link GraphError} if f mixes samples, or if f is no function.
 * @category Graph: derivatives
 */
export function divergence(f: (x: Node) => Node, x: Node): Node {
  return derivativesFor("divergence", f, x, {}).divergence();
}

/**
 * Returns Δ²f = Σᵢⱼ ∂⁴f/∂xᵢ²∂xⱼ² for each sample.
 *
 * It costs about as much as d² + 2d + 3 values of f. See {@link derivatives} for how it works.
 *
 * @param f - A function from x [n, d] to [n, …]. Samples must not depend on each other.
 * @param x - The points, [n, d].
 * @param options - The coordinates to sum over; all by default.
 * @returns The value of Δ²f, of the shape of f(x).
 * @throws {@link ShapeError} if x is not float [n, d], if f(x) is not float [n, …], or if a coordinate does not exist.
 * @throws {@link GraphError} if f mixes samples, if f is no function, or if an option is unknown.
 * @category Graph: derivatives
 */
export function biharmonic(f: (x: Node) => Node, x: Node, options: AxesOptions = {}): Node {
  return derivativesFor("biharmonic", f, x, options).biharmonic();
}

/**
 * Differentiates along vectors, one after the other, for each sample: v'∇f for one vector, v'(∇²f)w for two.
 *
 * See {@link derivatives} for how it works.
 *
 * @param f - A function from x [n, d] to [n, …]. Samples must not depend on each other.
 * @param x - The points, [n, d].
 * @param vectors - The vectors, each [d] or [n, d]. They count as constants.
 * @returns The derivative, of the shape of f(x).
 * @throws {@link ShapeError} if x is not float [n, d], if f(x) is not float [n, …], or if a vector has a wrong shape.
 * @throws {@link GraphError} if f mixes samples, or if f is no function.
 * @category Graph: derivatives
 */
export function directional(f: (x: Node) => Node, x: Node, vectors: readonly NodeLike[]): Node {
  return derivativesFor("directional", f, x, {}).directional(...vectors);
}
