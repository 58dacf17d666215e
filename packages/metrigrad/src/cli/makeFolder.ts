import { mkdir, mkdtemp, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { refuse } from "./usage.ts";

/** Makes the folder of `--out`, and refuses one that takes no files before anything is computed. Throws UsageError. */
export async function makeFolder(out: string, command: string): Promise<void> {
  try {
    await mkdir(out, { recursive: true });
    // A folder may be there and yet take no files.
    await rmdir(await mkdtemp(join(out, ".try-")));
  } catch (error) {
    // A full disk is no wrong option.
    if (["ENOSPC", "EDQUOT"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    refuse("out", "it must be a folder that can be written", (error as Error).message, command);
  }
}
