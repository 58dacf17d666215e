import {
  BackendError,
  type BufferSpec,
  closedError,
  type DType,
  type Executable,
  type Handle,
  type Plan,
  sizeOf,
  storageBytes,
  type Tensor,
  type UsedVariables,
  type VariableSpec,
  type View,
} from "@metrigrad/tensor";
import type { Traits } from "../step/product/shape.ts";
import type { Device } from "./device.ts";
import { decode, encode } from "./elements.ts";
import type { Spot } from "./page.ts";
import { type Recipe, recipeOf } from "./program.ts";
import { record, recordTimed, secondsOfSteps, stagesOf } from "./record.ts";

/** A plan that is recorded and submitted as one command buffer per run. */
export class GpuExecutable implements Executable {
  readonly bytes: number;
  /** Absent if the device has no timestamps. */
  readonly profile?: (feeds: readonly Tensor[]) => Promise<readonly number[]>;
  readonly dispatches: number;
  private readonly device: Device;
  private readonly plan: Plan;
  private readonly recipe: Recipe;
  private readonly used: UsedVariables;
  private readonly forget: (closed: GpuExecutable) => void;
  private runs = 0;
  private closed = false;

  private constructor(
    plan: Plan,
    device: Device,
    recipe: Recipe,
    used: UsedVariables,
    forget: (closed: GpuExecutable) => void,
  ) {
    this.plan = plan;
    this.device = device;
    this.recipe = recipe;
    this.bytes = recipe.bytes;
    this.dispatches = recipe.count;
    this.used = used;
    this.forget = forget;
    if (device.limits.timestamps) this.profile = (feeds) => this.measure(feeds);
  }

  /** Makes an executable; `forget` is called when it is closed. */
  static async create(
    plan: Plan,
    device: Device,
    variable: (spec: VariableSpec) => Spot,
    used: UsedVariables,
    forget: (closed: GpuExecutable) => void,
  ): Promise<GpuExecutable> {
    const shapeOf = (traits: Traits) => device.shapeOf(traits);
    const recipe = await recipeOf(plan, device, variable, shapeOf);
    return new GpuExecutable(plan, device, recipe, used, forget);
  }

  async run(feeds: readonly Tensor[]): Promise<readonly Handle[]> {
    this.begin("program.run", feeds);
    const handles = this.plan.outputs.map((view) => this.handle(view, this.runs));
    await this.device.submit((commands) => record(this.recipe, commands));
    return handles;
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.device.free(this.recipe.pages);
    this.forget(this);
  }

  /** Runs the plan with a pass for each step at least, and returns the seconds of each step. */
  private async measure(feeds: readonly Tensor[]): Promise<readonly number[]> {
    this.begin("program.profile", feeds);
    const stages = stagesOf(this.recipe);
    if (stages.length === 0) return this.plan.steps.map(() => 0);
    const seconds = await this.device.measure(stages.length, (commands, timer) =>
      recordTimed(stages, commands, timer),
    );
    return secondsOfSteps(stages, seconds, this.plan.steps.length);
  }

  /** Starts a run: earlier handles become stale, and feeds are sent. */
  private begin(where: string, feeds: readonly Tensor[]): void {
    this.device.check(where);
    if (this.closed) throw closedError(where, "program");
    this.used.check(where);
    const bytes = this.plan.feeds.map(({ name, shape, dtype }, at) => {
      const value = feeds[at];
      const size = sizeOf(shape);
      if (value?.size === size) return encode(value.data(), dtype);
      throw new BackendError({
        where,
        must: `feed ${name} must have ${size} elements`,
        got: value === undefined ? "none" : String(value.size),
        todo: "pass the feeds in the order of plan.feeds",
      });
    });
    this.runs++;
    this.plan.feeds.forEach(({ buffer }, at) => {
      const { page, offset } = this.recipe.spots[buffer] as Spot;
      this.device.write(page, offset, bytes[at] as Uint8Array<ArrayBuffer>);
    });
  }

  private handle(view: View, run: number): Handle {
    const { dtype } = this.plan.buffers[view.buffer] as BufferSpec;
    const { page, offset } = this.recipe.spots[view.buffer] as Spot;
    const at = offset + view.offset * storageBytes[dtype];
    return Object.freeze({
      shape: view.shape,
      read: async () => {
        this.device.check("handle.read");
        if (this.closed || this.runs !== run) throw stale(this.closed, this.runs - run);
        return readView(this.device, { page, offset: at }, view.shape, dtype);
      },
    });
  }
}

/** Reads elements that may begin between two words. */
async function readView(
  device: Device,
  { page, offset }: Spot,
  shape: readonly number[],
  dtype: DType,
): Promise<Tensor> {
  const before = offset % 4;
  const bytes = sizeOf(shape) * storageBytes[dtype];
  const read = await device.read(page, offset - before, bytes === 0 ? 0 : before + bytes);
  return decode(read.slice(before), shape, dtype);
}

function stale(closed: boolean, later: number): BackendError {
  return new BackendError({
    where: "handle.read",
    must: "an output must be read before its program runs again or closes",
    got: closed ? "a closed program" : `${later} later run(s)`,
    todo: "await read() first and keep the tensor",
  });
}
