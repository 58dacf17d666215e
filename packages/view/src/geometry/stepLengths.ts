import { checkNames, DataError } from "@metrigrad/tensor";
import type { OptimizerReport } from "@metrigrad/train";
import { drawCurves } from "../curves/curves.ts";
import { kindOf, refused } from "../refused.ts";

/**
 * Options of {@link stepLengths}.
 *
 * @category Pictures
 */
export interface StepLengthsOptions {
  /** The line above the picture; none by default. */
  readonly title?: string;
  /** A sentence below the title; none by default. */
  readonly note?: string;
  /** The quantity of the reports; `"length"` by default. Of several values, such as `lambda` of every matrix, the largest one counts. */
  readonly quantity?: string;
}

/** What quantities of reports are called. */
const titles: Readonly<Record<string, string>> = {
  length: "length of the step, √nats",
  lambda: "damping λ, the largest",
  residual: "residual of the solve",
  condition: "condition number, the largest",
};

/**
 * Draws how far each step moves each block of parameters, in √nats, from the reports of an optimizer.
 *
 * {@includeCode ../../../../examples/api/view/stepLengths.ts#example}
 *
 * @param reports - The reports of steps in their order, as `step.run` with `report: true` returns them.
 * @param options - The title, and another quantity.
 * @returns The text of an SVG file, 830 pixels wide.
 * @throws {@link DataError} if there are no reports, if no block has the quantity, and for options that are not valid.
 * @category Pictures
 */
export function stepLengths(
  reports: readonly OptimizerReport[],
  options: StepLengthsOptions = {},
): string {
  checkNames("stepLengths", options, ["title", "note", "quantity"], DataError);
  const { quantity = "length", ...more } = options;
  if (!Array.isArray(reports) || reports.length === 0) {
    const todo = "keep the `report` of each step: trainingStep({ …, report: true })";
    throw refused("stepLengths", "there must be reports", kindOf(reports), todo);
  }
  const all = reports as readonly OptimizerReport[];
  const lines = new Map<string, { step: number; value: number }[]>();
  const add = (name: string, step: number, values: OptimizerReport["quantities"]) => {
    const own = values[quantity];
    if (own === undefined) return;
    const value = typeof own === "number" ? own : Math.max(...own);
    lines.set(name, [...(lines.get(name) ?? []), { step, value }]);
  };
  for (const { step, quantities, blocks } of all) {
    add("whole step", step, quantities);
    for (const { path, params, quantities: own } of blocks) {
      add(path === "" ? params.join(", ") : path, step, own);
    }
  }
  if (lines.size === 0) {
    const known = all.flatMap(({ quantities, blocks }) => [
      ...Object.keys(quantities),
      ...blocks.flatMap((block) => Object.keys(block.quantities)),
    ]);
    const todo = `use one of ${[...new Set(known)].join(", ") || "those that rngd reports"}`;
    throw refused("stepLengths", "a block must have the quantity", quantity, todo);
  }
  const records = [...lines].map(([label, points]) => ({ label, points }));
  const of = { of: "value", title: titles[quantity] ?? quantity };
  return drawCurves("stepLengths", records, { ...more, quantities: [of], by: "step" }, {});
}
