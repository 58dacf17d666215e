import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeWhole } from "metrigrad";

const begin = "<!-- results: written by `npm run bench -- … --write` -->";
const end = "<!-- end of results -->";

/** Replaces the block of last results in README.md; throws where the page has none. */
export async function writeResults(text: string): Promise<void> {
  const path = join(import.meta.dirname, "README.md");
  const page = await readFile(path, "utf8");
  const [before, rest] = split(page, begin);
  const [, after] = split(rest, end);
  await writeWhole(path, `${before}${begin}\n\n${text}\n\n${end}${after}`);
}

function split(text: string, mark: string): [before: string, after: string] {
  const at = text.indexOf(mark);
  if (at < 0) throw new Error(`bench/README.md must have the line ${mark}`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}
