import { BackendError } from "@metrigrad/tensor";

/** Returns the error for a device that is lost. */
export function lostError(where: string, reason: string): BackendError {
  return new BackendError({
    where,
    must: "the gpu must be there",
    got: `a lost device (${reason || "no reason given"})`,
    todo: "make a new backend with gpu(), and a store from a checkpoint: values on the device are gone",
  });
}

/** Returns the error for a device that refused values or a run of this package. */
export function faultError(where: string, message: string): BackendError {
  return new BackendError({
    where,
    must: "the gpu must accept what it is given",
    got: message,
    todo: "report this with the plan (program.print()); results since then are not to be trusted",
  });
}

/** Returns the error for a device that refused a program before it ran. */
export function refusedError(where: string, message: string): BackendError {
  return new BackendError({
    where,
    must: "the gpu must accept the program",
    got: message,
    todo: "report this with the plan; other programs and all values are as before",
  });
}
