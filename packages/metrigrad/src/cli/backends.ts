import { type Backend, reference } from "@metrigrad/tensor";
import { defaultBackend } from "../defaultBackend.ts";
import { gpu } from "../gpu.ts";

/** The backends that the command knows. */
export const backends: Readonly<Record<string, () => Promise<Backend>>> = {
  cpu: defaultBackend,
  gpu: () => gpu(),
  reference,
};
