import { Command, CommanderError } from "commander";
import { addCheck } from "./commands/check.ts";
import type { Run } from "./commands/command.ts";
import { addCompare } from "./commands/compare.ts";
import { addExamples } from "./commands/examples.ts";
import { addExplain } from "./commands/explain.ts";
import { addInit } from "./commands/init.ts";
import { addPaper } from "./commands/paper.ts";
import { addPlan } from "./commands/plan.ts";
import { addPlayground } from "./commands/playground.ts";
import { addReport } from "./commands/report.ts";
import { addTrain } from "./commands/train.ts";
import { addWatch } from "./commands/watch.ts";
import { type Context, contextOf, ownFlags } from "./context.ts";
import { didYouMean } from "./near.ts";
import type { Screen } from "./progress.ts";
import { UsageError } from "./usage.ts";
import { version } from "./version.ts";

const silent: Screen = { write: () => {} };

const adders = [
  addInit,
  addTrain,
  addExplain,
  addPlan,
  addCheck,
  addReport,
  addWatch,
  addCompare,
  addExamples,
  addPaper,
  addPlayground,
];

/**
 * Runs a command.
 * @param args - Those after the program's name.
 * @param screen - Where it writes.
 * @param env - The variables that say how wide and how colourful the screen is.
 * @returns the exit code
 * @throws UsageError for what is no command or option, and what the command throws
 */
export async function program(
  args: readonly string[],
  screen: Screen,
  env: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  const { json } = ownFlags(args);
  const context = contextOf(screen, json, env);
  const print = (text: string, value: unknown) =>
    screen.write(json ? `${JSON.stringify(value, null, 2)}\n` : text);
  let code = 0;
  const run: Run = async (work) => {
    const told = await work(context);
    code = told.code;
    if (told.quiet !== true) print(told.text, told.value);
    await told.until;
  };
  let said = "";
  const root = rootOf(context, (text) => {
    said += text;
  });
  for (const add of adders) add(root, run, json ? silent : screen);
  for (const command of [root, ...root.commands]) dress(command, context, (text) => (said += text));
  try {
    await root.parseAsync(completed(args, root), { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError) || error.exitCode !== 0) throw error;
    const shown = error.code === "commander.version" ? "version" : "help";
    print(said, { [shown]: said.trimEnd() });
  }
  return code;
}

/** Arguments as commander takes them: without a command they ask for help. Throws UsageError for help of no command. */
function completed(args: readonly string[], root: Command): string[] {
  const flags: string[] = args.filter((arg) => arg === "--json" || arg === "--trace");
  const [first, second, ...more] = args.filter((arg) => !flags.includes(arg));
  if (first === undefined) return [...flags, "--help"];
  if (first !== "help" || second?.startsWith("-")) return [...args];
  if (second === undefined || (second === "help" && more.length === 0)) return [...flags, "--help"];
  const names = root.commands.map((command) => command.name());
  if (names.includes(second)) return [...args];
  throw refused("metrigrad", `unknown command '${second}'`, didYouMean(second, names));
}

function rootOf({ width }: Context, say: (text: string) => void): Command {
  return new Command("metrigrad")
    .description("Automatic differentiation in which geometry is a plugin.")
    .version(version(), "-V, --version", "print the version")
    .helpCommand("help [command]", "print the help of a command")
    .enablePositionalOptions()
    .configureOutput({ writeOut: say, getOutHelpWidth: () => width })
    .addHelpText(
      "after",
      `
Examples:
  metrigrad init my-project            a starter project
  metrigrad train train.ts             train the model of a file
  metrigrad train --help               what the file must export
`,
    );
}

/** Gives a command what all have: flags, how help looks, and errors in our form. */
function dress(command: Command, { width, colours }: Context, say: (text: string) => void): void {
  command
    .option("--json", "print one JSON value, and nothing else")
    .option("--trace", "print the stack of an error")
    .helpOption("-h, --help", "print this text")
    .configureHelp({ styleTitle: colours.bold, minWidthToWrap: 12 })
    .configureOutput({
      writeOut: say,
      writeErr: () => {},
      getOutHelpWidth: () => width,
      getOutHasColors: () => true,
    })
    .exitOverride((error) => {
      throw error.exitCode === 0 ? error : usageOf(command, error);
    });
}

/** A refusal of commander, such as "error: unknown option '--epoch'\n(Did you mean --epochs?)", in our form. */
function usageOf(command: Command, { message }: CommanderError): UsageError {
  const name = command.parent === null ? "metrigrad" : `metrigrad ${command.name()}`;
  const [said = "", hint = ""] = message.split("\n");
  const near = /\(D(id you mean .*\?)\)/.exec(hint)?.[1];
  const got = said.replace(/^error: /, "").replace(/\.$/, "");
  return refused(name, got, near === undefined ? "" : `d${near} `);
}

function refused(name: string, got: string, near: string): UsageError {
  return new UsageError({
    where: name,
    must: "commands, options and arguments must be those of its help",
    got,
    todo: `${near}see ${name} --help`,
  });
}
