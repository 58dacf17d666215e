import { compileExprs } from "../../expr/evaluate.ts";
import { walk } from "../../walk.ts";
import type { Kernel } from "../kernel.ts";

/** Evaluates expressions at every index. */
export const map: Kernel<"map"> = ({ shape, inputs, exprs, outputs }, memory) => {
  const sources = inputs.map(memory.view);
  const targets = outputs.map(memory.view);
  const program = compileExprs(exprs);
  const args = new Array<number>(sources.length).fill(0);
  const results = new Array<number>(targets.length).fill(0);
  return () =>
    walk(shape, [...sources, ...targets], (at) => {
      for (let k = 0; k < sources.length; k++) {
        args[k] = sources[k]?.data[at[k] as number] as number;
      }
      program(args, results);
      for (let j = 0; j < targets.length; j++) {
        const { data } = targets[j] as (typeof targets)[0];
        data[at[sources.length + j] as number] = results[j] as number;
      }
    });
};
