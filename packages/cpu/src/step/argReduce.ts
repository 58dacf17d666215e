import { type ArgReduceStep, scalarTypeOf } from "@metrigrad/tensor";
import { loadHalf } from "../loop/halves.ts";
import type { FixedRegion } from "../loop/region.ts";
import { type FunctionBuilder, floatsOf, type I32, i32, type Local } from "../wasm/index.ts";
import type { Lowering } from "./context.ts";
import { shareable, sizeOf } from "./cost.ts";
import { forEachOwn, leading, longest } from "./rows.ts";

/** Returns the position of the first extreme of one line. */
function scanLine(
  f: FunctionBuilder,
  input: FixedRegion,
  line: Local<"i32">,
  op: "max" | "min",
): Local<"i32"> {
  const size = input.shape.at(-1) as number;
  const stride = input.strides.at(-1) as number;
  const best = f.local("i32");
  const index = f.local("i32");
  const first = f.let(line);
  f.set(best, i32.const(0));
  const scan = (load: () => void, compare: () => I32, keep: () => void) => {
    load();
    keep();
    f.for(index, 1, size, 1, () => {
      f.increment(first, stride);
      load();
      f.if(compare(), () => {
        keep();
        f.set(best, index);
      });
    });
  };
  if (scalarTypeOf(input.dtype) === "float") {
    const type = input.dtype === "f64" ? "f64" : "f32";
    const { num } = floatsOf(type);
    const [value, record] = [f.local(type), f.local(type)];
    const isHalf = input.dtype === "f16";
    scan(
      () => f.set(value, isHalf ? loadHalf(f, first) : num.load(first)),
      () => {
        const beats = op === "max" ? num.gt(value, record) : num.lt(value, record);
        // The first NaN wins against all numbers.
        return i32.or(beats, i32.and(num.ne(value, value), num.eq(record, record)));
      },
      () => f.set(record, value),
    );
  } else {
    const [value, record] = [f.local("i32"), f.local("i32")];
    const signed = input.dtype === "i32";
    const order = op === "max" ? [i32.gt_s, i32.gt_u] : [i32.lt_s, i32.lt_u];
    const beats = (signed ? order[0] : order[1]) as typeof i32.gt_s;
    scan(
      () => f.set(value, input.dtype === "u8" ? i32.load8_u(first) : i32.load(first)),
      () => beats(value, record),
      () => f.set(record, value),
    );
  }
  return best;
}

/** Lowers output[i…] = position of the first extreme of input[i…, :]. */
export const argReduceStep: Lowering<ArgReduceStep> = (step, context) => {
  const input = context.region(step.input);
  const output = context.region(step.output);
  if (input.shape.some((size) => size === 0)) return;
  const { shape } = output;
  const cost = shareable(longest(shape), sizeOf(input.shape));
  context.phase(cost, (f, part, parts) => {
    const lines = [leading(input, shape.length), output];
    forEachOwn(f, shape, lines, part, parts, ([line, to]) => {
      const best = scanLine(f, input, f.let(line as I32), step.op);
      f.do(i32.store(to as I32, best));
    });
  });
};
