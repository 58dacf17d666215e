import { availableParallelism } from "node:os";
import test from "tape";
import { canShareMemory, canSleep, coresAvailable } from "../../src/threads/host.ts";

test("host: cores, shared memory and sleep in Node", (t) => {
  t.equal(coresAvailable(), availableParallelism());
  t.ok(canShareMemory());
  t.ok(canSleep());
  t.end();
});

test("host: a page that is not isolated shares no memory, its main thread does not sleep", (t) => {
  const scope = globalThis as { crossOriginIsolated?: boolean };
  scope.crossOriginIsolated = false;
  t.notOk(canShareMemory());
  delete scope.crossOriginIsolated;
  const { wait } = Atomics;
  Atomics.wait = () => {
    throw new TypeError("Atomics.wait cannot be called in this context");
  };
  t.notOk(canSleep());
  Atomics.wait = wait;
  const { SharedArrayBuffer: kept } = globalThis;
  Reflect.deleteProperty(globalThis, "SharedArrayBuffer");
  t.notOk(canShareMemory());
  globalThis.SharedArrayBuffer = kept;
  t.end();
});
