import type { Test } from "tape";

/** Asserts that a promise rejects with an error whose message matches. */
export async function rejects(t: Test, promise: Promise<unknown>, message: RegExp): Promise<void> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  t.match(error instanceof Error ? error.message : `no error: ${error}`, message);
}
