import { addPaperOptions, argumentsOf } from "../arguments.ts";
import type { AddCommand } from "./command.ts";

/** `metrigrad paper`. */
export const addPaper: AddCommand = (program, run, screen) =>
  addPaperOptions(program.command("paper"))
    .summary("train the network of Sun and Nielsen 2017 on MNIST by several optimizers")
    .description(
      "Trains the network 784-80-80-80-10 on MNIST with several optimizers and compares them, by epoch and by second. Writes record.json (everything), epochs.csv (one line per epoch) and chart.svg (training cost and validation accuracy) to a folder. Lists are separated by commas. In a clone: npm start -- [options]",
    )
    .addHelpText(
      "after",
      `
Examples:
  metrigrad paper                               everything, five epochs
  metrigrad paper --arch plain --optimizer rngd,adam --epochs 20
  metrigrad paper --repeats 3 --out runs/three  mean and deviation of 3 seeds
`,
    )
    .action((options) =>
      run(async (context) => {
        const { paper } = await import("../paper.ts");
        return paper(argumentsOf(options), context, screen);
      }),
    );
