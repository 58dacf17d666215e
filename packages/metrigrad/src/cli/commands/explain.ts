import { integerOf } from "../values.ts";
import type { AddCommand } from "./command.ts";

/** `metrigrad explain`. */
export const addExplain: AddCommand = (program, run) =>
  program
    .command("explain")
    .argument("<file>", "a module that exports a model, as for train")
    .summary("print the subsystems of a model, their metrics, solvers, bytes and work")
    .description(
      "Prints which metric every parameter of the model has, from which source, how it is solved, and what that takes. The metric is that of the optimizer that the file exports, else that of rngd(). Nothing is trained.",
    )
    .option(
      "--batch-size <n>",
      "rows of a step; the file's by default, else 50, or all where there are fewer",
      integerOf("explain", "batch-size", [1, 1e9]),
    )
    .option("--dot", "print a Graphviz digraph of the modules in place of the table")
    .addHelpText(
      "after",
      `
Examples:
  metrigrad explain train.ts
  metrigrad explain train.ts --batch-size 500
  metrigrad explain train.ts --dot | dot -Tsvg > model.svg
`,
    )
    .action((file: string, options) =>
      run(async (context) => {
        const { explainFile } = await import("../experiment/explainFile.ts");
        return explainFile(file, options, context);
      }),
    );
