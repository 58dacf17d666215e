import { delimiter } from "node:path";
import { BackendError, checkNames } from "@metrigrad/tensor";
import { bind, type Koffi, type KoffiLibrary, koffiPath, loadKoffi } from "./bind.ts";
import { bindSource } from "./bindSource.ts";
import { type Candidate, candidates } from "./candidates.ts";
import { type Identity, identify } from "./identify.ts";
import { selfTest } from "./selfTest.ts";
import { findSymbols, optional, required } from "./symbols.ts";
import type { NativeLibrary, NativeOptions, NativeRecipe } from "./types.ts";

/** What the user can do if there is no library. */
const advice =
  "install one (Debian: apt-get install libopenblas0; macOS has Accelerate; Windows: put libopenblas.dll on the PATH), " +
  "or name it: METRIGRAD_NATIVE=/path/to/library";

function refused(got: string, todo = advice): BackendError {
  return new BackendError({
    where: "native",
    must: "a BLAS library that gives right results must be there",
    got,
    todo,
  });
}

/** Throws BackendError if an option is unknown, or if a library is not a name. */
function checkOptions(options: NativeOptions): void {
  checkNames("openNative", options, ["library"], BackendError);
  const { library = "" } = options;
  const names: readonly unknown[] = Array.isArray(library) ? library : [library];
  if (names.length > 0 && names.every((one) => typeof one === "string")) return;
  throw new BackendError({
    where: "openNative",
    must: "library must be a name or path, or a list of them",
    got: JSON.stringify(library) ?? String(library),
    todo: "leave it out to search",
  });
}

/**
 * Returns the names that were asked for in their order; null to search. Throws BackendError if the package is turned
 * off.
 */
function wanted({ library }: NativeOptions, given: string): Candidate | null {
  const environment = given.trim();
  if (/^(off|0|false|no)$/i.test(environment)) {
    throw refused(`METRIGRAD_NATIVE=${environment}`, "unset the variable");
  }
  if (library !== undefined) return typeof library === "string" ? [library] : library;
  const named = /^(|on|1|true|yes|auto)$/i.test(environment);
  return named ? null : environment.split(delimiter);
}

/** Checks libraries that were loaded. Throws an Error that says what is wrong with them. */
function check(
  libraries: readonly KoffiLibrary[],
  candidate: Candidate,
  named: boolean,
): NativeLibrary {
  const [first] = libraries;
  const [path] = candidate;
  if (first === undefined || path === undefined) throw new Error("no name");
  const unknown: Identity = { name: path, threadSafe: true, threads: [] };
  const known = identify(first, path);
  if (known === null && !named) {
    // The reference BLAS is several times slower than kernels in WebAssembly.
    throw new Error("no sign of an optimised library; name it to use it all the same");
  }
  const { symbols, missing } = findSymbols(libraries);
  const lacking = missing.filter((one) => required.some((name) => one.slice(1) === name));
  if (lacking.length > 0) throw new Error(`it lacks ${lacking.join(", ")}`);
  const { name, threadSafe, threads } = known ?? unknown;
  const recipe: NativeRecipe = {
    koffi: koffiPath(),
    source: bindSource,
    libraries: candidate,
    symbols,
    threads,
  };
  const bound = (memory: WebAssembly.Memory) => bind(recipe, memory);
  const wrong = selfTest(bound);
  if (wrong !== null) throw new Error(`wrong results of ${wrong}`);
  const functions = [...required, ...optional].filter((one) => symbols[`${one}_f32`] !== undefined);
  return { name, libraries: candidate, functions, threadSafe, recipe, bind: bound };
}

/** Libraries that were opened, by what was asked for. */
const opened = new Map<string, NativeLibrary>();

/**
 * Finds the machine's BLAS and LAPACK, and tests them.
 *
 * The test compares products, Gram matrices, solves, factors and eigenvectors in both float types with plain loops.
 *
 * @param options - Names or paths of libraries. By default it searches for those that are known to be fast.
 * @param environment - The text of the environment: `off`, a name or a path, or several as in PATH, first BLAS, then
 *   LAPACK. By default it is the variable METRIGRAD_NATIVE. `off` counts before the options, and the options before a
 *   name.
 * @returns The library; the same one for the same names.
 * @throws A {@link BackendError} if an option is unknown or wrong, if it is turned off, or if there is no library that
 *   gives right results. The error says what was tried.
 * @category For authors of backends
 */
export function openNative(
  options: NativeOptions = {},
  environment: string = process.env.METRIGRAD_NATIVE ?? "",
): NativeLibrary {
  checkOptions(options);
  const asked = wanted(options, environment);
  const key = JSON.stringify(asked);
  const before = opened.get(key);
  if (before !== undefined) return before;
  let koffi: Koffi;
  try {
    koffi = loadKoffi();
  } catch (error) {
    throw refused(`koffi: ${(error as Error).message.split("\n")[0]}`, "npm install koffi");
  }
  const tried: string[] = [];
  for (const candidate of asked === null ? candidates(process.platform, process.arch) : [asked]) {
    const failed = (error: unknown) =>
      tried.push(`${candidate.join(" and ")} (${(error as Error).message})`);
    let libraries: readonly KoffiLibrary[];
    try {
      libraries = candidate.map((path) => koffi.load(path));
    } catch (error) {
      // A search does not report files that are not there.
      if (asked !== null) failed(error);
      continue;
    }
    try {
      const library = check(libraries, candidate, asked !== null);
      opened.set(key, library);
      return library;
    } catch (error) {
      failed(error);
    }
  }
  throw refused(tried.length === 0 ? "none" : tried.join("; "));
}
