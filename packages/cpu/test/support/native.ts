import {
  type Backend,
  BackendError,
  type FloatType,
  reference,
  type Step,
} from "@metrigrad/tensor";
import type { Test } from "tape";
import { type OpenOptions, openCpu } from "../../src/open.ts";
import { excess, finer, type TestPlan } from "./steps.ts";

/** On one thread and on several, with phases of any size. */
const variants: readonly OpenOptions[] = [{ threads: 1 }, { threads: 3, grain: 0 }];

/**
 * Runs a check with backends on the machine's library, whatever METRIGRAD_NATIVE says. Where there is none it says so in
 * the output, and the error that tells what to install is what is checked.
 */
export async function onNative(
  t: Test,
  check: (backends: readonly Backend[]) => Promise<void>,
  options: readonly OpenOptions[] = variants,
): Promise<void> {
  const opened: Backend[] = [];
  try {
    for (const one of options) {
      opened.push(await openCpu({ native: true, environment: "", ...one }));
    }
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    t.comment(`SKIPPED, no BLAS library is here (Debian: libopenblas0): ${error.message}`);
    t.match(error.message, /must be there, got .*install/s);
    return;
  }
  try {
    await check(opened);
  } finally {
    for (const backend of opened) await backend.close();
  }
}

/** Runs a step in both float types and compares every buffer with the reference; tolerances are those of 32 bits. */
export async function compareNative(
  t: Test,
  backends: readonly Backend[],
  plan: TestPlan,
  step: Step,
  tolerance: { readonly relative?: number; readonly absolute?: number },
  name: string,
): Promise<void> {
  const { relative = 0, absolute = 0 } = tolerance;
  const expected = await reference();
  for (const float of ["f32", "f64"] as readonly FloatType[]) {
    const scale = float === "f32" ? 1 : finer;
    const wanted = await plan.run(expected, [step], float);
    for (const backend of backends) {
      const results = await plan.run(backend, [step], float);
      const worst = results.map((result, at) =>
        excess(result, wanted[at] as typeof result, relative * scale),
      );
      const most = Math.max(...worst);
      t.ok(most <= absolute * scale, `${name}, ${float}, off by ${most}`);
    }
  }
}
