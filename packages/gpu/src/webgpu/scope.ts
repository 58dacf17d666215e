/** What some calls on a device returned, and the error that they caused. */
export interface Scoped<T> {
  readonly value: T;
  /** Resolves to the first error of these calls, or null. */
  readonly error: Promise<GPUError | null>;
}

const kinds = ["internal", "out-of-memory", "validation"] as const;

/**
 * Makes calls on a device, and collects the errors of these calls alone.
 *
 * The device is shared with other users of gpu.js. Its event for errors does not say whose they are; error scopes do,
 * if all calls between their begin and end are ours. So the calls must not wait for anything.
 */
export function scoped<T>(device: GPUDevice, calls: () => T): Scoped<T> {
  for (const kind of kinds) device.pushErrorScope(kind);
  const ended: Promise<GPUError | null>[] = [];
  let value: T;
  try {
    value = calls();
  } finally {
    // A device that is lost may reject. Its loss is reported elsewhere.
    for (const _ of kinds) ended.push(device.popErrorScope().catch(() => null));
  }
  const error = Promise.all(ended).then((all) => all.find((one) => one !== null) ?? null);
  return { value, error };
}
