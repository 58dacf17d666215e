import { integerOf } from "../values.ts";
import type { AddCommand } from "./command.ts";

/** `metrigrad check`. */
export const addCheck: AddCommand = (program, run) =>
  program
    .command("check")
    .argument("<file>", "a module that exports ops, modules, metrics, laws or optimizers")
    .summary("check the ops, modules, metrics, laws and optimizers that a file exports")
    .description(
      `Compares what a file exports with its definition, in float64, and prints a table. Ends with code 1 where something is off.

Ops: derivatives with finite differences, the batch rule with a loop (checkOp). For an op that is no formula, export a row { op, f, cases }.
Modules: derivatives by inputs and parameters with finite differences.
Metrics, and the own rows of tables: the law, and J'FJ by finite differences (checkMetric).
Laws: all members with the density (checkLaw).
Optimizers: twenty steps on a small regression must be finite and lower the loss.`,
    )
    .option("--seed <n>", "of draws; 1 by default", integerOf("check", "seed", [0, 2 ** 32 - 1]))
    .addHelpText(
      "after",
      `
Examples:
  metrigrad check src/radial.ts
  metrigrad check train.ts --json
`,
    )
    .action((file: string, options) =>
      run(async (context) => {
        const { checkFile } = await import("../check/checkFile.ts");
        return checkFile(file, options, context);
      }),
    );
