/** Modules up to this size are compiled at once, which takes about a millisecond. */
const smallBytes = 100_000;

/**
 * An instance of a module. Compiling asynchronously waits for other threads, which takes longer
 * than compiling a small module; some browsers refuse to do that on their main thread.
 */
export async function instantiate(
  bytes: Uint8Array<ArrayBuffer>,
  env: WebAssembly.ModuleImports,
): Promise<WebAssembly.Exports> {
  if (bytes.length <= smallBytes) {
    try {
      return new WebAssembly.Instance(new WebAssembly.Module(bytes), { env }).exports;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  const { instance } = await WebAssembly.instantiate(bytes, { env });
  return instance.exports;
}
