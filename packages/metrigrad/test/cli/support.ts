import type { RunRecord } from "@metrigrad/train";
import { type Context, contextOf } from "../../src/cli/context.ts";

/** The context of a pipe of so many columns, with or without colours. */
export function pipeOf(columns: number, colours = false): Context {
  const env = { COLUMNS: String(columns), ...(colours ? { FORCE_COLOR: "1" } : {}) };
  return contextOf({ write: () => true }, false, env);
}

/** A run of so many epochs, whose numbers follow from its seed. */
export function recordedRun(optimizer: string, epochs: number, seed = 1, arch = "net"): RunRecord {
  return {
    arch,
    optimizer,
    settings: { batchSize: 10 },
    seed,
    epochs: Array.from({ length: epochs }, (_, at) => ({
      epoch: at + 1,
      trainCost: seed / (at + 1),
      validCost: 0.5,
      validAccuracy: 0.75,
      seconds: 2,
      secondsMetric: null,
    })),
    test: { accuracy: 0.8, cost: 0.25 },
  };
}

/** The colours of a text: whether a terminal would draw any. */
export function isColoured(text: string): boolean {
  return text.includes("\u001b[");
}

/** The columns that a text takes. */
export function widest(text: string): number {
  return Math.max(...text.split("\n").map((line) => [...line].length));
}

/** The message of a promise that rejects; empty if it does not. */
export async function messageOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(() => "", String);
}
