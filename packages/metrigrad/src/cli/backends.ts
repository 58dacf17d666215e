import { type Backend, reference } from "@metrigrad/tensor";
import { auto } from "../auto/auto.ts";
import type { Choice } from "../auto/choose.ts";
import type { Measure } from "../auto/measure.ts";
import { defaultBackend } from "../defaultBackend.ts";
import { gpu } from "../gpu.ts";
import type { backendNames } from "./names.ts";

/** What a backend is called in options. */
export type BackendName = (typeof backendNames)[number];

/** The backends that the command knows; `measure` is what the job would have to do on one. */
export const backends: Readonly<Record<BackendName, (measure: Measure) => Promise<Choice>>> = {
  cpu: asked(defaultBackend),
  gpu: asked(() => gpu()),
  reference: asked(async () => reference()),
  auto,
};

/** A backend that was asked for by name needs no reason. */
function asked(open: () => Promise<Backend>) {
  return async (): Promise<Choice> => ({ backend: await open(), why: "" });
}
