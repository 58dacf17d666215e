import { fileOf, foldersOf } from "../values.ts";
import type { AddCommand } from "./command.ts";

/** `metrigrad report`. */
export const addReport: AddCommand = (program, run) =>
  program
    .command("report")
    .argument("<dirs...>", "folders that train or paper wrote", foldersOf("report"))
    .summary("write a page on recordings, and print their tables")
    .description(
      `Writes a page with the summary, the curves, the model, the blocks of the metric, spectra, where the time of a step goes, and how to make the runs again. It is one file and needs no network. Several folders are shown side by side. Of a single one the tables are printed, and epochs.csv and chart.svg are written anew.`,
    )
    .option(
      "--out <file>",
      "the page; report.html in the folder by default, and in this one for several folders",
      fileOf("report", "out"),
    )
    .addHelpText(
      "after",
      `
Examples:
  metrigrad report runs/train
  metrigrad report runs/rngd runs/adam --out both.html
  metrigrad report runs/train --json
`,
    )
    .action((folders: readonly string[], options) =>
      run(async (context) => {
        const { report } = await import("../recording/report.ts");
        return report(folders, options, context);
      }),
    );
