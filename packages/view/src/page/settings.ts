import { element, escaped } from "../svg/element.ts";
import { type Cell, plain, table } from "./html.ts";
import { differingSettings, type NamedRecording, type RunGroup, settingOf, text } from "./runs.ts";

/** The settings in which groups of runs differ, side by side; "" for one group. */
export function differenceTable(groups: readonly RunGroup[]): string {
  if (groups.length < 2) return "";
  const firsts = groups.map(({ runs }) => runs[0].run);
  const names = differingSettings(firsts);
  if (names.length === 0) return "";
  const rows = names.map((name): Cell[] => [
    plain(name),
    ...firsts.map((run) => plain(text(settingOf(run, name)))),
  ]);
  const head = ["setting", ...groups.map(({ arch, label }) => `${arch}, ${label}`)];
  return table("The settings in which the runs differ.", head, rows);
}

/** All settings of each group of runs. */
export function settingsTable(groups: readonly RunGroup[]): string {
  return groups
    .map(({ arch, label, runs: [{ run }] }) => {
      const rows = Object.entries(run.settings).map(([name, value]): Cell[] => [
        plain(name),
        plain(text(value)),
      ]);
      const title = `${arch}, ${label}`;
      const summary = element("summary", {}, escaped(title));
      return element(
        "details",
        {},
        summary,
        table(`Settings of ${title}.`, ["setting", "value"], rows),
      );
    })
    .join("");
}

/** Where the recordings ran, side by side. */
export function environmentTable(given: readonly NamedRecording[]): string {
  const names = [...new Set(given.flatMap(({ recording }) => Object.keys(recording.environment)))];
  const rows = names.map((name): Cell[] => [
    plain(name),
    ...given.map(({ recording }) => plain(text(recording.environment[name]))),
  ]);
  const head = ["", ...given.map(({ name }) => name)];
  return rows.length === 0 ? "" : table("Where the runs took place.", head, rows);
}

/** The commands that make the runs again. */
export function commands(groups: readonly RunGroup[]): string {
  const all = groups.flatMap(({ runs }) => runs.flatMap(({ run }) => run.command ?? []));
  const lines = [...new Set(all)];
  return lines.length === 0 ? "" : element("pre", {}, escaped(lines.join("\n")));
}
