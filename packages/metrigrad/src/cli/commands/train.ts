import { backendNames, optimizerNames } from "../names.ts";
import { folderOf, integerOf, numberOf, oneOf } from "../values.ts";
import type { AddCommand } from "./command.ts";

const integer = (option: string, low: number, high: number) =>
  integerOf("train", option, [low, high]);

/** `metrigrad train`. */
export const addTrain: AddCommand = (program, run) =>
  program
    .command("train")
    .argument("<file>", "a module that exports model, data, likelihood or loss, and optimizer")
    .summary("train the model that a file exports, and write a report and the weights")
    .description(
      `Trains the model that a file exports. Progress is shown in a terminal, and a table at the end. Writes record.json, epochs.csv, chart.svg and weights.safetensors to a folder.

The file is a module (.ts, .js, .mjs). Each export is a value or a function that makes it:
  model, data, optimizer
  likelihood or loss
  epochs 10, batchSize 50, seed 1, l2 0
  name, backend, metrics, evaluate,
  earlyStopping, sampleWeight,
  checkEvery, report

Ctrl-C stops after the step and writes what there is. A second Ctrl-C ends at once.`,
    )
    .option("--epochs <n>", "passes over the training rows", integer("epochs", 1, 1e9))
    .option("--batch-size <n>", "rows of a step", integer("batch-size", 1, 1e9))
    .option("--seed <n>", "of initial weights, shuffles and draws", integer("seed", 0, 2 ** 32 - 1))
    .option("--l2 <beta>", "β of ½β Σ‖W‖²", numberOf("train", "l2"))
    .option(
      "--optimizer <name>",
      `in place of the file's: ${optimizerNames.join(", ")}`,
      oneOf("train", "optimizer", optimizerNames),
    )
    .option(
      "--learning-rate <rate>",
      "of the optimizer that --optimizer names",
      numberOf("train", "learning-rate"),
    )
    .option(
      "--backend <name>",
      `${backendNames.join(", ")}; the file's by default, else cpu`,
      oneOf("train", "backend", backendNames),
    )
    .option("--threads <n>", "threads of the cpu backend", integer("threads", 1, 128))
    .option("--out <dir>", "where to write; runs/NAME by default", folderOf("train", "out"))
    .option(
      "--checkpoint-every <n>",
      'save the run to OUT/checkpoints after so many steps, or after each "epoch"',
      (text: string) => (text === "epoch" ? text : integer("checkpoint-every", 1, 1e9)(text)),
    )
    .option("--resume", "go on from the newest checkpoint in OUT/checkpoints")
    .option("--live", "write events.jsonl while it trains, which metrigrad watch shows")
    .option(
      "--spectra <n>",
      "record eigenvalues of the metric after every n epochs",
      integer("spectra", 1, 1e9),
    )
    .addHelpText(
      "after",
      `
Examples:
  metrigrad train train.ts
  metrigrad train train.ts --epochs 50 --out runs/long
  metrigrad train train.ts --optimizer adam --learning-rate 0.01 --out runs/adam
  metrigrad train train.ts --checkpoint-every 100 --out runs/long
  metrigrad train train.ts --resume --out runs/long
  metrigrad train train.ts --live --out runs/long &
  metrigrad watch runs/long
  metrigrad compare runs/long runs/adam
`,
    )
    .action((file: string, options) =>
      run(async (context) => {
        const { trainFile } = await import("../experiment/trainFile.ts");
        return trainFile(file, options, context);
      }),
    );
