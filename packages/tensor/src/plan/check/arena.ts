import { storageBytes } from "../../dtype.ts";
import { sizeOf } from "../../shape.ts";
import { partsOf, type StepOutput } from "../parts.ts";
import type { Plan } from "../plan.ts";
import { printView } from "../print.ts";
import type { Step } from "../step.ts";
import type { View } from "../view.ts";
import { alignment } from "./buffers.ts";
import { ownersOf } from "./owners.ts";
import { refuseAt } from "./refuse.ts";
import { sameView } from "./view.ts";

/** Checks that what a step or the caller reads was written before, and was not overwritten since. */
export function checkLiveness(plan: Plan): void {
  // The buffer that wrote each block of the arena last. Buffers begin at blocks.
  const owners = ownersOf(Math.ceil(plan.arenaBytes / alignment));
  const written = new Set<number>();
  const blocks = (buffer: number): readonly [from: number, to: number] => {
    const { place, size, dtype } = plan.buffers[buffer] as Plan["buffers"][number];
    if (place.kind !== "arena") return [0, 0];
    const end = Math.ceil((place.offset + size * storageBytes[dtype]) / alignment);
    return [place.offset / alignment, end];
  };
  const otherOn = (buffer: number) => owners.other(...blocks(buffer), buffer);
  const visit = (step: Step, name: string): void => {
    const refuse = refuseAt(`step ${name} ${step.kind} "${step.label}"`);
    if (step.kind === "loop") {
      // Two turns, since a turn may read what the turn before it left.
      for (let turn = 0; turn < Math.min(2, step.turns); turn++) {
        for (const [at, inner] of step.body.entries()) visit(inner, `${name}.${at}`);
      }
      return;
    }
    const { inputs, outputs } = partsOf(step);
    for (const { role, view } of inputs) {
      if (sizeOf(view.shape) === 0) continue;
      const { kind } = (plan.buffers[view.buffer] as Plan["buffers"][number]).place;
      const text = () => `${role} ${printView(view)}`;
      if ((kind === "arena" || kind === "output") && !written.has(view.buffer)) {
        refuse("what it reads must be written before", text());
      }
      const other = otherOn(view.buffer);
      if (other !== null)
        refuse("what it reads must be live", `${text()}, overwritten by b${other}`);
    }
    for (const { view } of outputs) {
      written.add(view.buffer);
      owners.give(...blocks(view.buffer), view.buffer);
    }
    // The outputs of a step must not share memory with each other or with inputs. A result may take the place of an input of the
    // same layout.
    for (const { role, view, inPlace } of [...inputs, ...outputs.map(notInPlace)]) {
      if (sizeOf(view.shape) === 0) continue;
      if (inPlace && outputs.some((output) => samePlace(plan, view, output.view))) continue;
      const other = otherOn(view.buffer);
      if (other !== null) {
        refuse("its buffers must not share memory", `${role} ${printView(view)} and b${other}`);
      }
    }
  };
  for (const [i, step] of plan.steps.entries()) visit(step, String(i));
  plan.outputs.forEach((view, i) => {
    if (sizeOf(view.shape) > 0 && !written.has(view.buffer)) {
      refuseAt(`output ${i}`)("it must be written by a step", printView(view));
    }
  });
}

const notInPlace = (output: StepOutput) => ({ ...output, inPlace: false });

/** Whether two views of the arena are the same bytes in the same order. */
function samePlace(plan: Plan, a: View, b: View): boolean {
  const placed = (view: View) => {
    const { place, dtype } = plan.buffers[view.buffer] as Plan["buffers"][number];
    const lane = storageBytes[dtype];
    const start = place.kind === "arena" ? place.offset + view.offset * lane : Number.NaN;
    return { lane, start };
  };
  const [p, q] = [placed(a), placed(b)];
  if (p.lane !== q.lane || p.start !== q.start) return false;
  return sameView({ ...a, buffer: b.buffer, offset: b.offset }, b);
}
