import { GraphError, type Store } from "@metrigrad/tensor";
import { type BestValues, contentsOf, writeContents } from "../checkpoint/contents.ts";
import { bytesInstead, type FileSystem, fileSystem } from "../files/fileSystem.ts";
import { partName } from "../files/partName.ts";
import { hashed, sha256 } from "../files/sha256.ts";
import { readyFile, syncFolder } from "../files/wholeFile.ts";
import { storeTurn } from "../step/storeTurns.ts";
import { manifestText, type SavedRun } from "./manifest.ts";
import { byNewest, listFolder, placeName, type RunPlace } from "./names.ts";
import { type FoundRun, newestRun } from "./newestRun.ts";
import { type CheckpointOptions, checkCheckpoint } from "./options.ts";

/** The folder of a run that is being trained. */
export interface RunFolder {
  /** The run to go on from; null if the run begins. */
  readonly found: FoundRun | null;
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
const used = new Set<string>();

/**
 * Opens the folder of a run: makes it, removes what killed runs left, and looks for the newest whole checkpoint.
 * Throws GraphError if the folder holds checkpoints and `resume` is false, or if another run uses it. Throws
 * DataError if all checkpoints are damaged.
 */
export async function openRunFolder(options: CheckpointOptions): Promise<RunFolder> {
  const files = fileSystem(where, bytesInstead);
  const { folder, keep = 2, resume = false } = options;
  const path = files.path.resolve(folder);
  if (used.has(path)) throw taken(folder);
  used.add(path);
  try {
    checkCheckpoint(options);
    await files.promises.mkdir(path, { recursive: true });
    await syncFolder(files, files.path.dirname(path));
    await removeAll(files, path, listFolder(files, path).left);
    const found = resume ? await newestRun(files, path) : null;
    // A run that was killed after it wrote its last checkpoint has not removed the older ones.
    if (found !== null) await prune(files, path, found.run, keep);
    let last: RunPlace | null = found?.run ?? null;
    let newest = found?.tensors ?? null;
    return {
      found,
      get newest() {
        return newest;
      },
      has: (place) => last !== null && byNewest(place, last) === 0,
      save: async (run, store, best) => {
        newest = await saveRun(files, path, run, store, best);
        last = run;
        await prune(files, path, run, keep);
      },
      release: () => void used.delete(path),
    };
  } catch (error) {
    used.delete(path);
    throw error;
  }
}

async function saveRun(
  files: FileSystem,
  folder: string,
  run: SavedRun,
  store: Store,
  best: BestValues,
): Promise<string> {
  const name = placeName(run);
  const file = `${name}.safetensors`;
  const path = files.path.join(folder, file);
  const hash = sha256();
  let bytes = 0;
  const tensors = await storeTurn(store, () =>
    readyFile(files, path, async (part) => {
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
  const manifest = await readyFile(files, files.path.join(folder, `${name}.json`), (part) =>
    part.write(new TextEncoder().encode(manifestText({ tensors: written, run }))),
  ).catch(async (error: unknown) => {
    await tensors.discard();
    throw error;
  });
  // The manifest comes last, since a checkpoint exists once its manifest does.
  try {
    await tensors.place();
    await syncFolder(files, folder);
  } catch (error) {
    await manifest.discard();
    throw error;
  }
  await manifest.place();
  await syncFolder(files, folder);
  return path;
}

/** Removes the checkpoints that are older than the newest ones. Damaged ones that are later in the run stay. */
async function prune(
  files: FileSystem,
  folder: string,
  now: RunPlace,
  keep: number,
): Promise<void> {
  const older = listFolder(files, folder).checkpoints.filter((one) => byNewest(one, now) >= 0);
  for (const { name } of older.slice(keep)) {
    // The manifest goes first and at once, since a checkpoint that has a manifest must be whole.
    const manifest = files.path.join(folder, `${name}.json`);
    const part = partName(manifest, files);
    await files.promises.rename(manifest, part);
    await removeAll(files, folder, [`${name}.safetensors`, files.path.basename(part)]);
  }
}

async function removeAll(
  { promises, path }: FileSystem,
  folder: string,
  names: readonly string[],
): Promise<void> {
  for (const name of names) await promises.rm(path.join(folder, name), { force: true });
}

function taken(folder: string): GraphError {
  return new GraphError({
    where,
    must: "a folder holds the checkpoints of one run at a time",
    got: `${folder}, which a run that has not ended uses`,
    todo: "await that run or close it, or choose another folder",
  });
}
