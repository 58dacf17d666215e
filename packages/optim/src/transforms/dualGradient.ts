import {
  all,
  argMax,
  cast,
  concat,
  constant,
  gather,
  logicalAnd,
  mul,
  type Node,
  reshape,
  sub,
  type Variable,
  vmap,
  where,
} from "@metrigrad/graph";
import {
  type AnyModule,
  type Coordinates,
  type DistributionOptions,
  distribution,
} from "@metrigrad/nn";
import { GraphError, sizeOf, tensor } from "@metrigrad/tensor";
import type { OptimizerContext } from "../core/optimizer.ts";
import { type ChainStep, type MetricBlock, mapDirections } from "../core/step.ts";
import type { Transform } from "../core/transform.ts";

/**
 * The number of lengths 1, ¼, 1/16, … that are tried. All of them are tried at each step, so they are few: with a
 * full covariance each takes a Cholesky factor.
 */
const trials = 8;

/** A `distribution` that the step trains, and its parameters by name. */
interface Member {
  readonly options: DistributionOptions;
  readonly params: Readonly<Record<string, Variable>>;
}

/**
 * Makes a link of a {@link chain} that takes the gradient of each `distribution` in its dual coordinates.
 *
 * That is ∂L/∂m if the parameters are the natural coordinates η, and ∂L/∂η if they are the expectations m. It is the
 * natural gradient, since the metric is ∂m/∂η or ∂η/∂m (Raskutti and Mukherjee 2015; Khan and Rue 2023, arXiv
 * 2107.04562).
 *
 * At the end of the chain the whole step is cut to a quarter, up to seven times, until all distributions exist: a
 * covariance must be positive definite, for example. If that does not help, the step is left out. The quantity
 * `shortened` reports the share of the step that was taken.
 *
 * @returns The transform.
 * @throws {@link GraphError} when a step is built, if a parameter does not belong to a distribution all of whose
 *   parameters are trained.
 * @category Optimizers: natural gradients
 */
export function dualGradient(): Transform {
  return Object.freeze({
    name: "dualGradient",
    settings: {},
    transform: (step, context) => {
      const members = membersOf(context);
      const values = new Map<Variable, Node>(step.directions);
      const turned = new Map<Variable, Node>();
      for (const { options, params } of members) {
        const given = mapNamed(params, (variable) => values.get(variable) as Node);
        const dual = solveOf(options, params, given);
        for (const [name, variable] of Object.entries(params)) {
          turned.set(variable, dual[name] as Node);
        }
      }
      return {
        ...mapDirections(step, (_, variable) => turned.get(variable) as Node),
        metric: members.map(blockOf),
        last: [...step.last, (whole) => shortened(whole, members)],
      };
    },
  } satisfies Transform);
}

/**
 * Returns the distributions whose parameters a step trains, each once. Throws GraphError if they do not cover the
 * parameters.
 */
function membersOf({ applications, parameters }: OptimizerContext): readonly Member[] {
  const left = new Map(parameters.map(({ variable, path }) => [variable, path]));
  const found = new Map<AnyModule, Member>();
  for (const { module, definition, options, params } of applications) {
    if (definition !== (distribution as unknown)) continue;
    const own = Object.values(params);
    if (found.has(module) || !own.every((variable) => left.has(variable))) continue;
    for (const variable of own) left.delete(variable);
    found.set(module, { options: options as DistributionOptions, params });
  }
  if (left.size === 0) return [...found.values()];
  throw new GraphError({
    where: "dualGradient",
    must: "every parameter must belong to a distribution, of which all parameters are trained",
    got: [...left.values()].join(", "),
    todo: "give the others another optimizer: groups([[q, naturalGradient()], [model, adam()]])",
  });
}

/** Returns the natural coordinates η at the parameters. */
function naturalOf({ family, coordinates }: DistributionOptions, values: Coordinates): Coordinates {
  return coordinates === "natural" ? values : family.toNatural(values);
}

/** Returns g⁻¹v. The metric g is ∂m/∂η in natural coordinates, and ∂η/∂m in expectations. */
function solveOf(options: DistributionOptions, params: Coordinates, v: Coordinates): Coordinates {
  const { family, coordinates } = options;
  const natural = naturalOf(options, params);
  return coordinates === "natural" ? family.solve(natural, v) : family.metric(natural, v);
}

/** Returns g v. */
function applyOf(options: DistributionOptions, params: Coordinates, v: Coordinates): Coordinates {
  const { family, coordinates } = options;
  const natural = naturalOf(options, params);
  return coordinates === "natural" ? family.metric(natural, v) : family.solve(natural, v);
}

/** Returns the metric of a distribution, which has no damping. */
function blockOf({ options, params }: Member): MetricBlock {
  const names = Object.keys(params);
  const variables = Object.values(params);
  const pack = (values: readonly Node[]) =>
    concat(
      values.map((value) => reshape(value, [sizeOf(value.shape), 1])),
      0,
    );
  const each = (act: typeof solveOf) => (v: Node) => {
    let from = 0;
    const parts = variables.map(({ shape }, index) => {
      const size = sizeOf(shape);
      const rows = gather(
        v,
        constant(tensor(Int32Array.from({ length: size }, (_, i) => from + i))),
      );
      from += size;
      return [names[index] as string, reshape(rows, shape)] as const;
    });
    const result = act(options, params, Object.fromEntries(parts));
    return pack(names.map((name) => result[name] as Node));
  };
  return {
    params: variables,
    pack,
    apply: each(applyOf),
    solve: each(solveOf),
    lambda: () => constant(0),
  };
}

/** Returns the longest of the shortened steps after which all distributions exist; a step of 0 if there is none. */
function shortened(step: ChainStep, members: readonly Member[]): ChainStep {
  const values = new Map<Variable, Node>(step.directions);
  const grid = constant(tensor(Float64Array.from({ length: trials }, (_, k) => 4 ** -k)));
  const existAt = (s: Node) =>
    members
      .map(({ options: { family, coordinates }, params }) => {
        const moved = mapNamed(params, (one) => sub(one, mul(s, values.get(one) as Node)));
        const inside = family[coordinates]?.contains(moved) as Node;
        return inside.shape.length === 0 ? inside : all(inside);
      })
      .reduce((a, b) => logicalAnd(a, b));
  const exist = cast(vmap(existAt)(grid), "float");
  const first = argMax(exist, { axis: 0 });
  const length = where(gather(cast(exist, "bool"), first), gather(grid, first), 0);
  const { quantities, blocks } = step.report;
  const quantity = { name: "shortened", value: () => length, costly: false };
  return {
    ...mapDirections(step, (u) => where(cast(length, "bool"), mul(length, u), 0)),
    report: { blocks, quantities: [...quantities, quantity] },
  };
}

function mapNamed(
  params: Readonly<Record<string, Variable>>,
  change: (variable: Variable) => Node,
): Coordinates {
  return Object.fromEntries(
    Object.entries(params).map(([name, variable]) => [name, change(variable)]),
  );
}
