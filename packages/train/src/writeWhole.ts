/**
 * Writes a file whole or not at all: to a temporary file beside it, then renamed. Makes the folder
 * where it is missing; for Node only.
 */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  // No imports, which bundlers for browsers would follow.
  const { mkdir, rename, rm, writeFile } = process.getBuiltinModule("node:fs/promises");
  const { dirname } = process.getBuiltinModule("node:path");
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.${process.pid}.part`;
  try {
    await writeFile(part, content, { flush: true });
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}
