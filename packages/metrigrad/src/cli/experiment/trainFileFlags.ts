import type { TrainFlags } from "./experiment.ts";

/** Options of `metrigrad train`. */
export interface TrainFileFlags extends TrainFlags {
  readonly out?: string;
  /** When the run is saved on its way; "epoch" where it is resumed. */
  readonly checkpointEvery?: number | "epoch";
  /** Whether it goes on from the newest checkpoint of the folder. */
  readonly resume?: boolean;
  /** Whether its events are written while it trains. */
  readonly live?: boolean;
  /** Eigenvalues of the metric are computed after so many epochs. */
  readonly spectra?: number;
}
