import {
  add,
  argsort,
  div,
  eigh,
  equal,
  exp,
  flip,
  gather,
  matmul,
  mul,
  type Node,
  qr,
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
import { factorAxes, outerOf, turned } from "./axes.ts";

/** Settings of ADAM in the eigenbasis of Shampoo's factors. */
export interface RotatedMoments {
  readonly beta1: number;
  readonly beta2: number;
  /** The decay of the factors. */
  readonly factorBeta: number;
  readonly epsilon: number;
  /** The number of steps from one renewal of the bases to the next. */
  readonly every: number;
  /** The longest axis that is turned. */
  readonly longest: number;
}

/** An axis that is turned, with its factor Σ gg' and its basis Q, [d, d] each. */
interface TurnedAxis {
  readonly axis: number;
  readonly factor: Variable;
  readonly basis: Variable;
}

/** A number of steps that is longer than any run, so that a phase is due once. */
const once = 2 ** 40;

/**
 * Makes a transform that takes ADAM's moments in the eigenbasis of Shampoo's factors (Vyas et al. 2024, algorithm 3).
 *
 * For every axis F ← βF + (1−β)gg'. The direction is u ← Q(m̂/(√v̂ + ε)): m is the mean of gradients, written in the
 * basis, and v is the mean of their squares there. The bases come from the first batch, which makes no step. Every
 * few steps a power step renews them, Q ← qr(FQ), with the columns in the order of their eigenvalues. As in the
 * authors' code ε is added before the second moment is corrected.
 */
export function rotatedMoments(settings: RotatedMoments): Transform {
  const { beta1, beta2, factorBeta, epsilon, every, longest } = settings;
  return Object.freeze({
    name: "rotatedMoments",
    settings: { ...settings },
    transform: (step, context) => {
      const { slot } = context;
      const begins = equal(context.step, 0);
      const correction = (beta: number): Node =>
        where(begins, 1, sub(1, exp(mul(context.step, Math.log(beta)))));
      const pace = div(sqrt(correction(beta2)), correction(beta1));
      const updates: Update[] = [];
      const first: Update[] = [];
      const later: Update[] = [];
      const adapted = mapDirections(step, (u, variable) => {
        const axes = axesOf(variable, longest, context);
        const inBasis = (value: Node) =>
          axes.reduce((now, { axis, basis }) => turned(now, axis, basis, false), value);
        const [mean, squares] = [slot(variable, "mean"), slot(variable, "squares")];
        const counted = (next: Node, kept: Variable) => where(begins, kept, next);
        const nextMean = add(mul(mean, beta1), mul(u, 1 - beta1));
        const nextSquares = add(mul(squares, beta2), mul(square(inBasis(u)), 1 - beta2));
        updates.push([mean, counted(nextMean, mean)], [squares, counted(nextSquares, squares)]);
        for (const { axis, factor, basis } of axes) {
          updates.push([
            factor,
            add(mul(factor, factorBeta), mul(outerOf(u, axis), 1 - factorBeta)),
          ]);
          first.push([basis, flip(eigh(factor).vectors, { axis: 1 })]);
        }
        later.push(...turns(axes, squares));
        const scaled = div(inBasis(nextMean), add(sqrt(nextSquares), epsilon));
        const back = axes.reduce((now, { axis, basis }) => turned(now, axis, basis, true), scaled);
        return where(begins, 0, mul(pace, back));
      });
      const after: readonly Phase[] = [
        { every: once, updates: first },
        { every, from: 1, updates: later },
      ];
      return {
        ...adapted,
        updates: [...step.updates, ...updates],
        after: [...step.after, ...after],
      };
    },
  } satisfies Transform);
}

/**
 * Returns the updates Q ← qr(FQ) of every axis. Columns, and the squares with them, are sorted by q'Fq in descending
 * order.
 */
function turns(axes: readonly TurnedAxis[], squares: Variable): Update[] {
  if (axes.length === 0) return [];
  let sorted: Node = squares;
  const updates = axes.map(({ axis, factor, basis }): Update => {
    const order = argsort(sum(mul(basis, matmul(factor, basis)), { axis: 0 }), {
      descending: true,
    });
    sorted = gather(sorted, order, { axis });
    return [basis, qr(matmul(factor, gather(basis, order, { axis: 1 }))).q];
  });
  return [...updates, [squares, sorted]];
}

/** Returns the axes that are turned. */
function axesOf(variable: Variable, longest: number, { slot }: OptimizerContext): TurnedAxis[] {
  const { shape } = variable;
  return factorAxes(shape, longest).map((axis) => {
    const size = shape[axis] as number;
    const square = { shape: [size, size] };
    const [factor, basis] = [`factor${axis}`, `basis${axis}`].map((name) =>
      slot(variable, name, square),
    ) as [Variable, Variable];
    return { axis, factor, basis };
  });
}
