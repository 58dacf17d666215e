import { BackendError, checkNames } from "@metrigrad/tensor";
import type { CpuNativeOptions, NativeLibrary, NativePackage } from "./contract.ts";

/** A library, or the reason why there is none. */
export interface FoundNative {
  readonly library: NativeLibrary | null;
  /** The reason for people; empty if nobody asks, as in browsers. */
  readonly why: string;
  /** Whether a library was asked for. */
  readonly needed: boolean;
}

/** The result if there is no library, and nobody asks for one. */
export const noNative: FoundNative = { library: null, why: "", needed: false };

// Bundlers would follow a literal name.
const specifier = () => ["@metrigrad", "native"].join("/");

async function importNative(): Promise<NativePackage> {
  return import(/* webpackIgnore: true */ /* @vite-ignore */ specifier());
}

/** Returns what is special in the message of a BackendError, or the message of another error. */
function reasonOf(error: unknown): string {
  return error instanceof BackendError ? error.parts.got : (error as Error).message;
}

/**
 * Looks for the package @metrigrad/native and a library, unless `native` is false.
 *
 * If `native` is true or names a library, a missing part is a BackendError. If it is undefined, the backend works
 * without.
 */
export async function loadNative(
  native: boolean | CpuNativeOptions | undefined,
  environment: string | undefined,
): Promise<FoundNative> {
  if (native !== undefined && typeof native !== "boolean" && typeof native !== "object") {
    const got = JSON.stringify(native) ?? String(native);
    throw missing("it must be true, false or options", got, "leave the option out");
  }
  if (native === null) throw missing("it must be true, false or options", "null", "leave it out");
  if (typeof native === "object") checkOptions(native);
  if (native === false) return { library: null, why: "native: false", needed: false };
  const needed = native !== undefined;
  if (!globalThis.process?.getBuiltinModule) {
    if (needed) throw missing("the engine must be Node", "another one", "leave the option out");
    return { library: null, why: "", needed };
  }
  let loaded: NativePackage;
  try {
    loaded = await importNative();
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    const must = "the package @metrigrad/native must be installed";
    if (needed) throw missing(must, code ?? message, "npm install @metrigrad/native");
    const absent = code === "ERR_MODULE_NOT_FOUND";
    const why = absent ? "@metrigrad/native is not installed" : `@metrigrad/native: ${message}`;
    return { library: null, why, needed };
  }
  try {
    const library = loaded.openNative(typeof native === "object" ? native : {}, environment);
    return { library, why: "", needed };
  } catch (error) {
    if (needed) throw error;
    return { library: null, why: reasonOf(error), needed };
  }
}

/** Throws BackendError if an option is unknown, or if a library is not a name. */
function checkOptions(options: CpuNativeOptions): void {
  checkNames("cpu({ native })", options, ["library"], BackendError);
  const { library = "" } = options;
  const names: readonly unknown[] = Array.isArray(library) ? library : [library];
  if (names.length > 0 && names.every((one) => typeof one === "string")) return;
  const got = JSON.stringify(library) ?? String(library);
  throw missing("library must be a name or path, or a list of them", got, "leave it out to search");
}

function missing(must: string, got: string, todo: string): BackendError {
  return new BackendError({ where: "cpu({ native })", must, got, todo });
}
