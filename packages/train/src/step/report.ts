import type { Node } from "@metrigrad/graph";
import type { Phase, Quantity } from "@metrigrad/optim";
import type { Tensor } from "@metrigrad/tensor";

/**
 * The report of an optimizer on one block of parameters.
 *
 * @category Train: own loops
 */
export interface ReportedBlock {
  /** The path of the module. */
  readonly path: string;
  /** The names of the parameters in the module. */
  readonly params: readonly string[];
  /** The name of the method that solves with the metric of the block. */
  readonly solver: string;
  /**
   * The quantities by name: `lambda` of every matrix, `residual` of the solve, `length` in √nats, and `condition` if
   * it is asked for.
   */
  readonly quantities: Readonly<Record<string, number | readonly number[]>>;
}

/**
 * The report of an optimizer on one step. Its numbers are from the state before the step.
 *
 * @category Train: own loops
 */
export interface OptimizerReport {
  /** The number of the step, from 1. */
  readonly step: number;
  /** The quantities of the whole step by name, such as its `length` in √nats. */
  readonly quantities: Readonly<Record<string, number | readonly number[]>>;
  /** The reports of the blocks of parameters. */
  readonly blocks: readonly ReportedBlock[];
}

/** The place of a value in a report. */
export interface ReportedQuantity {
  readonly block: Omit<ReportedBlock, "quantities"> | null;
  readonly name: string;
}

/** Returns the quantities of a phase's report and their nodes. Costly ones are there only if asked for. */
export function quantitiesOf(
  { report }: Phase,
  costly: boolean,
): { readonly labels: readonly ReportedQuantity[]; readonly nodes: readonly Node[] } {
  const chosen = (block: ReportedQuantity["block"], list: readonly Quantity[]) =>
    list
      .filter((one) => costly || !one.costly)
      .map(({ name, value }) => ({ label: { block, name }, node: value() }));
  const all = [
    ...chosen(null, report?.quantities ?? []),
    ...(report?.blocks ?? []).flatMap(({ path, params, solver, quantities }) =>
      chosen({ path, params, solver }, quantities),
    ),
  ];
  return { labels: all.map(({ label }) => label), nodes: all.map(({ node }) => node) };
}

/** Makes a report from its values. */
export function reportOf(
  step: number,
  labels: readonly ReportedQuantity[],
  values: readonly Tensor[],
): OptimizerReport {
  const whole: Record<string, number | readonly number[]> = {};
  const blocks = new Map<ReportedQuantity["block"], Record<string, number | readonly number[]>>();
  labels.forEach(({ block, name }, index) => {
    const value = values[index] as Tensor;
    const own = block === null ? whole : (blocks.get(block) ?? {});
    if (block !== null) blocks.set(block, own);
    own[name] = value.shape.length === 0 ? value.item() : Object.freeze([...value.data()]);
  });
  return Object.freeze({
    step,
    quantities: Object.freeze(whole),
    blocks: [...blocks].map(([block, quantities]) =>
      Object.freeze({ ...(block as Omit<ReportedBlock, "quantities">), quantities }),
    ),
  });
}
