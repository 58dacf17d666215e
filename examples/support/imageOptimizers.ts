import {
  adam,
  exponentialSchedule,
  metrics,
  momentum,
  type Optimizer,
  type RngdSettings,
  rngd,
} from "metrigrad";

/** γ, and λ for both kinds of natural gradients. */
interface Tuned {
  readonly adam: number;
  readonly sgd: number;
  readonly rngd: RngdSettings;
  readonly kfac: RngdSettings;
}

/** Optimizers of a model by name, with a learning rate of one's own or the tuned one; it falls to a tenth. */
export function imageOptimizers(tuned: Tuned) {
  const schedule = exponentialSchedule(0.1);
  const rate = (own: number | undefined) => (own === undefined ? {} : { learningRate: own });
  return {
    adam: (own?: number): Optimizer => adam({ schedule, learningRate: tuned.adam, ...rate(own) }),
    /** With momentum. */
    sgd: (own?: number): Optimizer => momentum({ schedule, learningRate: tuned.sgd, ...rate(own) }),
    /** The linear layer's rows, of patches too, of the batch at hand. */
    rngd: (own?: number): Optimizer => rngd({ schedule, ...tuned.rngd, ...rate(own) }),
    /** K-FAC's factors of every tenth batch. */
    kfac: (own?: number): Optimizer =>
      rngd({
        ...{ schedule, metrics: metrics.kfac({ split: true }), over: { every: 10 } },
        ...tuned.kfac,
        ...rate(own),
      }),
  };
}
