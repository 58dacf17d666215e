import type { KoffiLibrary } from "./bind.ts";
import type { NativeSymbol } from "./types.ts";

/** What a library says of itself. */
export interface Identity {
  readonly name: string;
  readonly threadSafe: boolean;
  /** Functions to call with 1, so that a call stays on its thread. */
  readonly threads: readonly NativeSymbol[];
}

/** Calls a function that some libraries have; returns null if it is missing. */
function ask<T>(
  library: KoffiLibrary,
  symbol: string,
  result: string,
  types: readonly string[] = [],
  args: readonly unknown[] = [],
): T | null {
  try {
    return library.func(symbol, result, types)(...args) as T;
  } catch {
    return null;
  }
}

const has = (library: KoffiLibrary, symbol: string): boolean => {
  try {
    library.func(symbol, "void", []);
    return true;
  } catch {
    return false;
  }
};

function openBlas(library: KoffiLibrary): Identity | null {
  for (const suffix of ["", "64_", "_64"]) {
    const config = ask<string>(library, `openblas_get_config${suffix}`, "str");
    if (config === null) continue;
    const version = /OpenBLAS (\S+)/.exec(config)?.[1] ?? "";
    const core = ask<string>(library, `openblas_get_corename${suffix}`, "str");
    // A library built for one thread keeps its buffers where two callers would share them.
    const parallel = ask<number>(library, `openblas_get_parallel${suffix}`, "int");
    const symbol = `openblas_set_num_threads${suffix}`;
    return {
      name: `OpenBLAS ${version}${core === null ? "" : ` (${core})`}`,
      threadSafe: parallel !== 0,
      threads: has(library, symbol) ? [{ library: 0, symbol }] : [],
    };
  }
  return null;
}

function mkl(library: KoffiLibrary): Identity | null {
  if (!has(library, "MKL_Get_Version_String")) return null;
  const text = Buffer.alloc(200);
  ask(library, "MKL_Get_Version_String", "void", ["void *", "int"], [text, text.length]);
  const version = /Version (\S+)/.exec(text.toString("latin1"))?.[1] ?? "";
  const threads = [{ library: 0, symbol: "MKL_Set_Num_Threads" }];
  return { name: `MKL ${version}`.trim(), threadSafe: true, threads };
}

function blis(library: KoffiLibrary): Identity | null {
  const version = ask<string>(library, "bli_info_get_version_str", "str");
  if (version === null) return null;
  const threads = [{ library: 0, symbol: "bli_thread_set_num_threads" }];
  return { name: `BLIS ${version}`, threadSafe: true, threads };
}

function flexiBlas(library: KoffiLibrary): Identity | null {
  const symbol = "flexiblas_set_num_threads";
  if (!has(library, symbol)) return null;
  return { name: "FlexiBLAS", threadSafe: true, threads: [{ library: 0, symbol }] };
}

function accelerate(library: KoffiLibrary, path: string): Identity | null {
  if (!path.includes("Accelerate.framework")) return null;
  // The function exists since macOS 15; 1 stands for one thread.
  const symbol = "BLASSetThreading";
  const threads = has(library, symbol) ? [{ library: 0, symbol }] : [];
  return { name: "Accelerate", threadSafe: true, threads };
}

/**
 * Returns the identity of the library at a path, by functions that only it has; null for a library without such
 * marks.
 */
export function identify(library: KoffiLibrary, path: string): Identity | null {
  return (
    openBlas(library) ??
    mkl(library) ??
    blis(library) ??
    flexiBlas(library) ??
    accelerate(library, path)
  );
}
