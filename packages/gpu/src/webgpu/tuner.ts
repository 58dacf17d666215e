import {
  BackendError,
  type BufferSpec,
  type PlainStep,
  type Plan,
  type Step,
  stepViews,
  type VariableSpec,
} from "@metrigrad/tensor";
import {
  defaultShape,
  firstShapes,
  keyOf,
  type Shape,
  type Traits,
  variantsOf,
} from "../step/product/shape.ts";
import { lowerStep } from "../step/table.ts";
import type { Device } from "./device.ts";
import type { DeviceLimits } from "./limits.ts";
import { Page, type Spot } from "./page.ts";
import { bytesOf, place } from "./place.ts";
import { memoryOf, type Recipe, recipeOf } from "./program.ts";
import { record } from "./record.ts";

/** The kinds of steps that are products. */
const products: ReadonlySet<string> = new Set(["matmul", "gram", "convolve"]);

/** Where errors are said to arise: products are measured when a program is prepared. */
const where = "store.prepare";
/** The time that the runs of a measurement take at least, in milliseconds, and the number of measurements of a shape. */
const [leastMs, times] = [2, 3];
/** What is left of a time, in milliseconds, that is not longer than that of an empty submission. */
const leastWorkMs = 1e-3;
/** The number of runs of a measurement at most. */
const mostTurns = 2048;
/** The milliseconds for which a device works before it is measured, since a card that rests is slow. */
const warmMs = 20;
/** A shape that takes so many times as long as the best one is not measured again. */
const hopeless = 3;
/** The number of the best shapes whose variants are measured. */
const finalists = 2;
/** The part of the default's time below which another shape takes its place. */
const clearly = 0.97;

/** A shape, and the milliseconds of a run. */
interface Measured {
  readonly shape: Shape;
  readonly ms: number;
}

/** Measures how the products of plans are computed fastest, once per device. */
export class Tuner {
  private readonly device: Device;
  private last: Promise<void> = Promise.resolve();
  /** How many times as fast as by default each product runs that was measured. */
  private readonly gains: number[] = [];
  private ms = 0;

  constructor(device: Device) {
    this.device = device;
  }

  /** Returns what was measured so far, as a text. */
  describe(): string {
    const count = `products measured: ${this.gains.length}`;
    if (this.gains.length === 0) return count;
    const faster = this.gains.filter((gain) => gain > 1);
    const found =
      faster.length === 0
        ? "none faster than by default"
        : `${faster.length} faster than by default, up to ${Math.max(...faster).toFixed(2)} times`;
    return `${count} in ${(this.ms / 1000).toFixed(1)} s, ${found}`;
  }

  /** Measures the products of a plan that are new to the device. One plan after the other. */
  tune(plan: Plan, variable: (spec: VariableSpec) => Spot): Promise<void> {
    const done = this.last.then(async () => {
      const begin = performance.now();
      await this.tuneNow(plan, variable);
      this.ms += performance.now() - begin;
    });
    this.last = done.catch(() => undefined);
    return done;
  }

  private async tuneNow(plan: Plan, variable: (spec: VariableSpec) => Spot): Promise<void> {
    const { shapes, limits } = this.device;
    this.device.check(where);
    const { spots } = place(plan, limits, variable);
    for (const step of plan.steps.flatMap(plainSteps)) {
      if (!products.has(step.kind)) continue;
      const traits = traitsOf(plan, step, spots, limits);
      if (traits === null || shapes.has(keyOf(traits))) continue;
      const shape = await this.fastest(ownPlan(plan, step, spots), traits);
      if (shape !== null) shapes.set(keyOf(traits), shape);
    }
  }

  /** Returns the fastest shape; null if the device has no room to measure one. */
  private async fastest(own: OwnPlan, traits: Traits): Promise<Shape | null> {
    const { device } = this;
    const forget = device.forgetLater();
    try {
      await device.allocate(own.pages, where);
      return await this.fastestOf(own, traits);
    } catch (error) {
      // A device that is lost or closed can measure nothing.
      device.check(where);
      if (error instanceof BackendError) return null;
      throw error;
    } finally {
      device.free(own.pages);
      forget();
    }
  }

  private async fastestOf(own: OwnPlan, traits: Traits): Promise<Shape | null> {
    const { limits } = this.device;
    const known = new Map<string, Measured>();
    const usual = defaultShape(traits, limits);
    const idle = await this.idleMs();
    const leastMs = () => Math.min(...[...known.values()].map(({ ms }) => ms));
    const measure = async (shape: Shape) => {
      const ms = await this.msOf(own, shape, idle, hopeless * leastMs());
      const before = known.get(JSON.stringify(shape))?.ms ?? ms;
      known.set(JSON.stringify(shape), { shape, ms: Math.min(before, ms) });
    };
    const sorted = () => [...known.values()].sort((x, y) => x.ms - y.ms);
    const begin = performance.now();
    do await measure(usual);
    while (performance.now() - begin < warmMs);
    const measureNew = async (shapes: readonly Shape[]) => {
      for (const shape of shapes) if (!known.has(JSON.stringify(shape))) await measure(shape);
    };
    await measureNew(firstShapes(traits, limits));
    const best = sorted().slice(0, finalists);
    for (const { shape } of best) await measureNew(variantsOf(shape, traits, limits));
    const [winner] = sorted() as [Measured];
    if (winner.ms === Number.POSITIVE_INFINITY) return null;
    // Others work beside the measurements, so both are measured again.
    await measure(usual);
    await measure(winner.shape);
    const [first] = sorted() as [Measured];
    const plain = known.get(JSON.stringify(usual)) as Measured;
    const chosen = first.ms < clearly * plain.ms ? first : plain;
    this.gains.push(plain.ms === Number.POSITIVE_INFINITY ? 1 : plain.ms / chosen.ms);
    return chosen.shape;
  }

  /** Returns the milliseconds that it takes to submit nothing. */
  private async idleMs(): Promise<number> {
    let least = Number.POSITIVE_INFINITY;
    for (let time = 0; time < times; time++) {
      least = Math.min(least, await this.device.milliseconds(where, () => undefined));
    }
    return least;
  }

  /** Returns the least milliseconds of a run; infinite if the device refuses the shape. */
  private async msOf(
    { plan, variable }: OwnPlan,
    shape: Shape,
    idle: number,
    most: number,
  ): Promise<number> {
    const { device } = this;
    try {
      const recipe = await recipeOf(plan, device, variable, () => shape);
      try {
        return await this.leastMs(recipe, idle, most);
      } finally {
        device.free(recipe.pages);
      }
    } catch (error) {
      // A device that is lost or closed has refused all of them.
      device.check(where);
      if (error instanceof BackendError) return Number.POSITIVE_INFINITY;
      throw error;
    }
  }

  /**
   * Returns the least milliseconds of a run. As many are submitted together as take a while beside submitting nothing, which
   * takes `idle`. What is slower than `most` is measured once.
   */
  private async leastMs(recipe: Recipe, idle: number, most: number): Promise<number> {
    const run = async (turns: number) => {
      const all = { ...recipe, dispatches: [{ turns, body: recipe.dispatches }] };
      const ms = await this.device.milliseconds(where, (commands) => record(all, commands));
      return Math.max(leastWorkMs, ms - idle);
    };
    await run(1);
    let turns = 1;
    let ms = await run(turns);
    while (ms < leastMs && turns < mostTurns) {
      turns = Math.min(mostTurns, turns * Math.min(16, Math.max(2, Math.ceil(leastMs / ms))));
      ms = await run(turns);
    }
    if (ms > most * turns) return ms / turns;
    for (let time = 0; time < times; time++) ms = Math.min(ms, await run(turns));
    return ms / turns;
  }
}

function plainSteps(step: Step): readonly PlainStep[] {
  return step.kind === "loop" ? step.body.flatMap(plainSteps) : [step];
}

/** Returns the traits of a step's product; null if it has none, since nothing is computed. */
function traitsOf(
  plan: Plan,
  step: PlainStep,
  spots: readonly Spot[],
  limits: DeviceLimits,
): Traits | null {
  let found: Traits | null = null;
  const shapeOf = (traits: Traits) => {
    found = traits;
    return defaultShape(traits, limits);
  };
  lowerStep(step, memoryOf(plan, spots, limits, shapeOf));
  return found;
}

/** A plan of one step that always runs, on memory of its own. */
interface OwnPlan {
  readonly plan: Plan;
  /** The place of each of its variables: all of its buffers are variables. */
  readonly variable: (spec: VariableSpec) => Spot;
  readonly pages: readonly Page[];
}

/** Returns a plan of one step. Buffers that share a page share one here too, since that decides how pages are bound. */
function ownPlan(plan: Plan, step: PlainStep, spots: readonly Spot[]): OwnPlan {
  const { reads, writes } = stepViews(step);
  const used = [...new Set([...reads, ...writes].map(({ buffer }) => buffer))];
  const pages = new Map<Page, Page>();
  const places = new Map<VariableSpec, Spot>();
  const buffers = plan.buffers.map(
    (buffer): BufferSpec => ({
      ...buffer,
      ...{ size: 0, place: { kind: "arena", offset: 0 } },
    }),
  );
  for (const at of used) {
    const buffer = plan.buffers[at] as BufferSpec;
    const { page } = spots[at] as Spot;
    const own = pages.get(page) ?? new Page(`${page.label}, measured`, 0, page);
    pages.set(page, own);
    const spec: VariableSpec = {
      ...{ path: `${at}`, shape: [buffer.size], type: "float", role: "state", init: () => [] },
    };
    places.set(spec, { page: own, offset: own.reserve(bytesOf(buffer)) });
    buffers[at] = { ...buffer, place: { kind: "variable", spec } };
  }
  const { when: _, ...always } = step;
  const steps = [always as PlainStep];
  return {
    plan: { ...plan, buffers, steps, feeds: [], outputs: [], arenaBytes: 0 },
    variable: (spec) => places.get(spec) as Spot,
    pages: [...pages.values()],
  };
}
