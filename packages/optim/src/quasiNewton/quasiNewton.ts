import {
  abs,
  add,
  constant,
  equal,
  greater,
  less,
  logicalAnd,
  logicalNot,
  logicalOr,
  max,
  minimum,
  mul,
  type Node,
  neg,
  notEqual,
  reciprocal,
  replaceNodes,
  sqrt,
  square,
  sub,
  sum,
  type Update,
  type Variable,
  where,
} from "@metrigrad/graph";
import type { AppliedParameter } from "@metrigrad/nn";
import { GraphError, sizeOf } from "@metrigrad/tensor";
import { gradients } from "../core/gradient.ts";
import { inner } from "../core/inner.ts";
import { wholeLoss } from "../core/lossChange.ts";
import type { OptimizerContext, Phase } from "../core/optimizer.ts";
import type { StepReport } from "../core/report.ts";
import type { LinePoint } from "./cubic.ts";
import { flattened, partsLike } from "./flat.ts";
import type { MakeInverse } from "./inverseHessian.ts";
import { searchOn, type WolfeSettings } from "./lineSearch.ts";
import { type MakeSlot, type SearchSlots, searchSlots, stages } from "./slots.ts";

/** The parts of a quasi-Newton method. */
export interface QuasiNewtonTask {
  readonly name: string;
  readonly lineSearch: Required<WolfeSettings>;
  readonly inverse: MakeInverse;
}

/** The rise of the loss that counts as no rise, in units in the last place. */
const sameLoss = 16;

/**
 * Returns the phases of one evaluation of a quasi-Newton method with a line search.
 *
 * The parameters are always the last accepted point θ. Loss and gradient are evaluated at the trial point θ + td. If
 * that ends the search, θ, the inverse Hessian H and d = −H∇L are renewed, so that the next step evaluates the first
 * trial of the next line. If no trial was lower, H begins anew. If H was new already, the method is at its end, and
 * nothing moves any more. Throws GraphError for gradients that do not come from the batch of the loss.
 */
export function quasiNewtonPhases(
  { name, lineSearch, inverse: makeInverse }: QuasiNewtonTask,
  context: OptimizerContext,
): readonly Phase[] {
  if (context.gradients !== null) throw otherGradients(name);
  const { variable: first } = context.parameters[0] as AppliedParameter;
  const slot: MakeSlot = (key, options) => context.slot(first, key, options);
  const variables = context.parameters.map(({ variable }) => variable);
  const size = variables.reduce((total, { shape }) => total + sizeOf(shape), 0);
  const slots = searchSlots(size, slot);
  const inverse = makeInverse(size, slot);
  const begins = equal(slots.stage, stages.begins);
  const active = notEqual(slots.stage, stages.done);
  const unit = where(greater(slots.fine, 1), 2 ** -52, 2 ** -23);

  const at = (t: Node) => along(variables, slots.direction, t);
  const trial = trialOf(variables, at(slots.search.t), context);
  const { rounding } = lineSearch;
  const { next, ended, lowered } = searchOn(
    slots.search,
    { loss: trial.loss, slope: inner([trial.gradient], [slots.direction]) },
    {
      loss: slots.loss,
      slope: slots.slope,
      largest: max(abs(slots.direction)),
      slack: mul(rounding === null ? mul(unit, sameLoss) : rounding, abs(slots.loss)),
    },
    lineSearch,
  );

  // The lowest point of the search. At t = 0 it is the point where the search began.
  const over = logicalAnd(active, logicalOr(begins, ended));
  const t = where(begins, 0, next.low.t);
  const loss = where(begins, trial.loss, next.low.loss);
  const gradient = where(logicalOr(begins, lowered), trial.gradient, slots.lowGradient);
  const advanced = logicalAnd(over, greater(t, 0));
  const failed = logicalAnd(over, logicalNot(logicalOr(begins, advanced)));

  const s = mul(slots.direction, t);
  const y = sub(gradient, slots.gradient);
  const sy = inner([s], [y]);
  const lengths = mul(sqrt(sum(square(s))), sqrt(sum(square(y))));
  const taken = logicalAnd(advanced, greater(sy, mul(lengths, unit)));
  const sBs = neg(mul(t, mul(t, slots.slope)));
  const renewed = inverse.next({ s, y, sy, sBs, taken }, failed, gradient);
  const falls = less(neg(inner([renewed.image], [gradient])), 0);
  const forget = logicalOr(failed, logicalNot(falls));
  const direction = neg(where(falls, renewed.image, gradient));

  // The end is reached if no gradient is left, or if not even the steepest descent leads down.
  const steepness = sum(abs(gradient));
  const stops = logicalOr(equal(steepness, 0), logicalAnd(failed, inverse.empty));
  const unscaled = logicalOr(renewed.empty, forget);
  const firstTrial = where(unscaled, minimum(1, reciprocal(steepness)), 1);
  const slope = inner([direction], [gradient]);
  const origin: LinePoint = { t: constant(0), loss, slope };
  const either = (one: Node, other: Node) => where(over, one, other);
  const point = (one: LinePoint): LinePoint => ({
    t: either(origin.t, one.t),
    loss: either(origin.loss, one.loss),
    slope: either(origin.slope, one.slope),
  });
  const goesOn = (flag: Node) => logicalAnd(flag, logicalNot(over));
  const search = {
    t: either(where(stops, 0, firstTrial), next.t),
    tried: either(constant(0), next.tried),
    low: point(next.low),
    high: point(next.high),
    bracketed: goesOn(next.bracketed),
    known: goesOn(next.known),
    close: goesOn(next.close),
  };
  const ofPoint: readonly Update[] = [
    [slots.stage, where(stops, stages.done, stages.searches)],
    [slots.iterations, add(slots.iterations, where(advanced, 1, 0))],
    [slots.loss, loss],
    [slots.slope, slope],
    [slots.gradient, gradient],
    [slots.direction, direction],
    ...renewed.updates(forget),
  ];
  const penalty = context.penalty?.value ?? constant(0);
  return [
    {
      every: 1,
      loss: where(begins, trial.data, sub(slots.loss, penalty)),
      updates: [
        ...at(t).map((value, index): Update => [variables[index] as Variable, value, advanced]),
        ...ofPoint.map(([variable, value]): Update => [variable, value, over]),
        ...slots.updates(search).map(([one, value]): Update => [one, value, active]),
        [slots.lowGradient, gradient, active],
      ],
      report: reportOf(slots),
    },
  ];
}

/** Returns θ + td in the shapes of the parameters. */
function along(variables: readonly Variable[], direction: Node, t: Node): Node[] {
  return partsLike(direction, variables).map((part, index) =>
    add(variables[index] as Variable, mul(t, part)),
  );
}

/** Returns the data term, the whole loss and its gradient [P] at other parameters. */
function trialOf(
  variables: readonly Variable[],
  moved: readonly Node[],
  context: OptimizerContext,
) {
  const own = gradients(context).map(({ gradient }) => gradient);
  const replaced = new Map<Node, Node>(variables.map((one, at) => [one, moved[at] as Node]));
  const nodes = replaceNodes([context.loss, wholeLoss(context), ...own], replaced);
  const [data, loss, ...parts] = nodes as [Node, Node, ...Node[]];
  return { data, loss, gradient: flattened(parts) };
}

/** Returns the report of the evaluation that the step makes. */
function reportOf({ search, slope, iterations, stage }: SearchSlots): StepReport {
  const quantities = Object.entries({
    stepLength: search.t,
    slope,
    iterations,
    evaluations: add(search.tried, 1),
    done: where(equal(stage, stages.done), 1, 0),
  });
  return {
    quantities: quantities.map(([name, value]) => ({
      name,
      value: () => add(value, 0),
      costly: false,
    })),
    blocks: [],
  };
}

function otherGradients(where: string): GraphError {
  return new GraphError({
    where,
    must: "loss and gradient must be those of one batch, since the line search compares them",
    got: "gradients of several batches or points",
    todo: `leave accumulate and sam out, and give ${where} all rows as one batch`,
  });
}
