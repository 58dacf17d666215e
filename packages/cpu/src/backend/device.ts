import { BackendError, closedError, type FloatType, inPieces } from "@metrigrad/tensor";
import { buildLibrary, type LibraryModule } from "../kernel/library.ts";
import { Heap } from "../memory/heap.ts";
import { Scratch } from "../memory/scratch.ts";
import { buildNative } from "../native/kernels.ts";
import { type FoundNative, noNative } from "../native/load.ts";
import type { KernelOptions } from "../options.ts";
import { control, takenBytes } from "../threads/control.ts";
import { canSleep, coresAvailable } from "../threads/host.ts";
import { Pool } from "../threads/pool.ts";
import { buildSync, type SyncModule } from "../threads/sync.ts";
import { floatsOf } from "../wasm/index.ts";
import { compileModule, instantiate } from "./instantiate.ts";

/** Options of a device. */
export interface DeviceOptions {
  readonly relaxed: boolean;
  /** The number of threads that share the work, the calling one included. */
  readonly threads: number;
  /**
   * The estimated work in nanoseconds from which two threads share a phase. Each further thread needs half as much
   * more.
   */
  readonly grain: number;
  /** The machine's linear algebra; none by default. */
  readonly native?: FoundNative;
  /** Whether one thread does the work if the others cannot start; false by default. */
  readonly alone?: boolean;
}

/**
 * The number of polls before a thread sleeps, which take a few tenths of a millisecond. That is longer than the work
 * between two steps, because waking a thread takes as long as a small step.
 */
const polls = 300_000;

/** The workers of a device, and the functions by which plans wait. */
export interface Threads {
  readonly pool: Pool;
  readonly sync: SyncModule;
}

/** What the stores of one backend share: memory, kernels, scratch, threads. */
export class Device {
  readonly options: Omit<KernelOptions, "floats">;
  readonly grain: number;
  readonly heap: Heap;
  readonly scratch: Scratch;
  /** The workers; null on one thread. */
  readonly threads: Threads | null;
  /** The imports of plan modules: the functions by which threads wait, and the kernels of the libraries so far. */
  readonly imports: WebAssembly.ModuleImports;
  /** The native library that all threads have, or the reason why there is none. */
  readonly native: FoundNative;
  private readonly made = new Map<FloatType, Promise<LibraryModule>>();
  private closed = false;

  private constructor(
    options: Device["options"],
    grain: number,
    heap: Heap,
    threads: Threads | null,
    imports: WebAssembly.ModuleImports,
    native: FoundNative,
  ) {
    this.options = options;
    this.grain = grain;
    this.heap = heap;
    this.scratch = new Scratch(heap);
    this.threads = threads;
    this.imports = imports;
    this.native = native;
  }

  /** Makes a device. Throws BackendError if threads are asked for and cannot start. */
  static async create(given: DeviceOptions): Promise<Device> {
    const { relaxed, threads, grain, native = noNative } = given;
    const options = { relaxed, shared: threads > 1 };
    const heap = new Heap(options);
    const { memory } = heap;
    if (threads === 1) {
      const imports = { memory, ...native.library?.bind(memory) };
      return new Device(options, grain, heap, null, imports, native);
    }
    const address = heap.allocate(control.bytes + threads * takenBytes, "threads");
    const spins = coresAvailable() >= threads ? polls : 0;
    const sync = buildSync({ address, spins, mainSleeps: canSleep() });
    const waiting = await compileModule(sync.bytes);
    const imports = { memory, ...(await instantiate(waiting, { memory })) };
    const pool = await Pool.open({ threads, memory, address, sync: waiting }).catch((error) => {
      if (given.alone === true) return null;
      throw error;
    });
    if (pool === null) return Device.create({ ...given, threads: 1 });
    const found = await bindAll(native, memory, pool, imports).catch(async (error) => {
      await pool.close();
      throw error;
    });
    return new Device(options, grain, heap, { pool, sync }, imports, found);
  }

  /** Returns the kernels of float types, which are made when they are first asked for. */
  async libraries(floats: readonly FloatType[]): Promise<ReadonlyMap<FloatType, LibraryModule>> {
    const found = new Map<FloatType, LibraryModule>();
    for (const float of floats) {
      const library = this.made.get(float) ?? this.make(float);
      this.made.set(float, library);
      // A library that could not be made is tried again.
      library.catch(() => this.made.delete(float));
      found.set(float, await library);
    }
    return found;
  }

  private async make(float: FloatType): Promise<LibraryModule> {
    const library = await inPieces(buildLibrary({ ...this.options, floats: floatsOf(float) }));
    const module = await compileModule(library.bytes);
    Object.assign(this.imports, await instantiate(module, this.imports));
    await this.threads?.pool.extend(module);
    if (this.native.library === null) return library;
    const { functions } = this.native.library;
    const native = buildNative({ ...this.options, floats: floatsOf(float) }, library, functions);
    const around = await compileModule(native.bytes);
    Object.assign(this.imports, await instantiate(around, this.imports));
    await this.threads?.pool.extend(around);
    const { bytes, importInto } = library;
    return { bytes, importInto: (m) => ({ ...importInto(m), native: native.importInto(m) }) };
  }

  /** The number of threads that run programs. */
  get parts(): number {
    return this.threads?.pool.threads ?? 1;
  }

  /** Throws BackendError after `close`, and after a thread failed. */
  check(where: string): void {
    if (this.closed) throw closedError(where, "backend");
    this.threads?.pool.check();
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.threads?.pool.close();
  }
}

/** Binds a native library in all threads. If one thread cannot, all work without it. */
async function bindAll(
  native: FoundNative,
  memory: WebAssembly.Memory,
  pool: Pool,
  imports: WebAssembly.ModuleImports,
): Promise<FoundNative> {
  const { library, needed } = native;
  if (library === null) return native;
  let why = `${library.name} was built for one thread`;
  if (library.threadSafe) {
    try {
      await pool.bind(library.recipe);
      Object.assign(imports, library.bind(memory));
      return native;
    } catch (error) {
      why = `threads: ${error instanceof BackendError ? error.parts.got : String(error)}`;
    }
  }
  if (!needed) return { library: null, why, needed };
  throw new BackendError({
    where: "cpu({ native })",
    must: "every thread must be able to call the library",
    got: why,
    todo: "leave the option out, or use one thread",
  });
}
