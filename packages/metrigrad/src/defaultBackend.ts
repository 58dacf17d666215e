import { cpu } from "@metrigrad/cpu";
import type { Backend } from "@metrigrad/tensor";

let made: Promise<Backend> | null = null;

/** The backend that is used where none is given: one cpu backend per process, made when first asked for. */
export function defaultBackend(): Promise<Backend> {
  made ??= cpu();
  return made;
}
