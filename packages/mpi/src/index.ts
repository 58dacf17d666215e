export type { MpiCommunicator, PendingReduction } from "./communicator.ts";
export type { Operation } from "./handles.ts";
export { type MpiOptions, mpi } from "./mpi.ts";
