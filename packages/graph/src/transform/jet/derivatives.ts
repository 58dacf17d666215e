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

/** Which coordinates of x count; negative ones from the end. */
export interface AxesOptions {
  /** All by default. */
  readonly axes?: readonly number[];
}

/** The value of a function of samples, and its derivatives by their coordinates, for each sample by itself. */
export interface InputDerivatives {
  /** f(x), [n, …]. */
  readonly value: Node;
  /**
   * ∂^p f/∂x_i∂x_j…, by any number of coordinates, which may repeat: `partial(0, 0, 1)` is ∂³f/∂x₀²∂x₁.
   * @returns the shape of f(x)
   */
  partial(...axes: number[]): Node;
  /**
   * All first derivatives: for each sample the gradient of f, or its Jacobian where f has several values.
   * @returns [n, …, d], the coordinate last
   */
  gradient(): Node;
  /**
   * Σ_i ∂²f/∂x_i².
   * @returns the shape of f(x)
   */
  laplacian(options?: AxesOptions): Node;
  /**
   * Δ²f = Σ_ij ∂⁴f/∂x_i²∂x_j².
   * @returns the shape of f(x)
   */
  biharmonic(options?: AxesOptions): Node;
  /**
   * Σ_i ∂f_i/∂x_i for f(x) [n, d].
   * @returns [n]
   */
  divergence(): Node;
  /**
   * The derivative along vectors [d] or [n, d], one after the other: v'∇f for one, v'(∇²f)w for two. The vectors
   * are taken as constant.
   * @returns the shape of f(x)
   */
  directional(...vectors: NodeLike[]): Node;
  /**
   * For each sample the product (∇²f)v of the Hessian with a vector, [d] or [n, d].
   * @returns [n, …, d]
   */
  hvp(vector: NodeLike): Node;
}

/**
 * Derivatives of a function by its inputs, sample by sample, at the cost of a small multiple of f: they are
 * carried forward from x through all nodes of f beside the values (Taylor mode: Griewank & Walther 2008, ch. 13), those along
 * all coordinates in one product per layer, and Σ ∂² as one value (the forward Laplacian: Li et al. 2023,
 * arXiv 2307.08214; collapsed Taylor mode: Dangel et al. 2025, arXiv 2505.13644). A Laplacian by d coordinates costs about
 * d + 2 values of f. f is built once, and methods share what they carry. Results are nodes as any others: they can be
 * differentiated by parameters, and by x again. Second and higher derivatives of `relu` and the like are those of their pieces.
 * @param f from x [n, d] to [n, …]; samples must not depend on one another
 * @param x the points [n, d]
 * @param options `axes`: the coordinates by which it will be differentiated; fewer of them cost less
 * @throws ShapeError where x is no [n, d], or f(x) does not have the samples first; GraphError where f mixes samples
 * @example
 * ```ts
 * // Burgers' equation u_t + u·u_x − ν·u_xx = 0 for x = (x, t).
 * const u = derivatives(model, points);
 * const residual = sub(add(u.partial(1), mul(u.value, u.partial(0))), mul(nu, u.partial(0, 0)));
 * ```
 */
export function derivatives(
  f: (x: Node) => Node,
  x: Node,
  options: AxesOptions = {},
): InputDerivatives {
  return derivativesFor("derivatives", f, x, options);
}

/** `derivatives`, whose messages name the function that was called. */
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
  /** Where coordinates lie among those that are followed. */
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

/** Coordinates counted from the front, ascending, each once. */
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
