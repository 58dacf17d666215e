/** Modules up to this size in bytes are compiled synchronously, which takes about a millisecond. */
const smallBytes = 100_000;

/**
 * Returns a compiled module.
 *
 * Asynchronous compiling waits for other threads, which takes longer than compiling a small module. Some browsers
 * refuse to compile synchronously on their main thread.
 */
export async function compileModule(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  if (bytes.length <= smallBytes) {
    try {
      return new WebAssembly.Module(bytes);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return WebAssembly.compile(bytes);
}

/** Returns the exports of an instance of a module. */
export async function instantiate(
  module: WebAssembly.Module,
  env: WebAssembly.ModuleImports,
): Promise<WebAssembly.Exports> {
  try {
    return new WebAssembly.Instance(module, { env }).exports;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return (await WebAssembly.instantiate(module, { env })).exports;
  }
}
