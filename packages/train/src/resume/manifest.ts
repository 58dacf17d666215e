import { sha256Of } from "../files/sha256.ts";
import type { BestEpoch } from "../fit/earlyStopping.ts";
import type { EpochPart } from "../fit/epochs.ts";
import type { EpochEvent } from "../fit/events.ts";
import type { Fingerprint } from "./fingerprint.ts";
import type { RunPlace } from "./names.ts";
import { plainNumbers, readNumbers } from "./numbers.ts";

/** The state of a saved run, besides its tensors. */
export interface SavedRun extends RunPlace {
  /** The number of steps done. */
  readonly step: number;
  /** The reason why the run has ended; null if it has not. */
  readonly finished: "epochs" | "earlyStopping" | null;
  /** The number of epochs of the whole run. */
  readonly epochs: number;
  /** Whether the steps depend on the progress of the whole run, as with a schedule. */
  readonly scheduled: boolean;
  /** The part of the next epoch that is done. */
  readonly part: EpochPart;
  readonly earlyStopping: { readonly best: BestEpoch | null; readonly waited: number } | null;
  readonly history: readonly EpochEvent[];
  readonly fingerprint: Fingerprint;
}

/** The file of tensors beside a manifest. */
export interface TensorsFile {
  readonly file: string;
  readonly bytes: number;
  /** The SHA-256 of the whole file. */
  readonly sha256: string;
}

/** The content of a manifest. */
export interface Manifest {
  readonly tensors: TensorsFile;
  readonly run: SavedRun;
}

const format = "metrigrad run";
const version = 1;

/** Returns the text of a manifest: JSON, with a checksum of all its other values. */
export function manifestText({ tensors, run }: Manifest): string {
  const content = plainNumbers({ format, version, tensors, run }) as object;
  const checksum = sha256Of(JSON.stringify(content));
  return `${JSON.stringify({ ...content, checksum }, null, 2)}\n`;
}

/** Reads a manifest. Throws an Error that says what is wrong with the text. */
export function readManifest(text: string): Manifest {
  const { checksum, ...content } = JSON.parse(text) as Record<string, unknown>;
  if (content.format !== format) throw new Error("a file that is no manifest");
  if (content.version !== version) {
    throw new Error(`version ${String(content.version)}, where this program reads ${version}`);
  }
  if (sha256Of(JSON.stringify(content)) !== checksum) {
    throw new Error("a manifest with another content than its checksum says");
  }
  const { tensors, run } = readNumbers(content) as Manifest;
  return { tensors, run };
}
