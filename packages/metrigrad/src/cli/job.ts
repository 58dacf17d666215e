import type { Arguments } from "./arguments.ts";

/** One run of the job. */
export interface JobRun {
  readonly arch: string;
  readonly optimizer: string;
  readonly seed: number;
}

/** The runs that are asked for: every optimizer on every architecture, with every seed. */
export function jobOf({ archs, optimizers, seed, repeats }: Arguments): JobRun[] {
  const seeds = Array.from({ length: repeats }, (_, index) => seed + index);
  return archs.flatMap((arch) =>
    optimizers.flatMap((optimizer) => seeds.map((seed) => ({ arch, optimizer, seed }))),
  );
}
