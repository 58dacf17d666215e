import type { Store, Tensor } from "@metrigrad/tensor";
import { type BestValues, contentsOf, writeContents } from "../checkpoint/contents.ts";
import type { Folder } from "../files/folder.ts";
import { hashed, sha256 } from "../files/sha256.ts";
import { storeTurn } from "../step/storeTurns.ts";
import type { CheckpointOptions } from "./checkpointOptions.ts";
import { manifestText, type SavedRun } from "./manifest.ts";
import { byNewest, listFolder, placeName, type RunPlace } from "./names.ts";
import { loadRun, newestRun } from "./newestRun.ts";
import { checkCheckpoint, checkEmpty, folderOf } from "./options.ts";

/** The folder of a run that is being trained. */
export interface RunFolder {
  /** The run to go on from; null if the run begins. */
  readonly found: SavedRun | null;
  /** Puts the found run into a store, and returns the best values of early stopping by path. Throws DataError. */
  load(store: Store): Promise<ReadonlyMap<string, Tensor>>;
  /** The newest file of tensors; null if there is none yet. */
  readonly newest: string | null;
  /** Whether the newest checkpoint is of this place, so that it need not be saved again. */
  has(place: RunPlace): boolean;
  /** Writes a checkpoint, whole or not at all, and removes the oldest ones beyond `keep`. */
  save(run: SavedRun, store: Store, best: BestValues): Promise<void>;
  /** Frees the folder for another run. */
  release(): void;
}

const where = "fit, checkpoint";

/**
 * Opens the folder of a run: makes it, removes what killed runs left, and looks for the newest whole checkpoint.
 * Throws GraphError if the folder holds checkpoints and `resume` is false, or if another run uses it. Throws
 * DataError if all checkpoints are damaged.
 */
export async function openRunFolder(options: CheckpointOptions): Promise<RunFolder> {
  const { keep = 2, resume = false } = options;
  checkCheckpoint(options);
  const folder = folderOf(where, options);
  await folder.claim();
  try {
    const list = listFolder(await folder.list(), folder.isDead);
    if (!resume) checkEmpty(folder.name, list);
    const strays = folder.alone && resume ? list.strays : [];
    for (const file of [...list.left, ...strays]) await folder.remove(file);
    const found = resume ? await newestRun(folder) : null;
    // A run that was killed after it wrote its last checkpoint has not removed the older ones.
    if (found !== null) await prune(folder, found.run, keep);
    let last: RunPlace | null = found?.run ?? null;
    let newest = found === null ? null : folder.pathOf(found.tensors);
    return {
      found: found?.run ?? null,
      load: async (store) => (found === null ? new Map() : loadRun(folder, found, store)),
      get newest() {
        return newest;
      },
      has: (place) => last !== null && byNewest(place, last) === 0,
      save: async (run, store, best) => {
        newest = folder.pathOf(await saveRun(folder, run, store, best));
        last = run;
        await prune(folder, run, keep);
      },
      release: folder.release,
    };
  } catch (error) {
    folder.release();
    throw error;
  }
}

/** Writes a checkpoint, and returns the name of its file of tensors. */
async function saveRun(
  folder: Folder,
  run: SavedRun,
  store: Store,
  best: BestValues,
): Promise<string> {
  const name = placeName(run);
  const file = `${name}.safetensors`;
  const hash = sha256();
  let bytes = 0;
  const tensors = await storeTurn(store, () =>
    folder.ready(file, async (part) => {
      const contents = contentsOf(store, best);
      bytes = contents.layout.bytes;
      const write = async (piece: Uint8Array) => {
        await hashed(hash, piece);
        await part.write(piece);
      };
      await writeContents({ write }, contents);
    }),
  );
  const written = { file, bytes, sha256: hash.digest() };
  const manifest = await folder
    .ready(`${name}.json`, (part) =>
      part.write(new TextEncoder().encode(manifestText({ tensors: written, run }))),
    )
    .catch(async (error: unknown) => {
      await tensors.discard();
      throw error;
    });
  // The manifest comes last, since a checkpoint exists once its manifest does.
  try {
    await tensors.place();
    await folder.sync();
  } catch (error) {
    await manifest.discard();
    throw error;
  }
  await manifest.place();
  await folder.sync();
  return file;
}

/** Removes the checkpoints that are older than the newest ones. Damaged ones that are later in the run stay. */
async function prune(folder: Folder, now: RunPlace, keep: number): Promise<void> {
  const { checkpoints } = listFolder(await folder.list(), folder.isDead);
  const older = checkpoints.filter((one) => byNewest(one, now) >= 0);
  // The manifest goes first and at once, since a checkpoint that has a manifest must be whole.
  for (const { name } of older.slice(keep)) {
    await folder.removeBoth(`${name}.json`, `${name}.safetensors`);
  }
}
