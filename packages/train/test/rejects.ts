import type { Test } from "tape";

/** Asserts that a promise rejects with an error of a type whose message matches. */
export async function rejects(
  t: Test,
  promise: Promise<unknown>,
  type: new (...args: never[]) => Error,
  message: RegExp,
): Promise<void> {
  try {
    await promise;
    t.fail(`it must reject with ${message}`);
  } catch (error) {
    t.ok(error instanceof type, `${type.name}: ${error}`);
    t.match((error as Error).message, message);
  }
}
