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
  /** β of factors and squares; 1: they are sums. */
  readonly beta: number;
  /** Added to eigenvalues and roots. */
  readonly epsilon: number;
  /** Steps between two inversions. */
  readonly every: number;
  /** Axes that are longer have no factor. */
  readonly longest: number;
  /** Whether directions get the length of those that squares alone give. */
  readonly graft: boolean;
}

/** An axis with its factor F = Σ gg' and F^{−1/2k}, [d, d]. */
interface FactorAxis {
  readonly axis: number;
  readonly factor: Variable;
  readonly root: Variable;
}

/**
 * u ← u times (Fᵢ + εI)^{−1/2k} along each of its k axes, with Fᵢ the sum or the mean of uu' over the other axes (Gupta, Koren and Singer
 * 2018, arXiv 1802.09568, algorithms 1 and 2). What has no factors is divided by √s + ε, s the sum or mean of u². With `graft` every direction gets the
 * length that this division would give it (Anil et al. 2020, arXiv 2002.09018, section 4).
 */
export function inverseRoots(settings: InverseRoots): Transform {
  const { beta, epsilon, every, longest, graft } = settings;
  return Object.freeze({
    name: "inverseRoots",
    settings: { ...settings },
    transform: (step, context) => {
      // Means begin at 0, which their weights 1 − βᵗ make up for.
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

/** (F + εI)^{−1/p} of a symmetric F. */
function inverseRoot(factor: Node, epsilon: number, p: number): Node {
  const { values, vectors } = eigh(factor);
  // Rounding can make eigenvalues of 0 negative.
  const powers = exp(mul(log(add(maximum(values, 0), epsilon)), -1 / p));
  return matmul(mul(vectors, powers), vectors, { transposeB: true });
}

function normOf(value: Node): Node {
  return sqrt(sum(square(value)));
}

/** a/b, 0 where b is 0. */
function ratio(a: Node, b: Node): Node {
  return where(greater(b, 0), div(a, b), 0);
}

function axesOf(variable: Variable, longest: number, { slot }: OptimizerContext): FactorAxis[] {
  return factorAxes(variable.shape, longest).map((axis) => {
    const size = variable.shape[axis] as number;
    const [factor, root] = [`factor${axis}`, `root${axis}`].map((name) =>
      slot(variable, name, { shape: [size, size] }),
    ) as [Variable, Variable];
    return { axis, factor, root };
  });
}
