import { examples } from "../examples.ts";
import type { AddCommand } from "./command.ts";

/** `metrigrad examples`. */
export const addExamples: AddCommand = (program, run) =>
  program
    .command("examples")
    .argument("[name]", "the example to run; without it they are listed")
    .argument("[args...]", "arguments of the example itself")
    .passThroughOptions()
    .summary("list the examples, or run one")
    .description(
      "Lists the examples, or runs the one that is named, in a process of its own. What follows its name is its own.",
    )
    .addHelpText(
      "after",
      `
Examples:
  metrigrad examples                    the list
  metrigrad examples regression         run one
  metrigrad examples regression --help  options of this example
`,
    )
    .action((name: string | undefined, args: readonly string[]) =>
      run((context) => examples(name, args, context)),
    );
