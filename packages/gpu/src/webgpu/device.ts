import { BackendError, closedError } from "@metrigrad/tensor";
import { faultError, lostError } from "./errors.ts";
import type { GpuContext } from "./gpujs.ts";
import type { Page } from "./page.ts";

// GPUBufferUsage and GPUMapMode are globals only with WebGPU. The values are those of the specification.
const usage = { mapRead: 0x1, copyFrom: 0x4, copyTo: 0x8, uniform: 0x40, storage: 0x80 } as const;
const mapModeRead = 0x1;

/** The number of runs that may wait on the device before another run has to wait for them. */
const mostInFlight = 2;

/** The limits of a device, as far as this package needs them. */
export interface DeviceLimits {
  /** The number of bytes of one page. */
  readonly pageBytes: number;
  /** The number of storage buffers that one dispatch may bind. */
  readonly buffers: number;
  /** The number of workgroups along one axis. */
  readonly groups: number;
}

/** What the stores of one backend share: the device, its pipelines, its queue. */
export class Device {
  readonly limits: DeviceLimits;
  readonly description: string;
  private readonly device: GPUDevice;
  private readonly pipelines = new Map<string, Promise<GPUComputePipeline>>();
  private readonly layouts = new Map<number, GPUBindGroupLayout>();
  private readonly inFlight: Promise<unknown>[] = [];
  private closed = false;
  private lost: string | null = null;
  private fault: string | null = null;
  private readonly leave: () => void;

  /** Makes the device; `limits` may be lower than the device's own, for tests. */
  constructor({ adapter, device }: GpuContext, limits: Partial<DeviceLimits> = {}) {
    this.device = device;
    const own = device.limits;
    this.limits = {
      pageBytes: Math.min(own.maxStorageBufferBindingSize, own.maxBufferSize, 2 ** 32 - 64),
      buffers: own.maxStorageBuffersPerShaderStage,
      groups: own.maxComputeWorkgroupsPerDimension,
      ...limits,
    };
    const { vendor, architecture, description, device: model } = adapter.info;
    const words = [vendor, architecture, description || model].filter((word) => word !== "");
    this.description = words.join(" ") || "an unnamed adapter";
    device.lost.then(({ message }) => {
      this.lost = message;
    });
    const report = device.onuncapturederror;
    const listen = (event: GPUUncapturedErrorEvent) => {
      this.fault ??= event.error.message;
      report?.call(device, event);
    };
    device.onuncapturederror = listen;
    this.leave = () => {
      if (device.onuncapturederror === listen) device.onuncapturederror = report;
    };
  }

  /** Throws BackendError after `close`, if the device is lost, and if it refused something. */
  check(where: string): void {
    if (this.closed) throw closedError(where, "backend");
    if (this.lost !== null) throw lostError(where, this.lost);
    if (this.fault !== null) throw faultError(where, this.fault);
  }

  /** Gives pages their buffers. Throws BackendError if the device has no room. */
  async allocate(pages: readonly Page[], where: string): Promise<void> {
    this.device.pushErrorScope("out-of-memory");
    for (const page of pages) {
      page.buffer = this.device.createBuffer({
        label: page.label,
        size: Math.max(page.bytes, 4),
        usage: usage.storage | usage.copyFrom | usage.copyTo,
      });
    }
    const error = await this.device.popErrorScope();
    if (error === null) return;
    for (const { buffer } of pages) buffer?.destroy();
    const bytes = pages.reduce((total, page) => total + page.bytes, 0);
    throw new BackendError({
      where,
      must: `${(bytes / 1e6).toFixed(1)} MB must fit into the gpu's memory`,
      got: error.message,
      todo: "close what is not needed, or use smaller batches or models",
    });
  }

  /** Returns a buffer of parameters. */
  uniform(words: Uint32Array<ArrayBuffer>, label: string): GPUBuffer {
    const size = Math.max(16, words.byteLength);
    const buffer = this.device.createBuffer({ label, size, usage: usage.uniform | usage.copyTo });
    this.device.queue.writeBuffer(buffer, 0, words);
    return buffer;
  }

  /** Copies bytes (a multiple of 4) to a page. */
  write(page: Page, offset: number, bytes: Uint8Array<ArrayBuffer>): void {
    if (bytes.length > 0) this.device.queue.writeBuffer(page.buffer as GPUBuffer, offset, bytes);
  }

  /** Copies bytes of a page to the host, as they are at the time of the call. */
  async read(page: Page, offset: number, bytes: number): Promise<ArrayBuffer> {
    if (bytes === 0) return new ArrayBuffer(0);
    const size = Math.ceil(bytes / 4) * 4;
    const staging = this.device.createBuffer({ size, usage: usage.mapRead | usage.copyTo });
    const encoder = this.device.createCommandEncoder();
    encoder.copyBufferToBuffer(page.buffer as GPUBuffer, offset, staging, 0, size);
    this.device.queue.submit([encoder.finish()]);
    try {
      await staging.mapAsync(mapModeRead);
      return staging.getMappedRange().slice(0, bytes);
    } catch (error) {
      this.check("gpu, read");
      throw lostError("gpu, read", (error as Error).message);
    } finally {
      staging.destroy();
    }
  }

  encoder(): GPUCommandEncoder {
    return this.device.createCommandEncoder();
  }

  /** Submits commands; resolves when few enough runs are in flight. */
  async submit(encoder: GPUCommandEncoder): Promise<void> {
    const { queue } = this.device;
    queue.submit([encoder.finish()]);
    this.inFlight.push(queue.onSubmittedWorkDone().catch(() => undefined));
    while (this.inFlight.length > mostInFlight) {
      const [first] = this.inFlight;
      await first;
      if (this.inFlight[0] === first) this.inFlight.shift();
    }
  }

  /** Returns the pipeline of a text, made once. Throws BackendError if the device refuses it. */
  pipeline(code: string, pages: number): Promise<GPUComputePipeline> {
    const known = this.pipelines.get(code);
    if (known !== undefined) return known;
    const layout = this.device.createPipelineLayout({
      bindGroupLayouts: [this.layout(pages)],
    });
    const module = this.device.createShaderModule({ code });
    const made = this.device
      .createComputePipelineAsync({ layout, compute: { module, entryPoint: "main" } })
      .catch((error: Error) => {
        this.pipelines.delete(code);
        throw faultError("gpu, shader", error.message);
      });
    this.pipelines.set(code, made);
    return made;
  }

  /** Binds some words of a uniform, from an offset that comes with the dispatch, and pages. */
  bindGroup(uniform: GPUBuffer, words: number, pages: readonly Page[]): GPUBindGroup {
    return this.device.createBindGroup({
      layout: this.layout(pages.length),
      entries: [
        { binding: 0, resource: { buffer: uniform, size: words * 4 } },
        ...pages.map(({ buffer }, at) => ({
          binding: at + 1,
          resource: { buffer: buffer as GPUBuffer },
        })),
      ],
    });
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.leave();
    this.pipelines.clear();
  }

  private layout(buffers: number): GPUBindGroupLayout {
    const known = this.layouts.get(buffers);
    if (known !== undefined) return known;
    const visibility = 0x4;
    const storage = Array.from({ length: buffers }, (_, at) => ({
      binding: at + 1,
      visibility,
      buffer: { type: "storage" as const },
    }));
    const moving = { type: "uniform" as const, hasDynamicOffset: true };
    const uniform = { binding: 0, visibility, buffer: moving };
    const made = this.device.createBindGroupLayout({ entries: [uniform, ...storage] });
    this.layouts.set(buffers, made);
    return made;
  }
}
