import type { ExplainRow, Explanation } from "@metrigrad/metric";
import type { AnyLaw, AnyModule } from "@metrigrad/nn";
import { type Optimizer, rngd } from "@metrigrad/optim";
import type { FitOptions } from "../../fit.ts";
import type { Context, Told } from "../context.ts";
import { fitted } from "../fitted.ts";
import { showCount } from "../show.ts";
import { UsageError } from "../usage.ts";
import { wrapped } from "../wrapped.ts";
import { describedModel } from "./describedModel.ts";
import { madeOf, usualBatch } from "./experiment.ts";
import { type Exports, loadModule } from "./loadModule.ts";

/** Options of `metrigrad explain`. */
interface ExplainFlags {
  readonly batchSize?: number;
  readonly dot?: boolean;
}

/** What `explain` says of the model that a file exports. Throws UsageError, and what the file and `explain` throw. */
export async function explainFile(
  file: string,
  flags: ExplainFlags,
  { width, colours }: Context,
): Promise<Told> {
  const exports = await loadModule("explain", file);
  const explanation = await explained(exports, file, flags);
  const { rows, bytes, build, apply } = explanation;
  if (flags.dot === true) {
    const dot = explanation.toDot();
    return { code: 0, text: `${dot}\n`, value: { dot } };
  }
  const lines = explanation
    .toString()
    .split("\n")
    .slice(rows.length + 1);
  const table = {
    head: [
      "module",
      "metric",
      "response",
      "matrices",
      "solver",
      "bytes",
      "build",
      "apply",
      "source",
    ],
    rows: rows.map((row) => cellsOf(row, rows)),
    words: 5,
  };
  const shown = fitted(table, width, (text, _, row) => (row === 0 ? colours.bold(text) : text));
  return {
    code: 0,
    text: `${[shown, ...lines.flatMap((line) => wrapped(line, width))].join("\n")}\n`,
    value: { rows, bytes, build, apply },
  };
}

async function explained(
  exports: Exports,
  file: string,
  flags: ExplainFlags,
): Promise<Explanation> {
  if (exports.model === undefined) {
    throw new UsageError({
      where: `metrigrad explain, ${file}`,
      must: "it must export a model",
      got: Object.keys(exports).join(", ") || "nothing",
      todo: "add: export const model = sequential(dense(784, 10))",
    });
  }
  const made = (name: string) => madeOf(exports[name], name);
  const data = (await made("data")) as FitOptions["data"] | undefined;
  const asked = flags.batchSize ?? ((await made("batchSize")) as number | undefined);
  const batchSize = asked ?? usualBatch(data) ?? 50;
  const likelihood = (await made("likelihood")) as AnyLaw | undefined;
  const optimizer = ((await made("optimizer")) as Optimizer | undefined) ?? rngd();
  const model = (await made("model")) as AnyModule;
  return describedModel({ model, data, likelihood, optimizer, batchSize });
}

function cellsOf(row: ExplainRow, rows: readonly ExplainRow[]): string[] {
  const { path, params, form, law, layout, uses, solver, why, bytes, build, apply, source } = row;
  const alone = path !== "" && rows.filter((one) => one.path === path).length === 1;
  return [
    alone ? path : params.join(", "),
    form,
    law ?? "–",
    uses > 1 ? `${layout}, ${uses} uses` : layout,
    solver === "none" ? "–" : `${solver} (${why})`,
    `${showCount(bytes)}B`,
    showCount(build),
    showCount(apply),
    source,
  ];
}
