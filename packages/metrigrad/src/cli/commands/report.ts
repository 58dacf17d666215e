import { folderOf } from "../values.ts";
import type { AddCommand } from "./command.ts";

/** `metrigrad report`. */
export const addReport: AddCommand = (program, run) =>
  program
    .command("report")
    .argument("<dir>", "a folder that train or paper wrote", folderOf("report", "<dir>"))
    .summary("print the tables of a recording, and draw its pictures anew")
    .description(
      "Prints the runs of a recording and their epochs, and writes epochs.csv and chart.svg anew from its record.json.",
    )
    .addHelpText(
      "after",
      `
Examples:
  metrigrad report runs/train
  metrigrad report runs/train --json
`,
    )
    .action((folder: string) =>
      run(async (context) => {
        const { report } = await import("../recording/report.ts");
        return report(folder, context);
      }),
    );
