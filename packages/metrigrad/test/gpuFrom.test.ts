import { BackendError } from "@metrigrad/tensor";
import test from "tape";
import { gpuFrom } from "../src/gpuFrom.ts";
import { gpu } from "../src/index.ts";

test("gpu() says what to install where the package is missing", async (t) => {
  const missing = Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" });
  const error = await gpuFrom(() => Promise.reject(missing), {}).then(
    () => null,
    (reason) => reason,
  );
  t.ok(error instanceof BackendError);
  t.match(
    error.message,
    /^gpu\(\): the package @metrigrad\/gpu must be installed, got ERR_MODULE_NOT_FOUND; npm install @metrigrad\/gpu/,
  );
});

test("gpu() is that of @metrigrad/gpu", async (t) => {
  const backend = await gpu({ mode: "cpu" });
  t.equal(backend.mode, "cpu");
  await backend.close();
});
