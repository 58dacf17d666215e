import { threefry2x32 } from "../../random/threefry.ts";
import { walk } from "../../walk.ts";
import type { Kernel } from "../kernel.ts";

/** Words of Threefry, in row-major order. */
export const random: Kernel<"random"> = ({ key, state, output }, memory) => {
  const words = memory.view(state);
  const target = memory.view(output);
  return () => {
    const [seed, counter] = [words.get(0), words.get(1)];
    let i = 0;
    walk(target.shape, [target], ([to]) => {
      const pair = threefry2x32(key, seed, Math.floor(i / 2), counter);
      target.data[to as number] = pair[i % 2] as number;
      i++;
    });
  };
};
