import { walk } from "../../walk.ts";
import type { Kernel } from "../kernel.ts";

/** The position of the first largest or smallest element along the last axis. */
export const argReduce: Kernel<"argReduce"> = ({ op, input, output }, memory) => {
  const source = memory.view(input);
  const target = memory.view(output);
  const length = source.shape.at(-1) as number;
  const stride = source.stride.at(-1) as number;
  const beats = (x: number, best: number) =>
    Number.isNaN(x) || (op === "max" ? x > best : x < best);
  return () =>
    walk(target.shape, [source, target], ([from, to]) => {
      const at = (i: number) => source.data[(from as number) + i * stride] as number;
      let first = 0;
      for (let i = 1; i < length && !Number.isNaN(at(first)); i++) {
        if (beats(at(i), at(first))) first = i;
      }
      target.data[to as number] = first;
    });
};
