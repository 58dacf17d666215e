import { compile, type Program } from "./run/compile.ts";
import type { Binding, Runner } from "./run/dispatch.ts";

const limits = {
  maxBufferSize: 2 ** 28,
  maxStorageBufferBindingSize: 2 ** 27,
  maxStorageBuffersPerShaderStage: 16,
  maxComputeWorkgroupsPerDimension: 65_535,
  maxComputeWorkgroupStorageSize: 32_768,
};

const features = new Set(["subgroups", "timestamp-query"]);

/** Memory of the device, which the host reads directly. */
class CheckedBuffer {
  readonly size: number;
  readonly bytes: ArrayBuffer;

  constructor({ size }: { readonly size: number }) {
    this.size = size;
    this.bytes = new ArrayBuffer(Math.ceil(size / 4) * 4);
  }

  async mapAsync(): Promise<void> {}
  getMappedRange(): ArrayBuffer {
    return this.bytes;
  }
  unmap(): void {}
  destroy(): void {}
}

/** A program and what it sees, as a pass records them. */
interface Pipeline {
  readonly program: Program;
}

interface Entry {
  readonly binding: number;
  readonly resource: {
    readonly buffer: CheckedBuffer;
    readonly offset?: number;
    readonly size?: number;
  };
}

interface TimestampWrites {
  readonly querySet: { readonly times: BigUint64Array };
  readonly beginningOfPassWriteIndex?: number;
  readonly endOfPassWriteIndex?: number;
}

type Command = () => void;

/** Records commands, which run when they are submitted. */
class CheckedEncoder {
  private readonly runner: Runner;
  private readonly commands: Command[] = [];

  constructor(runner: Runner) {
    this.runner = runner;
  }

  beginComputePass({ timestampWrites }: { readonly timestampWrites?: TimestampWrites } = {}) {
    const { commands, runner } = this;
    let pipeline: Pipeline | undefined;
    let bound: { readonly entries: readonly Entry[]; readonly offset: number } | undefined;
    const note = (at: number | undefined) => {
      if (timestampWrites === undefined || at === undefined) return;
      commands.push(() => {
        timestampWrites.querySet.times[at] = process.hrtime.bigint();
      });
    };
    note(timestampWrites?.beginningOfPassWriteIndex);
    return {
      setPipeline: (next: Pipeline) => {
        pipeline = next;
      },
      setBindGroup: (_: number, entries: readonly Entry[], [offset]: readonly [number]) => {
        bound = { entries, offset };
      },
      dispatchWorkgroups: (x: number, y = 1) => {
        if (pipeline === undefined || bound === undefined) throw new Error("nothing to dispatch");
        const { program } = pipeline;
        const bindings = bindingsOf(bound.entries, bound.offset);
        if (Math.max(x, y) > limits.maxComputeWorkgroupsPerDimension) {
          throw new Error(`${x} × ${y} workgroups`);
        }
        commands.push(() => runner.run(program, bindings, [x, y]));
      },
      end: () => note(timestampWrites?.endOfPassWriteIndex),
    };
  }

  copyBufferToBuffer(
    from: CheckedBuffer,
    fromOffset: number,
    to: CheckedBuffer,
    toOffset: number,
    size: number,
  ): void {
    this.commands.push(() => {
      new Uint8Array(to.bytes, toOffset, size).set(new Uint8Array(from.bytes, fromOffset, size));
    });
  }

  resolveQuerySet(
    { times }: TimestampWrites["querySet"],
    first: number,
    count: number,
    to: CheckedBuffer,
    offset: number,
  ): void {
    this.commands.push(() => {
      new BigUint64Array(to.bytes, offset, count).set(times.subarray(first, first + count));
    });
  }

  finish(): readonly Command[] {
    return this.commands;
  }
}

/** Returns what is bound, by number. The offset of the dispatch is that of the parameters. */
function bindingsOf(entries: readonly Entry[], dynamic: number): Binding[] {
  const bindings: Binding[] = [];
  for (const { binding, resource } of entries) {
    const { buffer, offset: own = 0, size } = resource;
    const offset = own + (binding === 0 ? dynamic : 0);
    bindings[binding] = { bytes: buffer.bytes, offset, size: size ?? buffer.size - offset };
  }
  return bindings;
}

/** Runs commands as soon as they are submitted. */
class CheckedQueue {
  writeBuffer(buffer: CheckedBuffer, offset: number, data: Uint8Array): void {
    new Uint8Array(buffer.bytes).set(data, offset);
  }
  submit(lists: readonly (readonly Command[])[]): void {
    for (const commands of lists) for (const command of commands) command();
  }
  async onSubmittedWorkDone(): Promise<void> {}
}

/** A device that runs kernels by a runner. It has what the backend calls. */
class CheckedDevice {
  readonly limits = limits;
  readonly features = features;
  readonly lost = new Promise<never>(() => {});
  readonly queue = new CheckedQueue();
  private readonly runner: Runner;
  private readonly programs = new Map<string, Program>();

  constructor(runner: Runner) {
    this.runner = runner;
  }

  createBuffer(description: { readonly size: number }) {
    return new CheckedBuffer(description);
  }
  createCommandEncoder() {
    return new CheckedEncoder(this.runner);
  }
  createShaderModule(module: { readonly code: string }) {
    return module;
  }
  createPipelineLayout() {
    return {};
  }
  createBindGroupLayout() {
    return {};
  }
  createQuerySet({ count }: { readonly count: number }) {
    return { count, times: new BigUint64Array(count), destroy: () => {} };
  }
  createBindGroup({ entries }: { readonly entries: readonly Entry[] }) {
    return entries;
  }
  async createComputePipelineAsync(pipeline: {
    readonly compute: { readonly module: { readonly code: string } };
  }): Promise<Pipeline> {
    const { code } = pipeline.compute.module;
    const program = this.programs.get(code) ?? compile(code, this.runner.findings);
    this.programs.set(code, program);
    return { program };
  }
  pushErrorScope(): void {}
  async popErrorScope(): Promise<null> {
    return null;
  }
  destroy(): void {}
}

/** A card with subgroups. Methods are in classes, since the backend and tests put others in front of them for a while. */
class CheckedAdapter {
  readonly limits = limits;
  readonly features = features;
  readonly info: object;
  private readonly runner: Runner;

  constructor(runner: Runner) {
    const { lanes } = runner;
    const names = { vendor: "kernel checker", architecture: "", device: "", description: "" };
    this.info = { ...names, subgroupMinSize: lanes, subgroupMaxSize: lanes };
    this.runner = runner;
  }

  async requestDevice(): Promise<CheckedDevice> {
    return new CheckedDevice(this.runner);
  }
}

/** Returns a `navigator.gpu` on whose only adapter a runner runs all kernels. */
export function checkedGpu(runner: Runner) {
  return { requestAdapter: async () => new CheckedAdapter(runner) };
}
