import { type Communicator, GraphError, type Network } from "@metrigrad/tensor";

/** Throws GraphError unless a value is a communicator. */
export function checkCommunicator(where: string, given: unknown): void {
  if (given !== null && typeof given === "object") {
    checkNetwork(where, (given as Partial<Communicator>).network);
  }
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

/** Throws GraphError unless a value is a network, or undefined. */
export function checkNetwork(where: string, given: unknown): void {
  if (given === undefined) return;
  const must = "network must be { latency, bandwidth } in seconds ≥ 0 and bytes per second > 0";
  const { latency, bandwidth, ...others } = (given ?? {}) as Partial<Network>;
  const numbers = typeof latency === "number" && typeof bandwidth === "number";
  if (numbers && latency >= 0 && bandwidth > 0 && Object.keys(others).length === 0) return;
  throw new GraphError({
    where,
    must,
    got: typeof given === "object" ? JSON.stringify(given) : String(given),
    todo: "pass { latency: 2e-6, bandwidth: 12.5e9 } for 100 Gbit/s and 2 µs, or leave it out",
  });
}
