import { arg, type CopyStep, scalarTypeOf } from "@metrigrad/tensor";
import type { Lower } from "./lower.ts";
import { map } from "./map.ts";

/** Lowers a copy to a map of one argument. */
export const copy: Lower<CopyStep> = ({ input, output, ...rest }, memory) => {
  const exprs = [arg(0, scalarTypeOf(memory.dtype(input.buffer)))];
  const { shape } = output;
  return map({ ...rest, kind: "map", shape, inputs: [input], exprs, outputs: [output] }, memory);
};
