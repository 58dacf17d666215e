import { checkNames, DataError } from "@metrigrad/tensor";
import type { ModelRecord } from "@metrigrad/train";
import { graphView } from "../graph/graphView.ts";
import { kindOf, refused } from "../refused.ts";
import { element, escaped } from "../svg/element.ts";
import { blockReport, spectraReport } from "./blocks.ts";
import { runCurves } from "./curves.ts";
import { distinctPictures, figure, heading, paragraph, type Section, section } from "./html.ts";
import { parts } from "./parts.ts";
import { rateReport } from "./rates.ts";
import {
  groupedRuns,
  type LabelledRun,
  labelledRuns,
  type NamedRecording,
  type RunGroup,
} from "./runs.ts";
import { commands, differenceTable, environmentTable, settingsTable } from "./settings.ts";
import { pageStyle } from "./style.ts";
import { progressList, summaryTable } from "./summary.ts";
import { timeKey, timeReport } from "./times.ts";

/**
 * Options of {@link reportPage}.
 *
 * @category Pictures
 */
export interface ReportPageOptions {
  /** The title; by default the names of the recordings. */
  readonly title?: string;
  /** The address of a script that the page loads, such as one that follows a run; none by default. */
  readonly script?: string;
}

/**
 * Returns a report on recordings as one HTML page, which needs no other file and no network.
 *
 * It has a summary, curves, the graph of the model, and the blocks of the metric with damping and step lengths. It also has spectra,
 * the time of a step by kind of work, learning rates, settings side by side, and the commands of the runs.
 * A part that the recordings say nothing about is left out. Pictures and tables follow the reader's light or dark colours, and can
 * be printed.
 *
 * {@includeCode ../../../../examples/api/view/reportPage.ts#example}
 *
 * @param recordings - The recordings with their names, each as record.json holds it or as {@link readLive} returns it.
 * @param options - The title.
 * @returns The text of the page.
 * @throws {@link DataError} if there are no recordings, if two have one name, and for options that are not valid.
 * @category Pictures
 */
export function reportPage(
  recordings: readonly NamedRecording[],
  options: ReportPageOptions = {},
): string {
  checkNames("reportPage", options, ["title", "script"], DataError);
  checkRecordings(recordings);
  const names = recordings.map(({ name }) => name).join(", ");
  const { title = `Report on ${names}`, script } = options;
  const runs = labelledRuns(recordings);
  const groups = groupedRuns(runs);
  const sections = sectionsOf(recordings, runs, groups);
  const head = [
    element("meta", { charset: "utf-8" }),
    element("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
    // Browsers would ask the server for a picture of the tab.
    element("link", { rel: "icon", href: "data:," }),
    element("title", {}, escaped(title)),
    element("style", {}, pageStyle),
  ];
  const links = sections.map(({ id, title: text }) =>
    element("li", {}, element("a", { href: `#${id}` }, escaped(text))),
  );
  const body = [
    element("a", { class: "skip", href: "#content" }, "Skip to the content"),
    element(
      "header",
      {},
      element("h1", {}, escaped(title)),
      element("p", { class: "quiet" }, escaped(countOf(recordings, runs, groups))),
    ),
    element("nav", { "aria-label": "Parts of the report" }, element("ul", {}, ...links)),
    element("main", { id: "content" }, distinctPictures(sections.map(({ html }) => html).join(""))),
    ...(script === undefined ? [] : [element("script", { src: script, defer: "" }, "")]),
  ];
  return `<!doctype html>\n${element(
    "html",
    { lang: "en" },
    element("head", {}, ...head),
    element("body", {}, ...body),
  )}\n`;
}

/** Returns what there is: "4 runs of 2 kinds, repeated with other seeds, in 2 recordings". */
function countOf(
  recordings: readonly NamedRecording[],
  runs: readonly LabelledRun[],
  groups: readonly RunGroup[],
): string {
  const many = (count: number, one: string) => `${count} ${one}${count === 1 ? "" : "s"}`;
  const alike =
    runs.length === groups.length
      ? ""
      : ` of ${many(groups.length, "kind")}, repeated with other seeds`;
  const folders = recordings.length === 1 ? "" : `, in ${many(recordings.length, "recording")}`;
  return `${many(runs.length, "run")}${alike}${folders}`;
}

function sectionsOf(
  recordings: readonly NamedRecording[],
  runs: readonly LabelledRun[],
  groups: readonly RunGroup[],
): readonly Section[] {
  const begun = runs.length > 0;
  const summary = [
    progressList(runs),
    begun ? summaryTable(groups) : paragraph("No run has begun yet."),
  ];
  const times = groups.map(timeReport).filter((one) => one !== "");
  const contents: Readonly<Record<string, readonly string[]>> = {
    summary,
    curves: runCurves(runs),
    compared: [differenceTable(groups)],
    rates: [rateReport(recordings)],
    model: modelsOf(groups),
    blocks: groups.map(blockReport),
    spectra: groups.map(spectraReport),
    time: times.length === 0 ? [] : [timeKey, ...times],
    settings: [settingsTable(groups)],
    environment: [environmentTable(recordings)],
    again: [commands(groups)],
  };
  const all = parts.map(({ id, title, about }) => section(id, title, about, contents[id] ?? []));
  return all.filter((one): one is Section => one !== null);
}

/** The graph of each model; one that several runs share is shown once, and one without a metric only where no other is. */
function modelsOf(groups: readonly RunGroup[]): readonly string[] {
  const seen = new Set<string>();
  const plain = (rows: ModelRecord["rows"]) => rows.every(({ solver }) => solver === "none");
  return groups.flatMap(({ arch, label, runs: [{ run }] }) => {
    const { model } = run;
    if (model === undefined) return [];
    const others = groups.filter((one) => one.arch === arch).map((one) => one.runs[0].run.model);
    if (plain(model.rows) && others.some((one) => one && !plain(one.rows))) return [];
    const key = JSON.stringify([arch, model]);
    if (seen.has(key)) return [];
    seen.add(key);
    const title = `${arch}, ${label}`;
    return [heading(title), figure(`The model of ${title}`, graphView(model))];
  });
}

function checkRecordings(given: readonly NamedRecording[]): void {
  if (!Array.isArray(given) || given.length === 0) {
    const todo = 'pass [{ name: "first", recording }]';
    throw refused("reportPage", "there must be recordings", kindOf(given), todo);
  }
  const names = given.map(({ name }) => name);
  const odd = given.findIndex(({ name, recording }) => {
    return typeof name !== "string" || !Array.isArray(recording?.runs);
  });
  if (odd >= 0) {
    const todo = "pass { name, recording }, with what record.json holds";
    throw refused("reportPage", "each must have a name and a recording", kindOf(given[odd]), todo);
  }
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice === undefined) return;
  throw refused("reportPage", "names must differ", `${twice} twice`, "name each once");
}
