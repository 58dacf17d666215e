import type { KoffiLibrary } from "./bind.ts";
import type { NativeFunction, NativeSymbol } from "./types.ts";

/** Functions without which a library is of no use. */
export const required: readonly NativeFunction[] = ["gemm", "syrk", "trsm"];
/** Functions of LAPACK, which a library may lack. */
export const optional: readonly NativeFunction[] = ["potrf", "syevd"];

/** What follows a name: Fortran compilers and libraries with integers of 64 bits differ in that. */
const suffixes = ["_", "", "_64_", "64_", "_64"] as const;

const letters = { f32: "s", f64: "d" } as const;

function symbolOf(
  libraries: readonly KoffiLibrary[],
  name: string,
  among: readonly string[],
): NativeSymbol | null {
  for (const suffix of among) {
    for (const [at, library] of libraries.entries()) {
      try {
        library.func(name + suffix, "void", []);
        return { library: at, symbol: name + suffix };
      } catch {
        // The next suffix or library may have it.
      }
    }
  }
  return null;
}

/**
 * Returns where each function is, in both types. A function counts only if both types have it. `missing` names the
 * symbols that were not found.
 */
export function findSymbols(libraries: readonly KoffiLibrary[]): {
  readonly symbols: Readonly<Record<string, NativeSymbol>>;
  readonly missing: readonly string[];
} {
  const symbols: Record<string, NativeSymbol> = {};
  const missing: string[] = [];
  const first = symbolOf(libraries, "sgemm", suffixes);
  // All functions of a library take integers of one size, so one suffix fits all.
  const suffix = first === null ? [] : [first.symbol.slice("sgemm".length)];
  for (const name of [...required, ...optional]) {
    const pair = (["f32", "f64"] as const).map(
      (type) => [type, symbolOf(libraries, letters[type] + name, suffix)] as const,
    );
    for (const [type, found] of pair) {
      if (found === null) missing.push(`${letters[type]}${name}`);
    }
    for (const [type, found] of pair) {
      if (found !== null && pair.every(([, other]) => other !== null)) {
        symbols[`${name}_${type}`] = found;
      }
    }
  }
  return { symbols, missing };
}
