import { fileSystem } from "./fileSystem.ts";
import { inTurn } from "./inTurn.ts";
import { type ReadyFile, readyFile, removeDeadParts, syncFolder } from "./wholeFile.ts";

/**
 * Writes files that belong together to one folder, each whole or not at all.
 *
 * All of them are on the disk before the first one takes its name, and they take their names in the given order. So a crash
 * leaves the former files, the new ones, or new ones up to some place of the list and former ones after it. The function makes the
 * folder if it is missing. Writes to one folder with the same first name take place in the order of the calls. For Node only; it
 * rejects with what the file system throws.
 *
 * @param folder - Where the files go.
 * @param contents - The names in the folder with their texts, which are written in UTF-8, in the order in which they appear.
 * @throws {@link GraphError} if there is no file system.
 * @category Train: files and reports
 */
export async function writeAllWhole(
  folder: string,
  contents: readonly (readonly [name: string, content: string])[],
): Promise<void> {
  const files = fileSystem("writeAllWhole", "write files in Node");
  const { join } = files.path;
  const [first] = contents;
  if (first === undefined) return;
  await inTurn(files, join(folder, first[0]), async () => {
    await files.promises.mkdir(folder, { recursive: true });
    const ready: ReadyFile[] = [];
    try {
      for (const [name, content] of contents) {
        await removeDeadParts(files, join(folder, name));
        const bytes = new TextEncoder().encode(content);
        ready.push(await readyFile(files, join(folder, name), (file) => file.write(bytes)));
      }
      for (const file of ready) await file.place();
    } catch (error) {
      for (const file of ready) await file.discard();
      throw error;
    }
    await syncFolder(files, folder);
  });
}
