import type { Ranks } from "@metrigrad/graph";
import type { Communicator } from "@metrigrad/tensor";

/** A communicator whose other ranks are not there, and the time that its calls took. */
export interface Mirror extends Communicator {
  /** The seconds of all calls so far. */
  readonly seconds: number;
}

/**
 * Returns a communicator for one rank alone: all others are taken to have the same values as this one. A mean over ranks is then the
 * rank's own value, so a step on it stays a step of training, and takes the time that it takes among real ranks. What other ranks would
 * put in places of their own, such as their rows and the work that is dealt to them, is 0: the time is right, the values are not.
 */
export function mirrorOf({ rank, size }: Ranks): Mirror {
  let seconds = 0;
  const timed = (work: () => void) => {
    const start = performance.now();
    work();
    seconds += (performance.now() - start) / 1000;
  };
  return {
    rank,
    size,
    describe: () => `rank ${rank} of ${size}, alone`,
    get seconds() {
      return seconds;
    },
    allreduce: (values, operation = "sum") =>
      timed(() => {
        if (operation !== "sum") return;
        for (let at = 0; at < values.length; at++) values[at] = (values[at] as number) * size;
      }),
    broadcast: () => {},
    allgather: (part, values) =>
      timed(() => {
        const alike = part.length * size === values.length;
        // Where other ranks have longer or shorter parts, their places keep what they have.
        const last = alike ? values.length : part.length;
        for (let start = 0; start < last; start += part.length) values.set(part, start);
      }),
    barrier: () => {},
  };
}
