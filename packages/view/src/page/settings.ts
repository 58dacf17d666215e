import { element, escaped } from "../svg/element.ts";
import { type Cell, details, plain, table } from "./html.ts";
import { differingSettings, type NamedRecording, type RunGroup, settingOf, text } from "./runs.ts";

/** Lists that are longer are folded. */
const longest = 3;

/** The settings in which groups of runs differ, side by side; "" for one group. */
export function differenceTable(groups: readonly RunGroup[]): string {
  if (groups.length < 2) return "";
  const firsts = groups.map(({ runs }) => runs[0].run);
  const names = differingSettings(firsts);
  if (names.length === 0) return "";
  const rows = names.map((name): Cell[] => [
    plain(name),
    ...firsts.map((run, at) => settingCell(settingOf(run, name), `compared ${name} ${at}`)),
  ]);
  const head = ["setting", ...groups.map(titleOf)];
  return table("The settings in which the runs differ.", head, rows);
}

/** All settings of each group of runs. */
export function settingsTable(groups: readonly RunGroup[]): string {
  return groups
    .map((group) => {
      const { settings } = group.runs[0].run;
      const title = titleOf(group);
      const rows = Object.entries(settings).map(([name, value]): Cell[] => [
        plain(name),
        settingCell(value, `${title} ${name}`),
      ]);
      const caption = `Settings of ${title}.`;
      return details(`settings ${title}`, title, table(caption, ["setting", "value"], rows));
    })
    .join("");
}

const titleOf = ({ arch, label }: Pick<RunGroup, "arch" | "label">) => `${arch}, ${label}`;

/** A setting; a long list is folded, with what is in it several times once. */
function settingCell(value: unknown, key: string): Cell {
  if (!Array.isArray(value) || value.length <= longest) return plain(text(value));
  const [first, ...others] = value.map(text);
  const counts = new Map<string, number>();
  for (const one of others) counts.set(one, (counts.get(one) ?? 0) + 1);
  const items = [...counts].map(([one, count]) =>
    element("li", {}, escaped(count === 1 ? one : `${one} (${count} times)`)),
  );
  const summary = `${first}, and ${others.length} more`;
  return { html: details(key, summary, element("ul", {}, ...items)) };
}

/** Where the recordings ran, side by side. */
export function environmentTable(given: readonly NamedRecording[]): string {
  const names = [...new Set(given.flatMap(({ recording }) => Object.keys(recording.environment)))];
  const rows = names.map((name): Cell[] => [
    plain(name),
    ...given.map(({ recording }) => plain(text(recording.environment[name]))),
  ]);
  const head = ["what", ...given.map(({ name }) => name)];
  return rows.length === 0 ? "" : table("Where the runs took place.", head, rows);
}

/** The commands that make the runs again. */
export function commands(groups: readonly RunGroup[]): string {
  const all = groups.flatMap(({ runs }) => runs.flatMap(({ run }) => run.command ?? []));
  const lines = [...new Set(all)];
  return lines.length === 0 ? "" : element("pre", {}, escaped(lines.join("\n")));
}
