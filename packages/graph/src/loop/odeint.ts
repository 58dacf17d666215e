import {
  checkNames,
  GraphError,
  leavesOf,
  mapTree,
  ShapeError,
  sameShape,
  showShape,
  type Tree,
  zipTrees,
} from "@metrigrad/tensor";
import { checkFloats } from "../core/checkElements.ts";
import { type LeafLike, type NodeTreeOf, nodeTree } from "../core/leafLike.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import { isNode, type Node } from "../core/node.ts";
import { add, div, mul, sub } from "../ops/arithmetic.ts";
import { cast } from "../ops/cast.ts";
import { concat } from "../ops/concat.ts";
import { expandDims } from "../ops/expandDims.ts";
import { slice } from "../ops/slice.ts";
import { scan } from "./scan.ts";

/** A Runge–Kutta method: the rows a of its tableau, its weights b and its nodes c. */
interface Tableau {
  readonly a: readonly (readonly number[])[];
  readonly b: readonly number[];
  readonly c: readonly number[];
}

/**
 * A method of {@link odeint}. The methods have the orders 1, 2, 4 and 5.
 *
 * @category Graph: loops and maps
 */
export type OdeMethod = "euler" | "midpoint" | "rk4" | "dopri5";

const tableaux: Readonly<Record<OdeMethod, Tableau>> = {
  euler: { a: [[]], b: [1], c: [0] },
  midpoint: { a: [[], [1 / 2]], b: [0, 1], c: [0, 1 / 2] },
  rk4: {
    a: [[], [1 / 2], [0, 1 / 2], [0, 0, 1]],
    b: [1 / 6, 1 / 3, 1 / 3, 1 / 6],
    c: [0, 1 / 2, 1 / 2, 1],
  },
  // Dormand and Prince 1980, table 2. The seventh stage would serve only the estimate of errors, so it is left out.
  dopri5: {
    a: [
      [],
      [1 / 5],
      [3 / 40, 9 / 40],
      [44 / 45, -56 / 15, 32 / 9],
      [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
      [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
    ],
    b: [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
    c: [0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1],
  },
};

/**
 * Options of {@link odeint}.
 *
 * @category Graph: loops and maps
 */
export interface OdeintOptions {
  /** The method; "rk4" by default, the classic method of order 4. */
  readonly method?: OdeMethod;
  /** The number of equal steps between two times; 1 by default. */
  readonly steps?: number;
}

/**
 * Integrates a differential equation dy/dt = f(t, y) from y(times[0]) = y0, and returns y at all times.
 *
 * The steps are fixed. If h is the length of a step and p the order of the method, the error is of the order of hᵖ. It is not
 * estimated. The integration is one loop of a plan, for any number of times. You can differentiate it with respect to y0, to the
 * times, and to everything that f uses.
 *
 * {@includeCode ../../../../examples/api/graph/odeint.ts#example}
 *
 * @param f - Returns dy/dt from the time (a scalar) and the state, in the structure of the state. It is called once per stage of
 *   the method.
 * @param y0 - The state at the first time: a node, a tensor or a number, or a tree of these.
 * @param times - The times, [T], at least two, ascending or descending.
 * @param options - The method, and the steps between two times.
 * @returns The states at all times, [T, …], in the structure of `y0`. The first one is y0.
 * @throws {@link ShapeError} if `times` is no float vector of at least two, or if f does not return the shapes of the state.
 *   Also if y0 or the result of f is no tree of nodes, tensors and numbers.
 * @throws {@link GraphError} if an option or the method is unknown, or if `steps` is no positive integer.
 * @category Graph: loops and maps
 */
export function odeint<const C extends Tree<LeafLike>>(
  f: (t: Node, y: NodeTreeOf<C>) => Tree<LeafLike>,
  y0: C,
  times: NodeLike,
  options: OdeintOptions = {},
): NodeTreeOf<C> {
  checkNames("odeint", options, ["method", "steps"], GraphError);
  const { method = "rk4", steps = 1 } = options;
  const tableau = tableauOf(method);
  const t = asNode(times);
  checkArguments(t, steps);
  const count = t.shape[0] as number;
  const begin = slice(t, [[0, count - 1]]);
  const length = div(sub(slice(t, [[1, count]]), begin), steps);
  const state = nodeTree("odeint, y0", y0);
  const shaped = (leaves: readonly Node[]) => {
    let at = 0;
    return mapTree(state, isNode, () => leaves[at++] as Node);
  };
  const slope = (at: Node, leaves: readonly Node[]): Node[] => {
    const y = shaped(leaves);
    return slopesOf(y as Tree<Node>, nodeTree("odeint, dy/dt", f(at, y as never)));
  };
  const one = (from: Node, h: Node, leaves: readonly Node[]) =>
    step(tableau, slope, from, h, leaves);
  const { ys } = scan(
    (leaves, [from, h]) => {
      if (steps === 1) {
        const next = one(from, h, leaves);
        return { carry: next, y: next };
      }
      const inner = scan(
        (carry, _, turn) => {
          const at = add(from, mul(h, cast(turn, "float")));
          return { carry: one(at, h, carry), y: [] };
        },
        leaves,
        null,
        { turns: steps },
      );
      return { carry: inner.carry, y: inner.carry };
    },
    leavesOf<Node>(state, isNode),
    [begin, length],
  );
  const first = leavesOf<Node>(state, isNode);
  const all = first.map((y, at) => concat([expandDims(y, 0), ys[at] as Node], 0));
  return shaped(all) as NodeTreeOf<C>;
}

/** One step: y + h Σ bᵢkᵢ, with slopes kᵢ at time t + cᵢh and state y + h Σ aᵢⱼkⱼ. */
function step(
  { a, b, c }: Tableau,
  slope: (t: Node, y: readonly Node[]) => Node[],
  t: Node,
  h: Node,
  y: readonly Node[],
): Node[] {
  const slopes: Node[][] = [];
  const moved = (weights: readonly number[]) =>
    y.map((leaf, at) => {
      const terms = weights.flatMap((weight, k) =>
        weight === 0 ? [] : [mul(weight, (slopes[k] as Node[])[at] as Node)],
      );
      return terms.length === 0
        ? leaf
        : add(
            leaf,
            mul(
              h,
              terms.reduce((sum, term) => add(sum, term)),
            ),
          );
    });
  for (const [stage, weights] of a.entries()) {
    const node = c[stage] as number;
    slopes.push(slope(node === 0 ? t : add(t, mul(node, h)), moved(weights)));
  }
  return moved(b);
}

function tableauOf(method: OdeMethod): Tableau {
  const own = Object.hasOwn(tableaux, method) ? tableaux[method] : undefined;
  if (own !== undefined) return own;
  throw new GraphError({
    where: "odeint",
    must: `the method must be one of ${Object.keys(tableaux).join(", ")}`,
    got: String(method),
    todo: 'leave it out for "rk4"',
  });
}

function checkArguments(times: Node, steps: number): void {
  if (!Number.isInteger(steps) || steps < 1) {
    throw new GraphError({
      where: "odeint",
      must: "steps must be a positive integer",
      got: String(steps),
      todo: "pass the number of equal steps between two times",
    });
  }
  checkFloats("odeint, the times", times);
  const [count = 0] = times.shape;
  if (times.shape.length === 1 && count >= 2) return;
  throw new ShapeError({
    where: "odeint",
    must: "the times must be a vector [T] of at least two",
    got: showShape(times.shape),
    todo: "pass the time of y0 first, then those at which y is wanted",
  });
}

/** The slopes that f returned, checked against the state. */
function slopesOf(state: Tree<Node>, slopes: Tree<Node>): Node[] {
  return zipTrees<Node, Node>(state, slopes, isNode, "odeint, dy/dt").map(([path, y, dy]) => {
    if (sameShape(y.shape, dy.shape) && y.type === "float" && dy.type === "float") return dy;
    throw new ShapeError({
      where: path === "" ? "odeint, dy/dt" : `odeint, dy/dt at ${path}`,
      must: `f must give float ${showShape(y.shape)}, as the state is`,
      got: `${dy.type} ${showShape(dy.shape)} for ${y.type} ${showShape(y.shape)}`,
      todo: "reshape, broadcast or cast what f returns, or y0",
    });
  });
}
