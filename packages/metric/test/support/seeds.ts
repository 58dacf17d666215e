/** Whether METRIGRAD_SWEEP is "full", as in `npm run check`. */
export const wholeSweep: boolean = process.env.METRIGRAD_SWEEP === "full";

/** Seeds of sweeps: twelve in a whole one, else three. */
export const sweepSeeds: readonly number[] = Array.from(
  { length: wholeSweep ? 12 : 3 },
  (_, k) => k + 1,
);
