import type { Kernel } from "../kernel.ts";

/** Copies the elements of one view to another. */
export const copy: Kernel<"copy"> = ({ input, output }, memory) => {
  const source = memory.view(input);
  const target = memory.view(output);
  return () => {
    memory.ops.assign(target, source);
  };
};
