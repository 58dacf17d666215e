import {
  BackendError,
  type BufferSpec,
  closedError,
  type Executable,
  type Handle,
  inPieces,
  type Plan,
  pause,
  sizeOf,
  type Tensor,
  type UsedVariables,
  type VariableSpec,
} from "@metrigrad/tensor";
import { bytesOf } from "../loop/lanes.ts";
import { type StoredArray, storedArray, writeElements } from "../memory/elements.ts";
import type { ScratchLease } from "../memory/scratch.ts";
import { buildPlan, floatsIn, type PlanTarget } from "../plan/module.ts";
import { Race } from "../threads/race.ts";
import type { Device } from "./device.ts";
import { OutputHandle, type OutputPlace, type RunCounter } from "./handle.ts";
import { compileModule, instantiate } from "./instantiate.ts";

type RunFunction = (thread: number, base: number) => void;

/** The exports of a plan's module. */
interface PlanFunctions {
  /** The ways to run all steps. */
  readonly runs: readonly RunFunction[];
  readonly steps: readonly RunFunction[];
}

/** Returns the address of a variable of the store. */
export type VariableAddress = (spec: VariableSpec) => number;

/** The addresses of a plan's buffers, and the memory that was allocated for them. */
interface Placement {
  readonly addresses: readonly number[];
  readonly allocated: readonly number[];
  readonly bytes: number;
}

function place(plan: Plan, device: Device, variable: VariableAddress): Placement {
  const allocated: number[] = [];
  let bytes = 0;
  const allocate = (size: number, what: string) => {
    const address = device.heap.allocate(size, what);
    allocated.push(address);
    bytes += size;
    return address;
  };
  const arena = plan.arenaBytes > 0 ? allocate(plan.arenaBytes, "the arena of a program") : 0;
  const addressOf = (buffer: BufferSpec): number => {
    const { place: where } = buffer;
    if (where.kind === "arena") return arena + where.offset;
    if (where.kind === "variable") return variable(where.spec);
    const address = allocate(buffer.size * bytesOf(buffer.dtype), buffer.label);
    if (where.kind === "constant") {
      const stored = storedArray(device.heap, address, buffer.size, buffer.dtype);
      writeElements(stored, buffer.dtype, where.data);
    }
    return address;
  };
  try {
    return { addresses: plan.buffers.map(addressOf), allocated, bytes };
  } catch (error) {
    for (const address of allocated) device.heap.release(address);
    throw error;
  }
}

async function targetOf(
  device: Device,
  plan: Plan,
  program: number,
  addresses: readonly number[],
): Promise<PlanTarget> {
  const { options, scratch, grain, parts, threads } = device;
  const libraries = await device.libraries(floatsIn(plan));
  const fork = threads && { sync: threads.sync, program };
  return { options, libraries, scratch, grain, parts, fork, addresses };
}

/** A plan as a WebAssembly module that has all addresses in it. */
export class CpuExecutable implements Executable {
  readonly bytes: number;
  private readonly device: Device;
  private readonly plan: Plan;
  private readonly placement: Placement;
  private readonly scratch: ScratchLease;
  /** The number of the program in the pool of threads. */
  private readonly program: number;
  private readonly functions: PlanFunctions;
  private readonly outputs: readonly OutputPlace[];
  private readonly race: Race;
  private readonly counter: RunCounter = { runs: 0, closed: false };
  private readonly used: UsedVariables;
  private readonly forget: (closed: CpuExecutable) => void;
  /** Views on the feed buffers, which are made again after the memory has grown. */
  private feeds: readonly StoredArray[] = [];
  private buffer: ArrayBufferLike | null = null;

  private constructor(
    device: Device,
    plan: Plan,
    placement: Placement,
    scratch: ScratchLease,
    program: number,
    functions: PlanFunctions,
    used: UsedVariables,
    forget: (closed: CpuExecutable) => void,
  ) {
    this.used = used;
    this.forget = forget;
    this.device = device;
    this.plan = plan;
    this.placement = placement;
    this.scratch = scratch;
    this.bytes = placement.bytes + scratch.bytes;
    this.program = program;
    this.functions = functions;
    this.race = new Race(functions.runs.length);
    this.outputs = plan.outputs.map((view) => {
      const { dtype } = plan.buffers[view.buffer] as BufferSpec;
      const address = (placement.addresses[view.buffer] as number) + view.offset * bytesOf(dtype);
      return { shape: Object.freeze([...view.shape]), size: sizeOf(view.shape), dtype, address };
    });
  }

  /** Makes an executable; `forget` is called when it is closed. */
  static async create(
    plan: Plan,
    device: Device,
    variable: VariableAddress,
    used: UsedVariables,
    forget: (closed: CpuExecutable) => void,
  ): Promise<CpuExecutable> {
    const placement = place(plan, device, variable);
    const { threads } = device;
    const program = threads?.pool.next() ?? 0;
    let scratch: ScratchLease | null = null;
    try {
      const target = await targetOf(device, plan, program, placement.addresses);
      const built = await inPieces(buildPlan(plan, target));
      scratch = built.scratch;
      const module = await compileModule(built.bytes);
      await pause();
      const exports = await instantiate(module, device.imports);
      await threads?.pool.load(program, module);
      const find = (name: string) => exports[name] as RunFunction;
      const functions = { runs: built.runs.map(find), steps: built.steps.map(find) };
      return new CpuExecutable(device, plan, placement, scratch, program, functions, used, forget);
    } catch (error) {
      for (const address of placement.allocated) device.heap.release(address);
      scratch?.release();
      throw error;
    }
  }

  async run(feeds: readonly Tensor[]): Promise<readonly Handle[]> {
    this.begin("program.run", feeds);
    this.race.took(this.call(this.functions.runs[this.race.way] as RunFunction));
    return this.outputs.map((output) => new OutputHandle(this.device.heap, output, this.counter));
  }

  async profile(feeds: readonly Tensor[]): Promise<readonly number[]> {
    this.begin("program.profile", feeds);
    return this.functions.steps.map((step) => this.call(step));
  }

  async close(): Promise<void> {
    if (this.counter.closed) return;
    this.counter.closed = true;
    for (const address of this.placement.allocated) this.device.heap.release(address);
    this.scratch.release();
    this.device.threads?.pool.drop(this.program);
    this.forget(this);
  }

  /** Runs a function of the module; returns the seconds that it took. */
  private call(run: RunFunction): number {
    const start = performance.now();
    try {
      run(0, 0);
    } catch (error) {
      throw this.device.threads?.pool.fail(error) ?? error;
    }
    return (performance.now() - start) / 1000;
  }

  /** Starts a run: earlier handles become stale, and feeds are written. */
  private begin(where: string, feeds: readonly Tensor[]): void {
    this.device.check(where);
    if (this.counter.closed) throw closedError(where, "program");
    this.used.check(where);
    const { memory } = this.device.heap;
    if (this.buffer !== memory.buffer) {
      this.buffer = memory.buffer;
      this.feeds = this.plan.feeds.map(({ buffer, shape, dtype }) => {
        const address = this.placement.addresses[buffer] as number;
        return storedArray(this.device.heap, address, sizeOf(shape), dtype);
      });
    }
    this.counter.runs += 1;
    this.plan.feeds.forEach(({ dtype, name }, at) => {
      const value = feeds[at];
      const target = this.feeds[at] as StoredArray;
      if (value === undefined || value.size !== target.length) {
        throw new BackendError({
          where,
          must: `feed ${name} must have ${target.length} elements`,
          got: value === undefined ? "none" : String(value.size),
          todo: "pass the feeds in the order of plan.feeds",
        });
      }
      writeElements(target, dtype, value.data(), value.dtype);
    });
  }
}
