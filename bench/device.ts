/** Whether an adapter is a program on the processor rather than a graphics card. */
export function isSoftware(device: string): boolean {
  return /llvmpipe|lavapipe|swiftshader|software|basic render/i.test(device);
}

/** What a reader must know of where numbers of an adapter come from. */
export function placed(device: string): string {
  return isSoftware(device)
    ? `no real GPU was at hand; measured on ${device}, which runs on the processor.`
    : `measured on ${device}.`;
}
