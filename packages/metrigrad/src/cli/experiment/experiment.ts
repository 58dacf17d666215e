import { basename } from "node:path";
import { type AnyDataSet, isStream, rowsOf } from "@metrigrad/data";
import type { Node } from "@metrigrad/graph";
import type { AnyModule } from "@metrigrad/nn";
import type { Optimizer } from "@metrigrad/optim";
import type { Backend } from "@metrigrad/tensor";
import type { FitOptions } from "../../fit.ts";
import { UsageError } from "../usage.ts";
import type { Exports } from "./loadModule.ts";
import { namedOptimizer } from "./namedOptimizer.ts";

/** What the command line says of a training; it comes before what the file says. */
export interface TrainFlags {
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly seed?: number;
  readonly l2?: number;
  readonly optimizer?: string;
  readonly learningRate?: number;
  readonly backend?: string;
  readonly threads?: number;
}

/** A model and how to train it. */
export interface Experiment {
  /** For tables and folders. */
  readonly name: string;
  readonly model: AnyModule;
  /** Options of `fit`, of a model and data that are not known here. */
  readonly options: Omit<FitOptions, "backend" | "store">;
  /** Where the file says to compute; null: it does not say, or the command line does. */
  readonly backend: Backend | null;
}

/** Options of `fit` that are taken as they are. */
const passed = [
  "sampleWeight",
  "metrics",
  "evaluate",
  "earlyStopping",
  "checkEvery",
  "report",
] as const;
/** All exports that mean something to a training. */
const known = [
  ...["name", "model", "data", "likelihood", "loss", "optimizer", "backend"],
  ...["epochs", "batchSize", "seed", "l2"],
  ...passed,
] as const;
const usual = { epochs: 10, batchSize: 50, seed: 1, l2: 0 } as const;

/**
 * The experiment that a module describes, each export a value or a function that makes it.
 * @throws UsageError for what is missing, and for exports that nearly have the name of a setting; what the functions throw
 */
export async function experimentOf(
  exports: Exports,
  file: string,
  flags: TrainFlags,
  command = "train",
): Promise<Experiment> {
  const where = `metrigrad ${command}, ${file}`;
  checkExports(exports, where, flags);
  const { optimizer: named, learningRate } = flags;
  // A backend that is not used would stay open.
  const elsewhere = flags.backend !== undefined || flags.threads !== undefined;
  const made = async (name: string) => madeOf(exports[name], name);
  const name = (await made("name")) ?? basename(file).replace(/\.[^.]+$/, "");
  const data = (await made("data")) as FitOptions["data"];
  if (data === undefined || data === null) throw noData(where, String(data));
  const setting = async (name: keyof typeof usual) =>
    (flags[name] ?? (await made(name)) ?? usual[name]) as number;
  const asked = flags.batchSize ?? ((await made("batchSize")) as number | undefined);
  const batchSize = asked ?? usualBatch(data);
  const others: Record<string, unknown> = {};
  for (const one of ["likelihood", "loss", ...passed]) {
    const value = await made(one);
    if (value !== undefined) others[one] = value;
  }
  const optimizer =
    named === undefined ? await made("optimizer") : namedOptimizer(named, learningRate);
  return {
    name: String(name),
    model: (await made("model")) as AnyModule,
    backend: elsewhere ? null : (((await made("backend")) as Backend | undefined) ?? null),
    options: {
      ...others,
      data,
      optimizer: optimizer as Optimizer,
      epochs: await setting("epochs"),
      seed: await setting("seed"),
      l2: await setting("l2"),
      ...(batchSize === undefined ? {} : { batchSize }),
    },
  };
}

/**
 * What an export stands for: itself, or what it makes where it is a function. A loss is a function of its own; one without
 * arguments makes a loss.
 */
export async function madeOf(value: unknown, name: string): Promise<unknown> {
  if (typeof value !== "function") return value;
  const isLoss = name === "loss" && value.length > 0;
  return isLoss ? (value as (...args: readonly unknown[]) => Node) : value();
}

/** The rows of a step where nobody says how many; undefined for a stream, which has batches of its own. */
export function usualBatch(data: FitOptions["data"] | undefined): number | undefined {
  if (data !== undefined && isStream(data)) return undefined;
  const { train } = (data ?? {}) as Partial<AnyDataSet>;
  const inputs = train?.inputs;
  return inputs === undefined ? usual.batchSize : Math.min(usual.batchSize, rowsOf(train as never));
}

function checkExports(exports: Exports, where: string, flags: TrainFlags): void {
  if (flags.learningRate !== undefined && flags.optimizer === undefined) {
    throw new UsageError({
      where: "--learning-rate",
      must: "it must come with --optimizer, since the file's own optimizer is made already",
      got: "none",
      todo: "add --optimizer rngd, or change the file",
    });
  }
  if (exports.checkpoint !== undefined) {
    throw new UsageError({
      where,
      must: "checkpoints must be asked for on the command line",
      got: "an export checkpoint",
      todo: "take it out, and add --checkpoint-every 100",
    });
  }
  const letters = (name: string) => name.replace(/[-_]/g, "").toLowerCase();
  const names = Object.keys(exports);
  const odd = names.find((name) => {
    const meant = known.find((one) => letters(one) === letters(name));
    return meant !== undefined && meant !== name && !names.includes(meant);
  });
  if (odd !== undefined) {
    const meant = known.find((one) => letters(one) === letters(odd));
    const must = `exports of settings must be among ${known.join(", ")}`;
    throw new UsageError({ where, must, got: odd, todo: `call it ${meant}` });
  }
  const has = (name: string) => exports[name] !== undefined;
  const missing = [
    ...["model", "data"].filter((name) => !has(name)),
    ...(has("likelihood") || has("loss") ? [] : ["likelihood (or loss)"]),
    ...(has("optimizer") || flags.optimizer !== undefined ? [] : ["optimizer"]),
  ];
  if (missing.length === 0) return;
  throw new UsageError({
    where,
    must: "it must export model, data, optimizer, and likelihood or loss",
    got: `no ${missing.join(", no ")}`,
    todo: "add them, as in: export const optimizer = rngd(); metrigrad init writes such a file",
  });
}

function noData(where: string, got: string): UsageError {
  return new UsageError({
    where,
    must: "the export data must be or return a data set or a stream",
    got,
    todo: "return what dataSet({ train }) gives",
  });
}
