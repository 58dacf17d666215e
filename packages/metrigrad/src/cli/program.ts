import { examples } from "./examples.ts";
import { paper } from "./paper.ts";
import type { Screen } from "./progress.ts";
import { UsageError } from "./usage.ts";

type Command = (args: readonly string[], screen: Screen) => Promise<number>;

const commands: Readonly<Record<string, Command>> = { paper, examples };

const help = `metrigrad: automatic differentiation in which geometry is a plugin.

  metrigrad paper [options]             trains the network of Sun and Nielsen 2017 on MNIST with
                                        several optimizers, and compares them
  metrigrad examples [NAME [options]]   lists the examples, or runs one

metrigrad paper --help tells its options; those of an example are its own.
`;

/**
 * Runs a command.
 * @param args - Those after the program's name.
 * @param screen - Where it writes.
 * @returns the exit code
 * @throws UsageError for a command that there is not, and what the command throws
 */
export async function program(args: readonly string[], screen: Screen): Promise<number> {
  const [name = "--help", ...rest] = args;
  if (name === "--help" || name === "-h") {
    screen.write(help);
    return 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    throw new UsageError({
      where: "metrigrad",
      must: `the first argument must be one of ${Object.keys(commands).join(", ")}`,
      got: JSON.stringify(name),
      todo: "see metrigrad --help",
    });
  }
  return command(rest, screen);
}
