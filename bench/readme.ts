import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeWhole } from "metrigrad";

const begin = "<!-- results: written by `npm run bench -- … --write` -->";
const end = "<!-- end of results -->";

/**
 * Puts the results of a run under a heading into README.md, in place of those of an earlier run of the same suites; others
 * stay. Throws where the page has no place for them.
 */
export async function writeResults(suites: readonly string[], text: string): Promise<void> {
  const path = join(import.meta.dirname, "README.md");
  const page = await readFile(path, "utf8");
  const [before, rest] = split(page, begin);
  const [own, after] = split(rest, end);
  const heading = `### ${suites.join(", ")}\n`;
  const others = own
    .split(/^(?=### )/m)
    .filter((part) => part.trim() !== "" && !part.startsWith(heading));
  const parts = [...others.map((part) => part.trim()), `${heading}\n${text}`];
  await writeWhole(path, `${before}${begin}\n\n${parts.join("\n\n")}\n\n${end}${after}`);
}

function split(text: string, mark: string): [before: string, after: string] {
  const at = text.indexOf(mark);
  if (at < 0) throw new Error(`bench/README.md must have the line ${mark}`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}
