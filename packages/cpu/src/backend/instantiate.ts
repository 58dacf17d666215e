/** Modules up to this size are compiled at once, which takes about a millisecond. */
const smallBytes = 100_000;

/**
 * A module. Compiling asynchronously waits for other threads, which takes longer than compiling a
 * small module; some browsers refuse to do that on their main thread.
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

/** The exports of an instance of a module. */
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
