import { BackendError } from "@metrigrad/tensor";
import type { Test } from "tape";
import { openNative } from "../../src/open.ts";
import type { NativeLibrary } from "../../src/types.ts";

/**
 * Runs a check on the machine's library, whatever METRIGRAD_NATIVE says. Where there is none it says so in the
 * output, and the error that tells what to install is what is checked.
 */
export async function onLibrary(
  t: Test,
  check: (library: NativeLibrary) => void | Promise<void>,
): Promise<void> {
  let library: NativeLibrary;
  try {
    library = openNative({}, "");
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    t.comment(`SKIPPED, no BLAS library is here (Debian: libopenblas0): ${error.message}`);
    t.match(error.message, /^native: a BLAS library .* must be there, got .*install/s);
    return;
  }
  await check(library);
}
