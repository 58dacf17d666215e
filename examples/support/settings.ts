import { pathToFileURL } from "node:url";
import type { AnyModule, Backend, Optimizer, Store } from "metrigrad";

/** How an example trains. */
export interface Settings<O = Optimizer> {
  /** 1 is the example itself; tests run a part of it. */
  readonly size: number;
  readonly optimizer: O;
  readonly backend: Backend;
  readonly seed: number;
  /** Sees the trained model before it is closed. */
  look?(store: Store, model: AnyModule): void | Promise<void>;
}

/** An optimizer for each of several models. */
export type OptimizerOf = (model: AnyModule) => Optimizer;

/** What an example reports. */
export type Report = Readonly<Record<string, number>>;

/** Whether a file is what Node was started with. */
export function isMain(url: string): boolean {
  return process.argv[1] !== undefined && url === pathToFileURL(process.argv[1]).href;
}

/** Writes a report. */
export function print(report: Report): void {
  for (const [name, value] of Object.entries(report)) console.log(`${name}: ${value.toFixed(4)}`);
}
