import type { Command } from "commander";
import { archNames, backendNames, paperOptimizers } from "./names.ts";
import { folderOf, integerOf, listOf, oneOf } from "./values.ts";

/** What the paper's experiment is asked to do. */
export interface Arguments {
  readonly archs: readonly string[];
  readonly optimizers: readonly string[];
  readonly epochs: number;
  readonly batch: number;
  readonly seed: number;
  /** Runs of each, with the seeds from `seed` on. */
  readonly repeats: number;
  /** Where to compute. */
  readonly backend: string;
  readonly out: string;
  /** Whether events are written while it trains. */
  readonly live: boolean;
}

/** The training rows of MNIST, which a batch cannot exceed. */
const rows = 50_000;

/** Adds the options of the paper's experiment. */
export function addPaperOptions(command: Command): Command {
  const integer = (option: string, low: number, high: number) =>
    integerOf("paper", option, [low, high]);
  return command
    .option(
      "--arch <list>",
      `${archNames.join(", ")}; all by default (bna: batch normalisation after each hidden activation)`,
      listOf("paper", "arch", archNames),
    )
    .option(
      "--optimizer <list>",
      `${paperOptimizers.join(", ")}; all by default (rngd-paper: exactly the settings of Sun and Nielsen 2017; -average: evaluated at an average of the points of the steps, as rngd is)`,
      listOf("paper", "optimizer", paperOptimizers),
    )
    .option(
      "--epochs <n>",
      "passes over the training images; 5 by default",
      integer("epochs", 1, 10_000),
    )
    .option("--batch <n>", "images of a step; 50 by default", integer("batch", 1, rows))
    .option(
      "--seed <n>",
      "of initial weights and shuffles; 1 by default",
      integer("seed", 0, 2 ** 31),
    )
    .option(
      "--repeats <n>",
      "runs of each, with seeds n, n+1, …; 1 by default",
      integer("repeats", 1, 1000),
    )
    .option(
      "--backend <name>",
      `${backendNames.join(", ")}; cpu by default (gpu: needs @metrigrad/gpu; auto: measures a step of each run on cpu and gpu first, and takes the faster)`,
      oneOf("paper", "backend", backendNames),
    )
    .option("--out <dir>", "where to write; runs/latest by default", folderOf("paper", "out"))
    .option("--live", "write events.jsonl while it trains, which metrigrad watch shows");
}

/** What the options of a command line ask for. */
export function argumentsOf(options: Readonly<Record<string, unknown>>): Arguments {
  const { arch, optimizer, epochs, batch, seed, repeats, backend, out, live } = options as Partial<
    Omit<Arguments, "archs" | "optimizers">
  > & { readonly arch?: readonly string[]; readonly optimizer?: readonly string[] };
  return {
    archs: arch ?? archNames,
    optimizers: optimizer ?? paperOptimizers,
    epochs: epochs ?? 5,
    batch: batch ?? 50,
    seed: seed ?? 1,
    repeats: repeats ?? 1,
    backend: backend ?? "cpu",
    out: out ?? "runs/latest",
    live: live ?? false,
  };
}
