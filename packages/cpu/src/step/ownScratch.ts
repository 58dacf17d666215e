import { type FunctionBuilder, type I32, i32 } from "../wasm/index.ts";
import type { PartScratch, StepContext } from "./context.ts";

/** Runs `body` with the memory of a part, except for parts that have none, which have no work either. */
export function withOwnScratch(
  f: FunctionBuilder,
  { base, stride, count }: PartScratch,
  part: I32,
  context: StepContext,
  body: (own: I32) => void,
): void {
  const run = () => body(f.let(i32.add(base, i32.mul(part, stride))));
  if (count === context.parts || part.literal === 0) run();
  else f.if(i32.lt_u(part, count), run);
}
