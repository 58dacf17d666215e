import { BackendError, type PlainStep, type Plan, type Step, stepViews } from "@metrigrad/tensor";
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
import { place } from "./place.ts";
import { memoryOf, recipeOf } from "./program.ts";
import { record } from "./record.ts";

/** The kinds of steps that are products. */
const products: ReadonlySet<string> = new Set(["matmul", "gram", "convolve"]);

/** The time that a measurement takes at least, in milliseconds, and the number of measurements of a shape. */
const [leastMs, times] = [2, 3];
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

  constructor(device: Device) {
    this.device = device;
  }

  /** Measures the products of a plan that are new to the device. One plan after the other. */
  tune(plan: Plan): Promise<void> {
    const done = this.last.then(() => this.tuneNow(plan));
    this.last = done.catch(() => undefined);
    return done;
  }

  private async tuneNow(plan: Plan): Promise<void> {
    const { shapes } = this.device;
    for (const step of plan.steps.flatMap(plainSteps)) {
      if (!products.has(step.kind)) continue;
      const traits = this.traitsOf(plan, step);
      if (traits === null || shapes.has(keyOf(traits))) continue;
      shapes.set(keyOf(traits), await this.fastest(plan, step, traits));
    }
  }

  /** Returns the traits of a step's product; null if it has none, since nothing is computed. */
  private traitsOf(plan: Plan, step: PlainStep): Traits | null {
    let found: Traits | null = null;
    const { spots } = place(ownPlan(plan, step), this.device.limits, noVariable);
    const shapeOf = (traits: Traits) => {
      found = traits;
      return defaultShape(traits, this.device.limits);
    };
    lowerStep(step, memoryOf(plan, spots, this.device.limits, shapeOf));
    return found;
  }

  private async fastest(plan: Plan, step: PlainStep, traits: Traits): Promise<Shape> {
    const { limits } = this.device;
    const own = ownPlan(plan, step);
    const known = new Map<string, Measured>();
    const measure = async (shapes: readonly Shape[]) => {
      for (const shape of shapes) {
        const key = JSON.stringify(shape);
        if (known.has(key)) continue;
        const best = Math.min(...[...known.values()].map(({ ms }) => ms));
        known.set(key, { shape, ms: await this.msOf(own, shape, hopeless * best) });
      }
      return [...known.values()].sort((x, y) => x.ms - y.ms);
    };
    const first = await measure(firstShapes(traits, limits));
    const variants = first.slice(0, finalists).flatMap(({ shape }) => {
      return variantsOf(shape, traits, limits);
    });
    const [best] = (await measure(variants)) as [Measured];
    const plain = known.get(JSON.stringify(defaultShape(traits, limits))) as Measured;
    return best.ms < clearly * plain.ms ? best.shape : plain.shape;
  }

  /** Returns the least milliseconds of a run; infinite if the device refuses the shape. One run is enough above `most`. */
  private async msOf(plan: Plan, shape: Shape, most: number): Promise<number> {
    const { device } = this;
    let recipe: Awaited<ReturnType<typeof recipeOf>>;
    try {
      recipe = await recipeOf(plan, device, noVariable, () => shape);
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
      return Number.POSITIVE_INFINITY;
    }
    const run = async (turns: number) => {
      const all = { ...recipe, dispatches: [{ turns, body: recipe.dispatches }] };
      return (await device.milliseconds((encoder) => record(all, encoder))) / turns;
    };
    try {
      await run(1);
      let ms = await run(1);
      if (ms > most) return ms;
      const turns = Math.max(1, Math.min(mostTurns, Math.ceil(leastMs / ms)));
      for (let time = 0; time < times; time++) ms = Math.min(ms, await run(turns));
      return ms;
    } finally {
      device.free(recipe.pages);
    }
  }
}

/** The number of runs of a measurement at most. */
const mostTurns = 256;

/** The measured plans have no variables. */
const noVariable = (): never => {
  throw new RangeError("a measured plan has no variables");
};

function plainSteps(step: Step): readonly PlainStep[] {
  return step.kind === "loop" ? step.body.flatMap(plainSteps) : [step];
}

/** Returns a plan of one step that always runs, on buffers of its own. */
function ownPlan(plan: Plan, step: PlainStep): Plan {
  const { reads, writes } = stepViews(step);
  const used = new Set([...reads, ...writes].map(({ buffer }) => buffer));
  const buffers = plan.buffers.map((buffer, at) => ({
    ...buffer,
    size: used.has(at) ? buffer.size : 0,
    place: { kind: "output" } as const,
  }));
  const { when: _, ...always } = step;
  return { ...plan, buffers, steps: [always as PlainStep], feeds: [], outputs: [], arenaBytes: 0 };
}
