import { fileOf, foldersOf } from "../values.ts";
import type { AddCommand } from "./command.ts";

/** `metrigrad compare`. */
export const addCompare: AddCommand = (program, run) =>
  program
    .command("compare")
    .argument("<dirs...>", "folders that train or paper wrote", foldersOf("compare"))
    .summary("put several recordings side by side, in one table and one picture")
    .description(
      "Prints the runs of several recordings in one table, and draws them in one picture.",
    )
    .option("--out <file>", "the picture; compare.svg by default", fileOf("compare", "out"))
    .addHelpText(
      "after",
      `
Examples:
  metrigrad compare runs/rngd runs/adam
  metrigrad compare runs/* --out all.svg
`,
    )
    .action((folders: readonly string[], options) =>
      run(async (context) => {
        const { compare } = await import("../recording/compare.ts");
        return compare(folders, options, context);
      }),
    );
