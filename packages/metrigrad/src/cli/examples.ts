import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import type { Context, Told } from "./context.ts";
import { listed } from "./listed.ts";
import { didYouMean } from "./near.ts";
import { inPackage } from "./packageFolder.ts";
import { UsageError } from "./usage.ts";

/** Where the examples are, compiled. */
const compiled = inPackage("examples");

/**
 * Lists the examples, or runs the one that is named, in a process of its own that has this terminal.
 * @param name - The example; none: the list.
 * @param args - What the example is given.
 * @param context - How the list is shown.
 * @param folder - With the examples.
 * @returns the list, or the exit code
 * @throws UsageError for an example that there is not
 */
export async function examples(
  name: string | undefined,
  args: readonly string[],
  { width, json }: Pick<Context, "width" | "json">,
  folder = compiled,
): Promise<Told> {
  const found = filesIn(folder);
  if (found.size === 0) {
    throw new UsageError({
      where: "metrigrad examples",
      must: `there must be examples in ${folder}`,
      got: "none",
      todo: "in a clone, run npm run build",
    });
  }
  if (name === undefined) {
    const list = [...found].map(([one, file]) => ({ name: one, about: aboutOf(file) }));
    const lines = listed(
      list.map((one) => [one.name, one.about]),
      width,
    );
    const text = `metrigrad examples NAME runs one of these:\n\n${lines.join("\n")}\n`;
    return { code: 0, text, value: { examples: list } };
  }
  const file = found.get(name);
  if (file === undefined) {
    throw new UsageError({
      where: "metrigrad examples",
      must: `the example must be one of ${[...found.keys()].join(", ")}`,
      got: JSON.stringify(name),
      todo: `${didYouMean(name, [...found.keys()])}see metrigrad examples`,
    });
  }
  const code = await run([file, ...args], json);
  return { code, text: "", value: { example: name, code } };
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

/** Runs Node on a file, and gives its exit code; signals go to it. What it prints goes to standard error if `json`. */
function run(args: readonly string[], json: boolean): Promise<number> {
  const child = spawn(process.execPath, args, { stdio: ["inherit", json ? 2 : 1, 2] });
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
