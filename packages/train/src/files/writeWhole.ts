import { fileSystem } from "./fileSystem.ts";
import { inTurn, writePart } from "./inTurn.ts";

/**
 * Writes a file whole or not at all.
 *
 * The content goes to a temporary file beside the path. When it is on the disk, that file takes the name. The
 * function makes the folder if it is missing. Writes to one path take place in the order of the calls. For Node only;
 * it rejects with what the file system throws.
 *
 * @param path - The path of the file.
 * @param content - A text, which is written in UTF-8, or bytes.
 * @throws {@link GraphError} if there is no file system.
 * @category Train: files and reports
 */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const files = fileSystem("writeWhole", "write files in Node");
  await inTurn(files, path, () => writePart(files, path, (file) => file.write(bytes)));
}
