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
 * More than eight lines are put into several panels: the blocks of a part of the model share one, and all panels have one range.
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
  const values = [...lines.values()].flatMap((points) => points.map(({ value }) => value));
  const log = values.every((value) => !(value <= 0)) && values.some((value) => value > 0);
  const panels = panelsOf([...lines.keys()]);
  const range = panels.size > 1 ? rangeOf(values, log) : null;
  const of = { of: "value", title: titles[quantity] ?? quantity, log, ...(range && { range }) };
  const records = [...panels].flatMap(([panel, names]) =>
    names.map((name) => ({
      panel,
      label: name.startsWith(`${panel}/`) ? name.slice(panel.length + 1) : name,
      points: lines.get(name) ?? [],
    })),
  );
  return drawCurves("stepLengths", records, { ...more, quantities: [of], by: "step" }, {});
}

/** The most lines that a panel can show so that they are told apart. */
const most = 8;

/** Puts names into panels: all into one if they are few, else by the first part of their path, and in eights. */
function panelsOf(names: readonly string[]): Map<string, readonly string[]> {
  if (names.length <= most) return new Map([["", names]]);
  const parts = new Map<string, string[]>();
  for (const name of names) {
    const part = name.includes("/") ? (name.split("/")[0] as string) : "";
    parts.set(part, [...(parts.get(part) ?? []), name]);
  }
  return new Map(
    [...parts].flatMap(([part, own]) => {
      if (own.length <= most) return [[part, own] as const];
      const eights = Array.from({ length: Math.ceil(own.length / most) }, (_, at) =>
        own.slice(at * most, (at + 1) * most),
      );
      return eights.map((some, at) => {
        const [from, to] = [at * most + 1, at * most + some.length];
        return [`${part === "" ? "lines" : part} ${from} to ${to}`, some] as const;
      });
    }),
  );
}

/** The range of an axis that several panels share; null where the values say none. */
function rangeOf(values: readonly number[], log: boolean): readonly [number, number] | null {
  const shown = values.filter((value) => Number.isFinite(value) && (!log || value > 0));
  const low = shown.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const high = shown.reduce((large, value) => Math.max(large, value), Number.NEGATIVE_INFINITY);
  if (!(low < high)) return null;
  const room = 0.05 * (high - low);
  return log ? [low / 1.1, high * 1.1] : [low - room, high + room];
}
