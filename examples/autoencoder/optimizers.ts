import { adam, exponentialSchedule, groups, metrics, momentum, muon, rngd, soap } from "metrigrad";

/** γ falls by equal factors to a tenth, and the last point is the result. */
const last = { schedule: exponentialSchedule(0.1), average: null };

/** Optimizers of the autoencoder, with the settings that were best in runs of 30 seconds (docs/experiment-models.md). */
export const optimizers = {
  adam: adam({ learningRate: 0.001 }),
  /** The rows of the batch at hand. */
  rngd: rngd({ learningRate: 0.1, absolute: 0.1, ...last }),
  /**
   * K-FAC (Martens and Grosse 2015): factors of one draw of the model's own pixels per image, since exact ones take a pass
   * for each of 784 pixels; damping is shared between both factors, and `klClip` bounds a step.
   */
  kfac: rngd({
    metrics: metrics.kfac({ samples: 1, split: true }),
    over: { every: 30 },
    learningRate: 0.2,
    absolute: 3,
    klClip: 3,
    ...last,
  }),
  /** With momentum. */
  sgd: momentum({ learningRate: 0.003 }),
  /** Turning the bases of axes of 1,000 every ten steps would take nearly all of the time. */
  soap: soap({ learningRate: 0.002, every: 50, longest: 600 }),
  /** Its authors give the last layer to ADAM. */
  muon: groups({
    "dense7/**": adam({ learningRate: 0.001 }),
    others: muon({ learningRate: 0.4 }),
  }),
};
