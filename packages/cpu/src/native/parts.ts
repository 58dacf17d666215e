import type { PhaseBody, StepContext } from "../step/context.ts";
import { i32, select } from "../wasm/index.ts";

/**
 * A body that is always cut into the same parts: one thread that runs the phase alone runs them one after the
 * other. A library may sum in another order in a matrix of another size, and programs choose by the clock whether
 * to run on one thread.
 */
export function sameParts(context: StepContext, body: PhaseBody): PhaseBody {
  return (f, part, parts) => {
    if (context.parts === 1 || parts.literal === 1) {
      body(f, part, parts);
      return;
    }
    const all = i32.const(context.parts);
    const alone = f.let(i32.eq(parts, 1));
    const last = f.let(select(alone, all, i32.add(part, 1)));
    const turn = f.local("i32");
    f.for(turn, part, last, 1, () => body(f, turn, all));
  };
}
