import { BackendError, closedError } from "@metrigrad/tensor";
import { defaultShape, keyOf, type Shape, type Traits } from "../step/product/shape.ts";
import { faultError, lostError, refusedError } from "./errors.ts";
import type { GpuContext } from "./gpujs.ts";
import { type DeviceLimits, limitsOf, showLimits } from "./limits.ts";
import { type Loss, lossOf } from "./loss.ts";
import type { Page } from "./page.ts";
import { type Scoped, scoped } from "./scope.ts";
import { secondsOf, Timer } from "./timer.ts";

// GPUBufferUsage and GPUMapMode are globals only with WebGPU. The values are those of the specification.
const usage = { mapRead: 0x1, copyFrom: 0x4, copyTo: 0x8, uniform: 0x40, storage: 0x80 } as const;
const mapModeRead = 0x1;

/** The number of runs that may wait on the device before another run has to wait for them. */
const mostInFlight = 2;

/** Where commands are recorded. */
export interface Commands {
  /** What records now. */
  readonly encoder: GPUCommandEncoder;
  /** Submits what is recorded, and goes on with another encoder. */
  next(): void;
}

/** What the stores of one backend share: the device, its pipelines, its queue. */
export class Device {
  readonly limits: DeviceLimits;
  readonly description: string;
  /** How products are computed that were measured, by their traits. */
  readonly shapes = new Map<string, Shape>();
  private readonly device: GPUDevice;
  private readonly pipelines = new Map<string, Promise<GPUComputePipeline>>();
  private readonly layouts = new Map<number, GPUBindGroupLayout>();
  private readonly pages = new Set<Page>();
  private readonly loss: Loss;
  /** The number of submitted runs that are not done. */
  private inFlight = 0;
  /** Resolve the promises of runs that wait until few enough are in flight, in order. */
  private waiting: (() => void)[] = [];
  private closed = false;
  private fault: string | null = null;

  /** Makes the device; `limits` may be lower than the device's own, for tests. */
  constructor({ adapter, device }: GpuContext, limits: Partial<DeviceLimits> = {}) {
    this.device = device;
    this.limits = limitsOf(device, adapter.info, limits);
    const { vendor, architecture, description, device: model } = adapter.info;
    const words = [vendor, architecture, description || model].filter((word) => word !== "");
    const name = words.join(" ") || "an unnamed adapter";
    this.description = `${name}, ${showLimits(this.limits)}`;
    this.loss = lossOf(device);
  }

  /** The bytes of all pages that are allocated. */
  get bytes(): number {
    return [...this.pages].reduce((total, { bytes }) => total + bytes, 0);
  }

  /** Throws BackendError after `close`, if the device is lost, and if it refused a run or values. */
  check(where: string): void {
    if (this.closed) throw closedError(where, "backend");
    if (this.loss.reason !== null) throw lostError(where, this.loss.reason);
    if (this.fault !== null) throw faultError(where, this.fault);
  }

  /** Returns how a product is computed. */
  shapeOf(traits: Traits): Shape {
    return this.shapes.get(keyOf(traits)) ?? defaultShape(traits, this.limits);
  }

  /** Gives pages their buffers. Throws BackendError if the device has no room, or if it is closed meanwhile. */
  async allocate(pages: readonly Page[], where: string): Promise<void> {
    const { error } = scoped(this.device, () => {
      for (const page of pages) page.buffer = this.buffer(page);
    });
    for (const page of pages) this.pages.add(page);
    const refused = await error;
    if (refused === null && !this.closed) return;
    this.free(pages);
    if (refused === null) throw closedError(where, "backend");
    const bytes = pages.reduce((total, page) => total + page.bytes, 0);
    throw new BackendError({
      where,
      must: `${(bytes / 1e6).toFixed(1)} MB must fit into the gpu's memory`,
      got: refused.message,
      todo: "close what is not needed, or use smaller batches or models",
    });
  }

  /** Frees pages; those that are free already stay so. */
  free(pages: Iterable<Page>): void {
    for (const page of pages) if (this.pages.delete(page)) page.buffer?.destroy();
  }

  /**
   * Makes calls that prepare a program. Throws BackendError if the device refuses one of them; other programs go on.
   */
  async attempt<T>(where: string, calls: () => T): Promise<T> {
    const { value, error } = scoped(this.device, calls);
    const refused = await error;
    if (refused !== null) throw this.refusal(where, refused.message);
    return value;
  }

  /** Copies bytes (a multiple of 4) to a page. After `close` there is no page. */
  write(page: Page, offset: number, bytes: Uint8Array<ArrayBuffer>): void {
    if (bytes.length === 0 || this.closed) return;
    const { queue } = this.device;
    this.own(scoped(this.device, () => queue.writeBuffer(page.buffer as GPUBuffer, offset, bytes)));
  }

  /** Copies bytes of a page to the host, as they are at the time of the call. */
  async read(page: Page, offset: number, bytes: number): Promise<ArrayBuffer> {
    if (bytes === 0) return new ArrayBuffer(0);
    return this.fetch(bytes, ({ encoder }, to, size) =>
      encoder.copyBufferToBuffer(page.buffer as GPUBuffer, offset, to, 0, size),
    ).value;
  }

  /** Submits the commands of a run; resolves when few enough runs are in flight. */
  async submit(write: (commands: Commands) => void): Promise<void> {
    this.own(scoped(this.device, () => this.encode(write)));
    const done = () => this.finished();
    this.device.queue.onSubmittedWorkDone().then(done, done);
    this.inFlight++;
    if (this.inFlight <= mostInFlight) return;
    await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  /** Submits commands, and returns the milliseconds until they are done. Throws BackendError if they are refused. */
  async milliseconds(where: string, write: (commands: Commands) => void): Promise<number> {
    const begun = performance.now();
    const { error } = scoped(this.device, () => this.encode(write));
    await this.device.queue.onSubmittedWorkDone().catch(() => undefined);
    const milliseconds = performance.now() - begun;
    const refused = await error;
    this.check(where);
    if (refused !== null) throw refusedError(where, refused.message);
    return milliseconds;
  }

  /**
   * Submits the commands of a run in stages, whose passes are made by a timer. Resolves when the run is done, to the
   * seconds of each stage.
   */
  async measure(
    stages: number,
    write: (commands: Commands, timer: Timer) => void,
  ): Promise<readonly number[]> {
    let timer: Timer | null = null;
    const fetched = this.fetch(Timer.bytes(stages), (commands, to) => {
      timer = new Timer(this.device, stages);
      write(commands, timer);
      timer.resolve(commands.encoder, to);
    });
    this.own(fetched);
    try {
      return secondsOf(await fetched.value);
    } finally {
      (timer as Timer | null)?.destroy();
    }
  }

  /** Returns the pipeline of a text, made once. Throws BackendError if the device refuses it. */
  pipeline(code: string, pages: readonly Page[]): Promise<GPUComputePipeline> {
    const known = this.pipelines.get(code);
    if (known !== undefined) return known;
    const { value, error } = scoped(this.device, () => {
      const layout = this.device.createPipelineLayout({
        bindGroupLayouts: [this.layout(pages.reduce((total, { windows }) => total + windows, 0))],
      });
      const module = this.device.createShaderModule({ code });
      return this.device.createComputePipelineAsync({
        layout,
        compute: { module, entryPoint: "main" },
      });
    });
    const made = value.catch(async (failure: Error) => {
      this.pipelines.delete(code);
      throw this.refusal("gpu, shader", (await error)?.message ?? failure.message);
    });
    this.pipelines.set(code, made);
    return made;
  }

  /** Returns a function that forgets the pipelines that were made in between. */
  forgetLater(): () => void {
    const known = new Set(this.pipelines.keys());
    return () => {
      for (const code of this.pipelines.keys()) if (!known.has(code)) this.pipelines.delete(code);
    };
  }

  /** Binds some words of a uniform, from an offset that comes with the dispatch, and pages. */
  bindGroup(uniform: Page, words: number, pages: readonly Page[]): GPUBindGroup {
    const bindings = bindingsOf(pages);
    const parameters = { buffer: uniform.buffer as GPUBuffer, size: words * 4 };
    return this.device.createBindGroup({
      layout: this.layout(bindings.length),
      entries: [parameters, ...bindings].map((resource, binding) => ({ binding, resource })),
    });
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.free(this.pages);
    this.pipelines.clear();
  }

  /** Notes that a run is done. Runs that wait go on together, so that each of them is woken once. */
  private finished(): void {
    this.inFlight--;
    if (this.inFlight > mostInFlight) return;
    const { waiting } = this;
    this.waiting = [];
    for (const resolve of waiting) resolve();
  }

  /** Returns the error for a refused program. A device that is lost refuses all of them. */
  private refusal(where: string, message: string): BackendError {
    const { reason } = this.loss;
    return reason === null ? refusedError(where, message) : lostError(where, reason);
  }

  private buffer({ label, bytes, uniform }: Page): GPUBuffer {
    const own = uniform ? usage.uniform : usage.storage;
    // A page may be bound as vectors of 16 bytes, and then its last words must be in one.
    const size = Math.max(16 * Math.ceil(bytes / 16), 16);
    return this.device.createBuffer({ label, size, usage: own | usage.copyFrom | usage.copyTo });
  }

  private encode(write: (commands: Commands) => void): void {
    let encoder = this.device.createCommandEncoder();
    const submit = () => this.device.queue.submit([encoder.finish()]);
    write({
      get encoder() {
        return encoder;
      },
      next: () => {
        submit();
        encoder = this.device.createCommandEncoder();
      },
    });
    submit();
  }

  /** Submits commands that write bytes to a buffer; the value resolves to them. */
  private fetch(
    bytes: number,
    write: (commands: Commands, to: GPUBuffer, size: number) => void,
  ): Scoped<Promise<ArrayBuffer>> {
    const size = Math.ceil(bytes / 4) * 4;
    const { value, error } = scoped(this.device, () => {
      const to = this.device.createBuffer({ size, usage: usage.mapRead | usage.copyTo });
      this.encode((commands) => write(commands, to, size));
      const mapped = to.mapAsync(mapModeRead).then(
        () => null,
        (failure: Error) => failure.message,
      );
      return { to, mapped };
    });
    const fetched = async () => {
      const { to, mapped } = value;
      try {
        const failure = await mapped;
        const fault = (await error)?.message ?? this.fault;
        if (fault !== null) throw faultError("gpu, read", fault);
        if (failure === null) return to.getMappedRange().slice(0, bytes);
        this.check("gpu, read");
        throw lostError("gpu, read", failure);
      } finally {
        to.destroy();
      }
    };
    return { value: fetched(), error };
  }

  /** Keeps the error of calls on which later results depend. */
  private own({ error }: Scoped<unknown>): void {
    error.then((refused) => {
      if (refused !== null) this.fault ??= refused.message;
    });
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

/** Returns the bindings of pages: the windows of each, in order. */
function bindingsOf(pages: readonly Page[]): readonly GPUBufferBinding[] {
  return pages.flatMap((page) => {
    const buffer = page.buffer as GPUBuffer;
    if (page.windows === 1) return [{ buffer }];
    return Array.from({ length: page.windows }, (_, window) => {
      const offset = window * page.windowBytes;
      return { buffer, offset, size: Math.min(page.windowBytes, page.bytes - offset) };
    });
  });
}
