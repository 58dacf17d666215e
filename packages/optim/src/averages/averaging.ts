import { add, equal, type Node, type Update, type Variable, where } from "@metrigrad/graph";
import { GraphError } from "@metrigrad/tensor";
import type { Optimizer, OptimizerContext, Phase } from "../core/optimizer.ts";
import { checkOptimizer } from "../core/settings.ts";

/** A parameter on its way from one point of the steps to the next. */
export interface Move {
  /** The parameter before the step. */
  readonly before: Node;
  /** The parameter after the optimizer's step. */
  readonly after: Node;
  /** The average so far; it begins at the parameter's first value. */
  readonly average: Node;
  /** The number of moves, this one included, a float scalar. */
  readonly count: Node;
  /** Returns a value that is kept beside the average, of its shape; it begins at the parameter's first value. */
  kept(name: string): Node;
}

/** What becomes of a parameter and its average. */
export interface Moved {
  /** The new average. */
  readonly average: Node;
  /** The point at which the next step begins; `after` by default. */
  readonly next?: Node;
  /** The new values that are kept beside the average, by name. */
  readonly kept?: Readonly<Record<string, Node>>;
}

/** How averages are made. */
export interface Averaging {
  /** The name of the optimizer. */
  readonly name: string;
  /** The optimizer inside, which makes the steps. */
  readonly optimizer: Optimizer;
  /** The settings of the average, for records. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Returns the new values of a parameter that moves. */
  readonly rule: (move: Move) => Moved;
  /** Whether the rule changes the points of the steps; false by default. */
  readonly movesPoints?: boolean;
}

/** The slot of the averages. */
const slotName = "average";

/**
 * Makes an optimizer that keeps an average of every parameter around another one. Throws GraphError if that is not an
 * optimizer.
 */
export function averaging(given: Averaging): Optimizer {
  const { name, optimizer, settings, rule, movesPoints = false } = given;
  checkInner(name, optimizer, movesPoints);
  return Object.freeze({
    name,
    settings: { ...settings, optimizer: { name: optimizer.name, ...optimizer.settings } },
    metric: optimizer.metric ?? null,
    averages: slotName,
    fixedLoss: optimizer.fixedLoss ?? false,
    update: (context) => {
      const own = new Set(context.parameters.map(({ variable }) => variable));
      return optimizer.update(context).map((phase) => followed(phase, own, context, rule));
    },
  } satisfies Optimizer);
}

/** Returns the phase with averages that follow the parameters that it moves. */
function followed(
  phase: Phase,
  own: ReadonlySet<Variable>,
  { slot }: OptimizerContext,
  rule: Averaging["rule"],
): Phase {
  const updates = phase.updates.flatMap(([variable, after, ...when]): Update[] => {
    if (!own.has(variable)) return [[variable, after, ...when] as Update];
    const moves = slot(variable, "moves", { shape: [] });
    const count = add(moves, 1);
    const begun = (kept: Variable): Node => where(equal(moves, 0), variable, kept);
    const average = slot(variable, slotName);
    const kept = (name: string) => begun(slot(variable, name));
    const moved = rule({ before: variable, after, average: begun(average), count, kept });
    const beside = Object.entries(moved.kept ?? {}).map(
      ([name, value]) => [slot(variable, name), value] as const,
    );
    const all = [
      [variable, moved.next ?? after],
      [average, moved.average],
      [moves, count],
      ...beside,
    ] as const;
    return all.map(([one, value]) => [one, value, ...when] as Update);
  });
  return { ...phase, updates };
}

/**
 * Throws GraphError if the value is not an optimizer, averages itself, or does not let its points be moved where that
 * is needed.
 */
function checkInner(where: string, optimizer: Optimizer, movesPoints: boolean): void {
  checkOptimizer(where, optimizer);
  if (movesPoints && optimizer.fixedLoss === true) {
    throw new GraphError({
      where,
      must: "the optimizer inside must let its points be moved",
      got: optimizer.name,
      todo: "take ema or polynomialAverage around it",
    });
  }
  if (!optimizer.averages) return;
  throw new GraphError({
    where,
    must: "the optimizer inside must not average itself",
    got: optimizer.name,
    todo: "take one of the two averages: rngd({ average: null }) has none",
  });
}
