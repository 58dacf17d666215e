import { Command } from "commander";
import test from "tape";
import { addPaperOptions, argumentsOf } from "../../src/cli/arguments.ts";
import { UsageError } from "../../src/cli/usage.ts";

function readArguments(args: readonly string[]) {
  const command = addPaperOptions(new Command("paper")).exitOverride();
  command.configureOutput({ writeErr: () => {} }).parse([...args], { from: "user" });
  return argumentsOf(command.opts());
}

test("without arguments everything runs", async (t) => {
  t.deepEqual(readArguments([]), {
    archs: ["plain", "bna"],
    optimizers: ["sgd", "adam", "sgd-average", "adam-average", "rngd-paper", "rngd"],
    epochs: 5,
    batch: 50,
    seed: 1,
    repeats: 1,
    backend: "cpu",
    out: "runs/latest",
    live: false,
  });
});

test("options are read, lists are separated by commas", async (t) => {
  const args =
    "--arch bna --optimizer rngd,sgd,rngd --epochs 20 --batch=100 --seed 7 --repeats 3 --backend gpu --out a/b --live";
  t.deepEqual(readArguments(args.split(" ")), {
    archs: ["bna"],
    optimizers: ["rngd", "sgd"],
    epochs: 20,
    batch: 100,
    seed: 7,
    repeats: 3,
    backend: "gpu",
    out: "a/b",
    live: true,
  });
});

test("a wrong value is refused with what is right", async (t) => {
  const refused = (args: readonly string[], message: RegExp) => {
    t.throws(() => readArguments(args), UsageError);
    t.throws(() => readArguments(args), message);
  };
  refused(
    ["--optimizer", "sgd,adan"],
    /--optimizer: it must list some of sgd, adam, sgd-average, adam-average, rngd-paper, rngd, separated by commas, got "adan" \(did you mean adam.*\); see metrigrad paper --help/,
  );
  refused(["--arch", ""], /--arch: it must list some of plain, bna, separated by commas, got ""/);
  refused(["--arch", "plain,"], /got ""/);
  for (const value of ["0", "-1", "1.5", "five", "", "1e9", "NaN"]) {
    refused([`--epochs=${value}`], /--epochs: it must be an integer from 1 to 10000, got /);
  }
  refused(["--batch", "50001"], /--batch: it must be an integer from 1 to 50000, got "50001"/);
  refused(["--seed", "x"], /--seed: it must be an integer from 0 to/);
  refused(["--repeats", "0"], /--repeats: it must be an integer from 1/);
  refused(
    ["--backend", "tpu"],
    /--backend: it must be one of cpu, gpu, reference, auto, got "tpu"/,
  );
  refused(["--out", ""], /--out: it must be a folder, got ""/);
});
