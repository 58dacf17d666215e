import { type Communicator, GraphError } from "@metrigrad/tensor";

/**
 * Gives what a pass gives as long as the passes of all ranks give something. Throws GraphError on all ranks if one of them ends before
 * the others, which would wait for it.
 */
export async function* inStep<T>(
  pass: AsyncIterable<T>,
  communicator: Communicator,
): AsyncGenerator<T, void, undefined> {
  const { size } = communicator;
  let count = 0;
  const together = async (has: boolean): Promise<number> => {
    const all = Uint32Array.of(has ? 1 : 0);
    await communicator.allreduce(all);
    return all[0] as number;
  };
  for await (const one of pass) {
    if ((await together(true)) < size) throw uneven(count);
    count++;
    yield one;
  }
  if ((await together(false)) > 0) throw uneven(count);
}

function uneven(count: number): GraphError {
  return new GraphError({
    where: "fit, distributed",
    must: "the streams of all ranks must have as many batches",
    got: `a stream that ends after ${count}, and one that goes on`,
    todo: "share out the batches evenly, and leave out what is over",
  });
}

/** Steps between two times at which the ranks ask each other whether one of them should end. */
const asking = 8;

/** Returns whether the ranks end before a step: if one of them wants to, all of them do. */
export function endTogether(
  wanted: () => boolean,
  communicator: Communicator | null,
): (step: number) => Promise<boolean> {
  return async (step) => {
    if (communicator === null) return wanted();
    if (step % asking !== 0) return false;
    const all = Uint32Array.of(wanted() ? 1 : 0);
    await communicator.allreduce(all, "max");
    return all[0] === 1;
  };
}
