import { parseArgs } from "node:util";
import { archs } from "./archs.ts";
import { backends } from "./backends.ts";
import { optimizers } from "./optimizers.ts";
import { refuse, UsageError } from "./usage.ts";

/** What the command is asked to do. */
export interface Arguments {
  readonly help: boolean;
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
}

/** The training rows of MNIST, which a batch cannot exceed. */
const rows = 50_000;

/** Reads the command line. Throws UsageError. */
export function readArguments(args: readonly string[]): Arguments {
  const { values } = parse(args);
  return {
    help: values.help ?? false,
    archs: list("arch", values.arch, Object.keys(archs)),
    optimizers: list("optimizer", values.optimizer, Object.keys(optimizers)),
    epochs: integer("epochs", values.epochs, 5, [1, 10_000]),
    batch: integer("batch", values.batch, 50, [1, rows]),
    seed: integer("seed", values.seed, 1, [0, 2 ** 31]),
    repeats: integer("repeats", values.repeats, 1, [1, 1000]),
    backend: one("backend", values.backend, Object.keys(backends)),
    out: folder(values.out),
  };
}

function parse(args: readonly string[]) {
  const text = { type: "string" } as const;
  try {
    return parseArgs({
      args: [...args],
      strict: true,
      allowPositionals: false,
      options: {
        help: { type: "boolean", short: "h" },
        arch: text,
        optimizer: text,
        epochs: text,
        batch: text,
        seed: text,
        repeats: text,
        backend: text,
        out: text,
      },
    });
  } catch (error) {
    throw new UsageError({
      where: "metrigrad paper",
      must: "the options must be those of --help",
      got: `an error: ${(error as Error).message}`,
      todo: "see metrigrad paper --help",
    });
  }
}

function list(option: string, given: string | undefined, known: readonly string[]): string[] {
  if (given === undefined) return [...known];
  const names = given.split(",").map((name) => name.trim());
  for (const name of names) {
    if (known.includes(name)) continue;
    refuse(
      option,
      `it must list some of ${known.join(", ")}, separated by commas`,
      JSON.stringify(name),
    );
  }
  return [...new Set(names)];
}

/** One of the known names, the first by default. */
function one(option: string, given: string | undefined, known: readonly string[]): string {
  const name = given ?? (known[0] as string);
  if (known.includes(name)) return name;
  return refuse(option, `it must be one of ${known.join(", ")}`, JSON.stringify(name));
}

function integer(
  option: string,
  given: string | undefined,
  otherwise: number,
  [low, high]: readonly [number, number],
): number {
  if (given === undefined) return otherwise;
  const value = Number(given);
  if (given.trim() !== "" && Number.isInteger(value) && value >= low && value <= high) return value;
  return refuse(option, `it must be an integer from ${low} to ${high}`, JSON.stringify(given));
}

function folder(given: string | undefined): string {
  if (given === "") refuse("out", "it must be a folder", '""');
  return given ?? "runs/latest";
}
