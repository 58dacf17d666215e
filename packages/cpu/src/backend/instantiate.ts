import { BackendError } from "@metrigrad/tensor";

/** Modules up to this size in bytes are compiled synchronously, which takes about a millisecond. */
const smallBytes = 100_000;

/**
 * Returns a compiled module.
 *
 * Asynchronous compiling waits for other threads, which takes longer than compiling a small module. Some browsers
 * refuse to compile synchronously on their main thread.
 */
export async function compileModule(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  try {
    if (bytes.length <= smallBytes) return new WebAssembly.Module(bytes);
  } catch (error) {
    if (!(error instanceof RangeError)) throw forbidden(error);
  }
  return WebAssembly.compile(bytes).catch((error: unknown) => {
    throw forbidden(error);
  });
}

/** Returns a clear error if a page forbids WebAssembly; else the error itself. */
function forbidden(error: unknown): unknown {
  const { message } = error as Error;
  if (!/content security|csp|unsafe-eval|disallowed by embedder/i.test(message)) return error;
  return new BackendError({
    where: "cpu()",
    must: "the page must allow WebAssembly",
    got: message.split("\n")[0] ?? "",
    todo: "add 'wasm-unsafe-eval' to script-src in the page's Content-Security-Policy",
  });
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
