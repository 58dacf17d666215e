/** Seeds of sweeps: twelve where METRIGRAD_SWEEP is "full", as in `npm run check`; else three. */
const count = process.env.METRIGRAD_SWEEP === "full" ? 12 : 3;

export const sweepSeeds: readonly number[] = Array.from({ length: count }, (_, k) => k + 1);
