import type { Executable, Handle } from "../backend/executable.ts";
import { closedError, staleError } from "../backend/storeRules.ts";
import type { UsedVariables } from "../backend/usedVariables.ts";
import { convert, tensor } from "../create.ts";
import type { TypedArray } from "../dtype.ts";
import { BackendError } from "../errors.ts";
import { turnOf } from "../plan/access.ts";
import { checkPlan } from "../plan/check.ts";
import type { Feed, Plan } from "../plan/plan.ts";
import type { LoopStep, Step } from "../plan/step.ts";
import type { View } from "../plan/view.ts";
import { showShape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { loadArrayOps } from "./arrayOps.ts";
import type { HostSteps } from "./kernel.ts";
import { type FindVariable, layOut, type Memory } from "./memory.ts";

/** Makes a plan ready to run on the given variables, with the given kernels. Throws BackendError for a wrong plan. */
export async function executable(
  plan: Plan,
  variable: FindVariable,
  own: HostSteps,
  used: UsedVariables,
): Promise<Executable> {
  checkPlan(plan);
  const memory = layOut(plan, variable, await loadArrayOps());
  const prepare = (step: Step): (() => void) => {
    if (step.kind === "loop") return turnsOf(step, prepare);
    const run = own.prepare(step, memory);
    const { when } = step;
    if (when === undefined) return run;
    return () => {
      if (memory.buffers[when.buffer]?.[when.offset]) run();
    };
  };
  const steps = plan.steps.map(prepare);
  let run = 0;
  let open = true;
  const begin = (where: string, feeds: readonly Tensor[]) => {
    if (!open) throw closedError(where, "program");
    used.check(where);
    fill(memory, feeds);
    memory.scramble();
    return ++run;
  };
  return {
    bytes: memory.bytes,
    run: async (feeds) => {
      const current = begin("program.run", feeds);
      for (const step of steps) step();
      return plan.outputs.map((view) =>
        handle(memory, view, () => (open ? (run === current ? null : "replaced") : "closed")),
      );
    },
    profile: async (feeds) => {
      begin("program.profile", feeds);
      return steps.map((step) => {
        const begun = performance.now();
        step();
        return (performance.now() - begun) / 1000;
      });
    },
    close: async () => {
      if (open) own.close();
      open = false;
    },
  };
}

/** Runs a loop as all its turns, one after the other. Each turn has its own prepared steps. */
function turnsOf(loop: LoopStep, prepare: (step: Step) => () => void): () => void {
  const turns = Array.from({ length: loop.turns }, (_, turn) => turnOf(loop, turn).map(prepare));
  return () => {
    for (const steps of turns) for (const step of steps) step();
  };
}

/** Copies the feeds into their buffers. Throws BackendError if their number or a size is wrong. */
function fill({ plan, buffers }: Memory, feeds: readonly Tensor[]): void {
  if (feeds.length !== plan.feeds.length) {
    throw new BackendError({
      where: "program.run",
      must: `there must be ${plan.feeds.length} feed(s)`,
      got: String(feeds.length),
      todo: "pass the feeds in the order of the plan",
    });
  }
  plan.feeds.forEach((feed, i) => {
    const value = feeds[i] as Tensor;
    if (value.size !== sizeOf(feed.shape)) throw wrongFeed(feed, value);
    buffers[feed.buffer]?.set(convert(value, feed.dtype).data());
  });
}

/** An output that can be read until the program runs again or closes. */
function handle(
  { buffers, plan }: Memory,
  view: View,
  isStale: () => "closed" | "replaced" | null,
): Handle {
  const { buffer, offset, shape } = view;
  return Object.freeze({
    shape,
    read: async () => {
      if (isStale() !== null) throw staleError(isStale() === "closed");
      const data = (buffers[buffer] as TypedArray).slice(offset, offset + sizeOf(shape));
      return tensorOf(data, plan, view);
    },
  });
}

function tensorOf(data: TypedArray, plan: Plan, { buffer, shape }: View): Tensor {
  const dtype = plan.buffers[buffer]?.dtype;
  return tensor(data, dtype === undefined ? { shape } : { shape, dtype });
}

function wrongFeed({ name, shape }: Feed, value: Tensor): BackendError {
  return new BackendError({
    where: `feed ${name}`,
    must: `its shape must be ${showShape(shape)}`,
    got: showShape(value.shape),
    todo: "pass a tensor of the input's shape",
  });
}
