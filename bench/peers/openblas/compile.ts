import { execFileSync } from "node:child_process";
import { join } from "node:path";

/**
 * Compiles the C program of this folder for a processor, and returns its path. Throws where there is no C compiler or
 * no OpenBLAS, such as Debian's libopenblas-dev.
 */
export function compileProgram(folder: string, processor: string): string {
  const source = (name: string) => join(import.meta.dirname, name);
  const path = join(folder, "openblas-peer");
  const flags = ["-std=gnu11", "-O3", `-march=${processor}`, "-ffast-math", "-o", path];
  const sources = ["main.c", "algebra.c", "step.c"].map(source);
  try {
    execFileSync("cc", [...flags, ...sources, "-lopenblas", "-lm"], { stdio: "pipe" });
  } catch (error) {
    const text = String((error as { readonly stderr?: unknown }).stderr ?? "");
    const why = text.split("\n").find((line) => /error|not found|cannot find/.test(line));
    const reason = why?.replace(/^.*?(fatal error|error|cannot find)/, "$1") ?? "no C compiler";
    throw new Error(`needs a C compiler and libopenblas-dev (${reason.trim()})`);
  }
  return path;
}
