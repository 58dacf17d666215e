import { optimizerNames } from "../names.ts";
import { algorithmNames } from "../plan/collectives.ts";
import { networkOf } from "../plan/network.ts";
import { integerOf, numberOf, oneOf } from "../values.ts";
import type { AddCommand } from "./command.ts";

const integer = (option: string, low: number, high: number) =>
  integerOf("plan", option, [low, high]);

/** `metrigrad plan`. */
export const addPlan: AddCommand = (program, run) =>
  program
    .command("plan")
    .argument("<file>", "a module that exports what train takes")
    .summary("predict time and memory of a step on many ranks, without MPI and without ranks")
    .description(
      `Predicts how long a step of the training takes on 1, 2, 4 … ranks, and how much memory a rank needs. It needs no MPI and starts no ranks.

The step of rank 0 is built as it would run among the others, and its parts are measured on this machine. So the result is for ranks like this machine with its threads. A step that is too large to run is taken from measured rates of kernels. The messages are predicted from the network's latency and bandwidth. Nothing is trained.`,
    )
    .requiredOption("--ranks <n>", "the most ranks", integer("ranks", 1, 1e6))
    .requiredOption(
      "--network <link>",
      "bandwidth and latency between two ranks, such as 100Gbit,2us (Mbit, Gbit, MB, GB; ns, us, ms)",
      networkOf,
    )
    .option(
      "--algorithm <name>",
      `of the messages: ${algorithmNames.join(", ")}; best by default, the fastest for each`,
      oneOf("plan", "algorithm", algorithmNames),
    )
    .option("--weak", "each rank has as many rows as one alone; the default")
    .option("--strong", "all ranks together have as many rows as one alone")
    .option("--batch-size <n>", "rows of a step on one rank", integer("batch-size", 1, 1e9))
    .option(
      "--optimizer <name>",
      `in place of the file's: ${optimizerNames.join(", ")}`,
      oneOf("plan", "optimizer", optimizerNames),
    )
    .option(
      "--learning-rate <rate>",
      "of the optimizer that --optimizer names",
      numberOf("plan", "learning-rate"),
    )
    .option(
      "--backend <name>",
      "cpu, gpu, reference; the file's by default, else cpu",
      oneOf("plan", "backend", ["cpu", "gpu", "reference"]),
    )
    .option("--threads <n>", "threads of the cpu backend", integer("threads", 1, 128))
    .option("--rates", "run no step, and take all times from rates of kernels")
    .addHelpText(
      "after",
      `
Examples:
  metrigrad plan train.ts --ranks 64 --network 100Gbit,2us
  metrigrad plan train.ts --ranks 64 --network 10Gbit,30us --strong
  metrigrad plan train.ts --ranks 1024 --network 25GB,1us --json
`,
    )
    .action((file: string, options) =>
      run(async (context) => {
        const { planFile } = await import("../plan/planFile.ts");
        return planFile(file, options, context);
      }),
    );
