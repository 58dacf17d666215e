import { GraphError, normalizeAxis, ShapeError, showShape } from "@metrigrad/tensor";
import { checkOptions } from "../../core/checkOptions.ts";
import { asNode, type NodeLike } from "../../core/like.ts";
import { isNode, type Node, showNode } from "../../core/node.ts";
import { broadcastTo, sum } from "../../ops/broadcastTo.ts";
import { diagonal } from "../../ops/diagonal.ts";
import { eye } from "../../ops/eye.ts";
import { fill } from "../../ops/fill.ts";
import { moveAxis } from "../../ops/moveAxis.ts";
import { reshape } from "../../ops/reshape.ts";
import { samplesMixed } from "../samplesMixed.ts";
import { type Derivative, type Direction, derivativeOf, leadOf } from "./parts.ts";
import { rowsAt } from "./stacks.ts";
import { streamsOf } from "./streams.ts";

/**
 * Options that choose coordinates.
 *
 * @category Graph: derivatives
 */
export interface AxesOptions {
  /** The coordinates of x, from 0; negative ones count from the end. All by default. */
  readonly axes?: readonly number[];
}

/**
 * The value of a function and its derivatives with respect to the coordinates of each sample.
 *
 * @category Graph: derivatives
 */
export interface InputDerivatives {
  /** The value f(x), [n, …]. */
  readonly value: Node;
  /**
   * Returns a partial derivative of any order: `partial(0, 0, 1)` is ∂³f/∂x₀²∂x₁.
   *
   * @param axes - The coordinates, in any order. A coordinate may repeat; none gives f(x).
   * @returns The derivative, of the shape of f(x).
   * @throws {@link ShapeError} if a coordinate does not exist.
   * @throws {@link GraphError} if a coordinate is not among the option `axes`.
   */
  partial(...axes: number[]): Node;
  /**
   * Returns all first derivatives: the gradient of f for each sample, or the Jacobian if f has several values.
   *
   * @returns The derivatives, [n, …, d], with the coordinate on the last axis.
   */
  gradient(): Node;
  /**
   * Returns the Laplacian Σᵢ ∂²f/∂xᵢ².
   *
   * @param options - The coordinates to sum over; by default all that are differentiated.
   * @returns The Laplacian, of the shape of f(x).
   * @throws {@link ShapeError} if a coordinate does not exist.
   * @throws {@link GraphError} if a coordinate is not among the option `axes`, or if an option is unknown.
   */
  laplacian(options?: AxesOptions): Node;
  /**
   * Returns Δ²f = Σᵢⱼ ∂⁴f/∂xᵢ²∂xⱼ².
   *
   * @param options - The coordinates to sum over; by default all that are differentiated.
   * @returns The value of Δ²f, of the shape of f(x).
   * @throws {@link ShapeError} if a coordinate does not exist.
   * @throws {@link GraphError} if a coordinate is not among the option `axes`, or if an option is unknown.
   */
  biharmonic(options?: AxesOptions): Node;
  /**
   * Returns the divergence Σᵢ ∂fᵢ/∂xᵢ of a vector field.
   *
   * @returns The divergence, [n].
   * @throws {@link ShapeError} if f(x) does not have one component for each coordinate.
   */
  divergence(): Node;
  /**
   * Differentiates along vectors, one after the other: v'∇f for one vector, v'(∇²f)w for two.
   *
   * @param vectors - The vectors, each [d] or [n, d]. They count as constants.
   * @returns The derivative, of the shape of f(x).
   * @throws {@link ShapeError} if a vector has a wrong shape.
   */
  directional(...vectors: NodeLike[]): Node;
  /**
   * Multiplies the Hessian of each sample by a vector: (∇²f)v.
   *
   * @param vector - The vector, [d] or [n, d]. It counts as constant.
   * @returns The product, [n, …, d].
   * @throws {@link ShapeError} if the vector has a wrong shape.
   */
  hvp(vector: NodeLike): Node;
}

/**
 * Differentiates a function with respect to its inputs, for each sample. Several derivatives share their work.
 *
 * The derivatives are carried forward from x through all nodes of f, next to the values. This is Taylor mode (Griewank and
 * Walther 2008, chapter 13). Derivatives along all coordinates take one product per layer. The sum Σ ∂² is carried as one value:
 * the forward Laplacian (Li et al. 2023, arXiv 2307.08214) and collapsed Taylor mode (Dangel et al. 2025, arXiv 2505.13644). So a
 * Laplacian over d coordinates costs about as much as d + 2 values of f.
 *
 * The function f is called once. The results are nodes like any others: you can differentiate them with respect to parameters,
 * and with respect to x again. Second and higher derivatives of `relu` and similar functions are those of their pieces.
 *
 * @example
 * ```ts
 * // Burgers' equation u_t + u·u_x − ν·u_xx = 0 for x = (x, t).
 * const u = derivatives(model, points);
 * const residual = sub(add(u.partial(1), mul(u.value, u.partial(0))), mul(nu, u.partial(0, 0)));
 * ```
 *
 * @param f - A function from x [n, d] to [n, …]. Samples must not depend on each other.
 * @param x - The points, [n, d].
 * @param options - The coordinates that you will differentiate with respect to; all by default. Fewer of them cost less.
 * @returns The value of f, and methods that return its derivatives.
 * @throws {@link ShapeError} if x is not float [n, d], if f(x) is not float [n, …], or if a coordinate does not exist.
 * @throws {@link GraphError} if f mixes samples, if f is no function, or if an option is unknown.
 * @category Graph: derivatives
 */
export function derivatives(
  f: (x: Node) => Node,
  x: Node,
  options: AxesOptions = {},
): InputDerivatives {
  return derivativesFor("derivatives", f, x, options);
}

/** The same as `derivatives`, with the name of the called function for messages. */
export function derivativesFor(
  where: string,
  f: (x: Node) => Node,
  x: Node,
  options: AxesOptions,
): InputDerivatives {
  checkOptions(where, options, ["axes"]);
  if (typeof f !== "function") throw noFunction(where, f);
  const [n, d] = checkPoints(where, x);
  const value = f(x);
  checkValue(where, value, x);
  const all = axesOf(where, options.axes, d);
  const directions = new Map<string | Node, Direction>();
  const vectors = new Map<Direction, Node>();

  const added = (key: string | Node, rest: Omit<Direction, "id">): Direction => {
    const known = directions.get(key) ?? { id: directions.size, ...rest };
    directions.set(key, known);
    return known;
  };
  const stack = added("all", { size: all.length, axes: all, within: null });
  /** The positions of coordinates among those that are followed. */
  const placesOf = (axes: readonly number[]) =>
    axes.map((axis) => {
      const at = all.indexOf(axis);
      if (at >= 0) return at;
      throw new GraphError({
        where,
        must: `coordinates must be among the axes ${showShape(all)} that are differentiated by`,
        got: String(axis),
        todo: "add it to the option axes",
      });
    });
  const coordinate = (axis: number): Direction => {
    const axes = axesOf(where, [axis], d);
    const within = { stack, at: placesOf(axes) };
    return added(`${axes}`, { size: null, axes, within });
  };
  const some = (given: readonly number[] | undefined): Direction => {
    if (given === undefined) return stack;
    const axes = axesOf(where, given, d);
    const at = placesOf(axes);
    if (at.length === all.length) return stack;
    return added(`stack ${axes}`, { size: axes.length, axes, within: { stack, at } });
  };
  const along = (vector: NodeLike): Direction => {
    const node = asNode(vector);
    const direction = added(node, { size: null, axes: null, within: null });
    vectors.set(direction, checkVector(where, node, n, d));
    return direction;
  };
  const streams = streamsOf(value, x, (direction) => {
    const vector = vectors.get(direction);
    if (vector !== undefined) return broadcastTo(vector, x.shape);
    const rows = rowsAt(eye(d), direction.axes ?? []);
    return broadcastTo(reshape(rows, [all.length, 1, d]), [all.length, n, d]);
  });
  const taken = (parts: Derivative): Node => {
    const derivative = derivativeOf(parts);
    return streams(derivative) ?? fill([...leadOf(derivative), ...value.shape], 0);
  };
  const first = (direction: Direction) => ({ direction, kind: "first" }) as const;
  const summed = (given: AxesOptions, name: string) => {
    checkOptions(`${where}, ${name}`, given, ["axes"]);
    return { direction: some(given.axes), kind: "summed" } as const;
  };
  const last = (stacked: Node) => moveAxis(stacked, 0, stacked.shape.length - 1);
  return {
    value,
    partial: (...axes) =>
      axes.length === 0 ? value : taken(axes.map((axis) => first(coordinate(axis)))),
    gradient: () => last(taken([first(stack)])),
    laplacian: (given = {}) => taken([summed(given, "laplacian")]),
    biharmonic: (given = {}) => {
      const part = summed(given, "biharmonic");
      return taken([part, part]);
    },
    divergence: () => {
      if (value.shape.length !== 2 || value.shape[1] !== all.length) {
        throw new ShapeError({
          where,
          must: `for a divergence f(x) must be ${showShape([n, all.length])}, a component for each coordinate`,
          got: showShape(value.shape),
          todo: "return a vector field, or name the coordinates in axes",
        });
      }
      return sum(diagonal(last(taken([first(stack)]))), { axis: 1 });
    },
    directional: (...given) =>
      given.length === 0 ? value : taken(given.map((vector) => first(along(vector)))),
    hvp: (vector) => last(taken([first(stack), first(along(vector))])),
  };
}

function noFunction(where: string, got: unknown): GraphError {
  return new GraphError({
    where,
    must: "its first argument must be a function of the points",
    got: isNode(got) ? "a node, which may be what the function gives" : typeof got,
    todo: `pass the function itself, and the points after it: ${where}(u, x)`,
  });
}

function checkPoints(where: string, x: Node): readonly [number, number] {
  const [n, d] = x?.shape ?? [];
  if (isNode(x) && x.shape.length === 2 && x.type === "float" && d !== 0)
    return [n as number, d as number];
  throw new ShapeError({
    where,
    must: "x must be float points [n, d], a sample in each row",
    got: isNode(x) ? `${x.type} ${showShape(x.shape)}` : typeof x,
    todo: "reshape it, and to other shapes again inside of f",
  });
}

function noAxes(where: string, got: unknown): ShapeError {
  return new ShapeError({
    where,
    must: "axes must be a list of coordinates",
    got: typeof got,
    todo: "pass [0] for the first one, [0, 0] for its second derivative",
  });
}

function checkValue(where: string, value: Node, x: Node): void {
  const [n = 0] = x.shape;
  if (value.type !== "float" || value.shape[0] !== n) {
    throw new ShapeError({
      where,
      must: `f(x) must be float [${n}, …], samples first`,
      got: `${value.type} ${showShape(value.shape)}`,
      todo: "return a value for each sample, without a sum over them",
    });
  }
  const mixing = samplesMixed([value], [x], n);
  if (mixing === null) return;
  throw new GraphError({
    where,
    must: "samples must not depend on one another",
    got: `${mixing.how} at ${showNode(mixing.node)}`,
    todo: "leave out statistics of the batch, or evaluate the model in the mode that keeps them fixed",
  });
}

function checkVector(where: string, vector: Node, n: number, d: number): Node {
  const { shape, type } = vector;
  const rows = shape.length === 1 || (shape.length === 2 && shape[0] === n);
  if (type === "float" && rows && shape.at(-1) === d) return vector;
  throw new ShapeError({
    where: `${where}, a direction`,
    must: `it must be float [${d}] or [${n}, ${d}]`,
    got: `${type} ${showShape(shape)}`,
    todo: "give it a component for each coordinate",
  });
}

/** The coordinates counted from the front, ascending, each once. */
function axesOf(where: string, axes: readonly number[] | undefined, d: number): number[] {
  if (axes === undefined) return Array.from({ length: d }, (_, axis) => axis);
  if (!Array.isArray(axes)) throw noAxes(where, axes);
  const found = [...new Set(axes.map((axis) => normalizeAxis(where, axis, d)))];
  if (found.length > 0) return found.sort((a, b) => a - b);
  throw new ShapeError({
    where,
    must: "axes must name a coordinate at least",
    got: "none",
    todo: "leave axes out for all of them",
  });
}
