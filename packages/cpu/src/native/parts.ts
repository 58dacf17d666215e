import type { StepKind } from "@metrigrad/tensor";
import type { PhaseBody } from "../step/context.ts";
import { i32, select } from "../wasm/index.ts";

/** The kinds of steps that call a native library. */
const kinds: ReadonlySet<StepKind> = new Set(["matmul", "gram", "cholesky", "triangularSolve"]);

/**
 * Returns the body of a phase that always computes the same parts, for steps that may call a native library.
 *
 * One thread that runs the phase alone runs the parts one after the other. A library may sum in another order in a
 * matrix of another size, and programs choose by the clock whether to run on one thread.
 */
export function sameParts(kind: StepKind, parts: number, body: PhaseBody): PhaseBody {
  if (parts === 1 || !kinds.has(kind)) return body;
  return (f, part, count) => {
    if (count.literal === 1) {
      body(f, part, count);
      return;
    }
    const all = i32.const(parts);
    const last = f.let(select(i32.eq(count, 1), all, i32.add(part, 1)));
    const turn = f.local("i32");
    f.for(turn, part, last, 1, () => body(f, turn, all));
  };
}
