import type { Communicator } from "@metrigrad/tensor";
import { mpi } from "../../mpi.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Returns how many processes a launcher started for this job, as it says; 1 without a launcher. */
export function launchedProcesses(environment: Environment): number {
  const { OMPI_COMM_WORLD_SIZE, PMI_SIZE, PMIX_RANK, SLURM_NTASKS } = environment;
  const told = OMPI_COMM_WORLD_SIZE ?? PMI_SIZE ?? (PMIX_RANK === undefined ? "1" : SLURM_NTASKS);
  const count = Number(told);
  return Number.isInteger(count) && count > 1 ? count : 1;
}

/** Joins the processes of a job; null for one that was started alone. Throws BackendError if MPI is missing. */
export async function launched(environment: Environment): Promise<Communicator | null> {
  return launchedProcesses(environment) === 1 ? null : mpi();
}
