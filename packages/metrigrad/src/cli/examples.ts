import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Screen } from "./progress.ts";
import { UsageError } from "./usage.ts";

/** Where the examples are, compiled. */
const compiled = fileURLToPath(new URL("../../examples/", import.meta.url));

const help = `metrigrad examples: lists the examples.
metrigrad examples NAME [options]: runs one; what follows its name is its own.

`;

/**
 * Lists the examples, or runs the one that is named, in a process of its own that has this terminal.
 * @param args - The name, and what the example is given; nothing or --help: the list.
 * @param screen - Where the list is written.
 * @param folder - With the examples.
 * @returns the exit code
 * @throws UsageError for an example that there is not
 */
export async function examples(
  args: readonly string[],
  screen: Screen,
  folder = compiled,
): Promise<number> {
  const found = filesIn(folder);
  if (found.size === 0) {
    throw new UsageError({
      where: "metrigrad examples",
      must: `there must be examples in ${folder}`,
      got: "none",
      todo: "in a clone, run npm run build",
    });
  }
  const [name = "--help", ...own] = args;
  if (name === "--help" || name === "-h") {
    const width = Math.max(...[...found.keys()].map((one) => one.length));
    const lines = [...found].map(([one, file]) => `  ${one.padEnd(width)}  ${aboutOf(file)}\n`);
    screen.write(help + lines.join(""));
    return 0;
  }
  const file = found.get(name);
  if (file === undefined) {
    throw new UsageError({
      where: "metrigrad examples",
      must: `the example must be one of ${[...found.keys()].join(", ")}`,
      got: JSON.stringify(name),
      todo: "see metrigrad examples",
    });
  }
  return run([file, ...own]);
}

/** Files of examples by name: NAME.js, or NAME/NAME.js. */
function filesIn(folder: string): ReadonlyMap<string, string> {
  const entries = existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : [];
  const found = entries.flatMap((entry): [string, string][] => {
    const { name } = entry;
    if (entry.isFile())
      return name.endsWith(".js") ? [[name.slice(0, -3), join(folder, name)]] : [];
    const file = join(folder, name, `${name}.js`);
    return existsSync(file) ? [[name, file]] : [];
  });
  return new Map(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Letters of a line about an example. */
const longest = 72;

/** The beginning of the comment at the top of a file, to its first full stop or colon, without what is in brackets. */
function aboutOf(file: string): string {
  const [, comment = ""] = /^\/\*\*([\s\S]*?)\*\//.exec(readFileSync(file, "utf8")) ?? [];
  const words = comment
    .replace(/^\s*\* ?/gm, " ")
    .replace(/\s+/g, " ")
    .replace(/ \([^()]*\)/g, "")
    .trim();
  const [, begin = words] = /^(.*?)[.:](?: |$)/.exec(words) ?? [];
  return begin.length <= longest ? begin : `${begin.slice(0, longest).replace(/[ ,]+\S*$/, "")} …`;
}

/** Runs Node on a file, and gives its exit code; signals go to it. */
function run(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, args, { stdio: "inherit" });
  const signals: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];
  const pass = (signal: NodeJS.Signals) => child.kill(signal);
  for (const signal of signals) process.on(signal, pass);
  return new Promise<number>((done, failed) => {
    child.on("error", failed);
    child.on("exit", (code, signal) =>
      done(code ?? 128 + (signal ? constants.signals[signal] : 0)),
    );
  }).finally(() => {
    for (const signal of signals) process.off(signal, pass);
  });
}
