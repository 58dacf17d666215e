import type * as own from "@metrigrad/gpu";
import { BackendError } from "@metrigrad/tensor";
import test from "tape";
import { gpuFrom } from "../src/gpuFrom.ts";
import { type GpuBackend, type GpuMode, type GpuOptions, gpu } from "../src/index.ts";

const failing = (error: Error) =>
  gpuFrom(() => Promise.reject(error), {}).then(
    () => null,
    (reason) => reason,
  );

const missing: readonly (readonly [where: string, error: Error])[] = [
  ["Node", Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" })],
  ["Chromium", new TypeError("Failed to resolve module specifier '@metrigrad/gpu'")],
  ["Firefox", new TypeError("error loading dynamically imported module: Error resolving module")],
  ["webpack", new Error("Cannot find module '@metrigrad/gpu'")],
  ["Vite", new Error('Could not resolve "@metrigrad/gpu" imported by "metrigrad".')],
];

test("gpu() says what to install where the package is missing", async (t) => {
  for (const [where, reason] of missing) {
    const error = await failing(reason);
    t.ok(error instanceof BackendError, where);
    t.match(
      error.message,
      /^gpu\(\): the package @metrigrad\/gpu must be installed, got .*; npm install @metrigrad\/gpu/,
    );
  }
});

test("gpu() says why the package does not load where it is there", async (t) => {
  const error = await failing(new SyntaxError("Unexpected token"));
  t.match(
    error.message,
    /^gpu\(\): the package @metrigrad\/gpu must load, got Unexpected token; mend/,
  );
  const blocked = new BackendError({ where: "gpu()", must: "m", got: "g", todo: "t" });
  t.equal(await failing(blocked), blocked);
});

test("gpu() is that of @metrigrad/gpu", async (t) => {
  const backend = await gpu({ mode: "cpu" });
  t.equal(backend.mode, "cpu");
  await backend.close();
});

type Same<A, B> = [A, B] extends [B, A] ? true : false;
type Must<T extends true> = T;

/** The types of gpu() are those of @metrigrad/gpu: `npm run types` fails here if they are not. */
export type SameTypes = [
  Must<Same<GpuMode, own.GpuMode>>,
  Must<Same<GpuOptions, own.GpuOptions>>,
  Must<Same<GpuBackend, own.GpuBackend>>,
];
