import { BackendError } from "@metrigrad/tensor";
import type { Test } from "tape";
import { type OpenOptions, openGpu } from "../../src/open.ts";
import type { GpuBackend } from "../../src/options.ts";

/**
 * Runs a check on WebGPU. Where no adapter answers it says so in the output, and the error that tells
 * what to install is what is checked; `npm run gpu` installs a driver.
 */
export async function onWebGpu(
  t: Test,
  check: (backend: GpuBackend) => Promise<void>,
  limits: OpenOptions["limits"] = {},
): Promise<void> {
  let backend: GpuBackend;
  try {
    backend = await openGpu({ mode: "webgpu", limits });
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    t.comment(
      `SKIPPED, no WebGPU adapter answers here (npm run gpu installs one): ${error.message}`,
    );
    t.match(
      error.message,
      /^gpu\({ mode: "webgpu" }\): a WebGPU adapter must answer, got .*install/,
    );
    return;
  }
  t.equal(backend.mode, "webgpu", "what runs is webgpu");
  try {
    await check(backend);
  } finally {
    await backend.close();
  }
}
