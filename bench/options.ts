import { parseArgs } from "node:util";

/** How to measure. */
export interface Options {
  readonly suites: readonly string[];
  /** Print one JSON object instead of tables. */
  readonly json: boolean;
  /** Print which targets are reached. */
  readonly targets: boolean;
  /** Replace the block of last results in README.md. */
  readonly write: boolean;
  /** In the suite gpu, measure the backend with `tune`: products as they are fastest on the adapter. */
  readonly tune: boolean;
  /** Few short rounds, to see that everything works; not for numbers. */
  readonly quick: boolean;
  /** Threads of the variant of metrigrad that is measured beside its own single thread. */
  readonly threads: number;
  /** Rounds that count. */
  readonly rounds: number;
  /** Seconds that a contestant takes in a round, at least. */
  readonly least: number;
  /** Seconds that a contestant runs before it counts, at least. */
  readonly warm: number;
  /** A contestant that needs more seconds for one run is left out. */
  readonly most: number;
}

const usage =
  "npm run bench -- [SUITE …] [--json] [--targets] [--threads N] [--rounds N] [--tune] [--quick] [--write]";

/** Reads the command line; ends the process on what it does not know. */
export function optionsFrom(args: readonly string[], suites: readonly string[]): Options {
  try {
    return parsed(args, suites);
  } catch (error) {
    console.error(`bench: ${(error as Error).message}\nusage: ${usage}`);
    console.error(`suites: ${suites.join(", ")}; all of them by default`);
    process.exit(2);
  }
}

function parsed(args: readonly string[], suites: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: "boolean", default: false },
      targets: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
      tune: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      threads: { type: "string", default: "1" },
      rounds: { type: "string" },
    },
  });
  const unknown = positionals.find((name) => !suites.includes(name));
  if (unknown !== undefined) throw new Error(`there is no suite ${unknown}`);
  const { json, targets, write, tune, quick } = values;
  const threads = count("--threads", values.threads, 1);
  const rounds = count("--rounds", values.rounds ?? (quick ? "2" : "9"), quick ? 1 : 7);
  if (write && quick) throw new Error("--write needs whole rounds, so it does not go with --quick");
  const [least, warm, most] = quick ? [0.002, 0, 0.5] : [0.04, 0.3, 4];
  const chosen = positionals.length > 0 ? positionals : suites;
  return { suites: chosen, json, targets, write, tune, quick, threads, rounds, least, warm, most };
}

function count(option: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least) return value;
  throw new Error(`${option} must be an integer from ${least}, got ${text}`);
}
