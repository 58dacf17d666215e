import type { Node } from "@metrigrad/graph";
import type { Phase, Quantity } from "@metrigrad/optim";
import type { Tensor } from "@metrigrad/tensor";

/** What an optimizer reports of one block of parameters. */
export interface ReportedBlock {
  /** The module. */
  readonly path: string;
  /** Names of the parameters. */
  readonly params: readonly string[];
  /** How the step solves with their metric. */
  readonly solver: string;
  /** Such as `lambda`, of every matrix; `residual` of the solve; `length` in √nats; `condition`. */
  readonly quantities: Readonly<Record<string, number | readonly number[]>>;
}

/** What an optimizer reports of a step: numbers of before it. */
export interface OptimizerReport {
  /** From 1. */
  readonly step: number;
  /** Of the whole step, such as its `length` in √nats. */
  readonly quantities: Readonly<Record<string, number | readonly number[]>>;
  readonly blocks: readonly ReportedBlock[];
}

/** Where a value of a report belongs. */
export interface ReportedQuantity {
  readonly block: Omit<ReportedBlock, "quantities"> | null;
  readonly name: string;
}

/** The quantities of a phase's report and their nodes; those that cost much only where asked for. */
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

/** Puts the values of a report into their places. */
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
