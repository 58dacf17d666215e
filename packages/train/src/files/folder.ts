import type { ByteSource } from "@metrigrad/data";
import type { PartFile, ReadyFile } from "./wholeFile.ts";

/** A folder whose files are written whole or not at all: one of the file system, or one that a page has. */
export interface Folder {
  /** The name of the folder in messages. */
  readonly name: string;
  /** Returns the name of a file outside of the folder. */
  pathOf(file: string): string;
  /** Makes the folder if it is missing, and keeps others from writing there. Throws GraphError if another run does. */
  claim(): Promise<void>;
  /** Lets others write there. */
  release(): void;
  /** Returns the names of its files. */
  list(): Promise<readonly string[]>;
  /** Whether no other run can write there while it is claimed. */
  readonly alone: boolean;
  /** Whether an ended process has left a file of the last list half written. */
  isDead(file: string): boolean;
  /** Calls a function with the bytes of a file. Throws DataError. */
  read<T>(file: string, use: (source: ByteSource) => Promise<T>): Promise<T>;
  /** Writes a file that does not have its name yet. */
  ready(file: string, write: (part: PartFile) => Promise<void>): Promise<ReadyFile>;
  /** Waits until the names of files are safe. */
  sync(): Promise<void>;
  /** Removes a file. */
  remove(file: string): Promise<void>;
  /** Removes a manifest at once, and then what it speaks of. */
  removeBoth(manifest: string, other: string): Promise<void>;
}
