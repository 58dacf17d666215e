import type { Communicator, TypedArray } from "@metrigrad/tensor";

type Operation = "sum" | "min" | "max";

/** What the ranks of one process have brought to a call, and what wakes them when all are there. */
interface Meeting {
  readonly kind: string;
  readonly brought: TypedArray[];
  readonly wake: (() => void)[];
}

/** Communicators of ranks that live in this process: each of them waits for the others in memory. */
export function localRanks(size: number): Communicator[] {
  let meeting: Meeting | null = null;
  const meet = async (rank: number, kind: string, own: TypedArray): Promise<TypedArray[]> => {
    meeting ??= { kind, brought: [], wake: [] };
    const here = meeting;
    if (here.kind !== kind) throw new Error(`${here.kind} meets ${kind}`);
    here.brought[rank] = own.slice() as TypedArray;
    if (here.wake.length === size - 1) {
      meeting = null;
      for (const wake of here.wake) wake();
    } else await new Promise<void>((done) => here.wake.push(done));
    return here.brought;
  };
  return Array.from({ length: size }, (_, rank) => ({
    rank,
    size,
    describe: () => `rank ${rank} of ${size} in one process`,
    async allreduce(values, operation: Operation = "sum") {
      const all = await meet(rank, `allreduce ${values.length}`, values);
      const by = { sum: (a: number, b: number) => a + b, min: Math.min, max: Math.max }[operation];
      values.set(
        (all[0] as TypedArray).map((_value, at) =>
          all.map((one) => one[at] as number).reduce((a, b) => by(a, b)),
        ),
      );
    },
    async broadcast(values, root = 0) {
      const all = await meet(rank, `broadcast ${values.length}`, values);
      values.set(all[root] as TypedArray);
    },
    async allgather(part, values) {
      const all = await meet(rank, "allgather", part);
      let start = 0;
      for (const one of all) {
        values.set(one, start);
        start += one.length;
      }
    },
    async barrier() {
      await meet(rank, "barrier", new Uint8Array(0));
    },
  }));
}
