import { BackendError } from "@metrigrad/tensor";
import { buildLibrary, type LibraryModule } from "../kernel/library.ts";
import { Heap } from "../memory/heap.ts";
import { Scratch } from "../memory/scratch.ts";
import type { KernelOptions } from "../options.ts";
import { instantiate } from "./instantiate.ts";

/** What the stores of one backend share: memory, kernels, scratch. */
export class Device {
  readonly options: KernelOptions;
  readonly heap: Heap;
  readonly scratch: Scratch;
  readonly library: LibraryModule;
  /** The imports of plan modules. */
  readonly imports: WebAssembly.ModuleImports;
  closed = false;

  private constructor(
    options: KernelOptions,
    heap: Heap,
    library: LibraryModule,
    exports: WebAssembly.Exports,
  ) {
    this.options = options;
    this.heap = heap;
    this.scratch = new Scratch(heap);
    this.library = library;
    this.imports = { ...exports, memory: heap.memory };
  }

  static async create(options: KernelOptions): Promise<Device> {
    const heap = new Heap(options);
    const library = buildLibrary(options);
    const exports = await instantiate(library.bytes, { memory: heap.memory });
    return new Device(options, heap, library, exports);
  }

  /** Throws BackendError after `close`. */
  check(where: string): void {
    if (this.closed) throw closedError(where, "backend");
  }
}

/** The error of using what has been closed. */
export function closedError(where: string, what: string): BackendError {
  return new BackendError({
    where,
    must: `the ${what} must be open`,
    got: "a closed one",
    todo: `make a new ${what}`,
  });
}
