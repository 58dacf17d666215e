import { readFileSync } from "node:fs";
import { inPackage } from "./packageFolder.ts";

/** The version of this package. */
export function version(): string {
  return JSON.parse(readFileSync(inPackage("package.json"), "utf8")).version;
}
