import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A path in this package's folder, two above that of this file, compiled or not. */
export function inPackage(path: string): string {
  return join(fileURLToPath(new URL("../../", import.meta.url)), path);
}
