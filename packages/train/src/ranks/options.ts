import { type Communicator, GraphError } from "@metrigrad/tensor";

/** Throws GraphError unless a value is a communicator. */
export function checkCommunicator(where: string, given: unknown): void {
  const { rank, size, allreduce, broadcast, allgather } = (given ?? {}) as Partial<Communicator>;
  const calls = [allreduce, broadcast, allgather].every((one) => typeof one === "function");
  if (Number.isInteger(rank) && Number.isInteger(size) && calls) return;
  throw new GraphError({
    where,
    must: "distributed must be a communicator",
    got: given === null ? "null" : typeof given,
    todo: 'pass mpi() of "@metrigrad/mpi"',
  });
}
