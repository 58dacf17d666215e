/** Whether a GPUDevice is lost. */
export interface Loss {
  /** What the GPUDevice said when it was lost; null while it is there. */
  readonly reason: string | null;
}

const losses = new WeakMap<GPUDevice, Loss>();

/**
 * Returns the loss of a GPUDevice, the same one for all callers.
 *
 * gpu.js's GPUDevice lives as long as the process, and so do its listeners. So there is one for each GPUDevice, and it holds
 * this record alone: backends that are closed can be collected.
 */
export function lossOf(device: GPUDevice): Loss {
  const known = losses.get(device);
  if (known !== undefined) return known;
  const loss: { reason: string | null } = { reason: null };
  losses.set(device, loss);
  device.lost.then(({ message }) => {
    loss.reason = message;
  });
  return loss;
}
