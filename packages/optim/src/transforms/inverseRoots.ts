import {
  add,
  div,
  eigh,
  exp,
  greater,
  log,
  matmul,
  maximum,
  mul,
  type Node,
  sqrt,
  square,
  sub,
  sum,
  type Update,
  type Variable,
  where,
} from "@metrigrad/graph";
import type { OptimizerContext, Phase } from "../core/optimizer.ts";
import { mapDirections } from "../core/step.ts";
import type { Transform } from "../core/transform.ts";
import { factorAxes, outerOf, turned } from "../soap/axes.ts";

/** Settings of Shampoo's preconditioner. */
export interface InverseRoots {
  /** The decay β of factors and squares. With 1 they are sums. */
  readonly beta: number;
  /** The number that is added to eigenvalues and roots. */
  readonly epsilon: number;
  /** The number of steps from one inversion to the next. */
  readonly every: number;
  /** The longest axis that has a factor. */
  readonly longest: number;
  /** Whether a direction gets the length that the division by squares would give it. */
  readonly graft: boolean;
}

/** An axis with its factor F = Σ gg' and its root F^{−1/2k}, [d, d] each. */
interface FactorAxis {
  readonly axis: number;
  readonly factor: Variable;
  readonly root: Variable;
}

/**
 * Makes a transform that multiplies u by (Fᵢ + εI)^{−1/2k} along each of its k axes.
 *
 * Fᵢ is the sum or the mean of uu' over the other axes (Gupta, Koren and Singer 2018, arXiv 1802.09568, algorithms 1
 * and 2). A parameter without factors is divided by √s + ε, with the sum or mean s of u². With `graft` every
 * direction gets the length that this division would give it (Anil et al. 2020, arXiv 2002.09018, section 4).
 */
export function inverseRoots(settings: InverseRoots): Transform {
  const { beta, epsilon, every, longest, graft } = settings;
  return Object.freeze({
    name: "inverseRoots",
    settings: { ...settings },
    transform: (step, context) => {
      // Means begin at 0. The division by their weight 1 − βᵗ corrects that.
      const weight = sub(1, exp(mul(add(context.step, 1), Math.log(beta))));
      const whole = (value: Node): Node => (beta === 1 ? value : div(value, weight));
      const collected = (kept: Node, value: Node): Node =>
        beta === 1 ? add(kept, value) : add(mul(kept, beta), mul(value, 1 - beta));
      const updates: Update[] = [];
      const factors: Update[] = [];
      const roots: Update[] = [];
      const adapted = mapDirections(step, (u, variable) => {
        const axes = axesOf(variable, longest, context);
        for (const { axis, factor, root } of axes) {
          factors.push([factor, collected(factor, outerOf(u, axis))]);
          roots.push([root, inverseRoot(whole(factor), epsilon, 2 * axes.length)]);
        }
        const shaped = axes.reduce((now, { axis, root }) => turned(now, axis, root, false), u);
        if (axes.length > 0 && !graft) return shaped;
        const squares = context.slot(variable, "squares");
        const next = collected(squares, square(u));
        updates.push([squares, next]);
        const divided = div(u, add(sqrt(whole(next)), epsilon));
        return axes.length === 0 ? divided : mul(shaped, ratio(normOf(divided), normOf(shaped)));
      });
      const phases: readonly Phase[] = [
        { every: 1, updates: factors },
        { every, updates: roots },
      ];
      return {
        ...adapted,
        updates: [...step.updates, ...updates],
        before: factors.length === 0 ? step.before : [...step.before, ...phases],
      };
    },
  } satisfies Transform);
}

/** Returns (F + εI)^{−1/p} of a symmetric F. */
function inverseRoot(factor: Node, epsilon: number, p: number): Node {
  const { values, vectors } = eigh(factor);
  // Rounding can make eigenvalues of 0 negative.
  const powers = exp(mul(log(add(maximum(values, 0), epsilon)), -1 / p));
  return matmul(mul(vectors, powers), vectors, { transposeB: true });
}

/** The Euclidean norm, a scalar. */
function normOf(value: Node): Node {
  return sqrt(sum(square(value)));
}

/** Returns a/b; 0 where b is 0. */
function ratio(a: Node, b: Node): Node {
  return where(greater(b, 0), div(a, b), 0);
}

/** Returns the axes that have factors. */
function axesOf(variable: Variable, longest: number, { slot }: OptimizerContext): FactorAxis[] {
  return factorAxes(variable.shape, longest).map((axis) => {
    const size = variable.shape[axis] as number;
    const [factor, root] = [`factor${axis}`, `root${axis}`].map((name) =>
      slot(variable, name, { shape: [size, size] }),
    ) as [Variable, Variable];
    return { axis, factor, root };
  });
}
