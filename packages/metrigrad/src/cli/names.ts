/** Names that options take. They are here apart from what they name, so that help does not load the engine. */

/** Where to compute. */
export const backendNames = ["cpu", "gpu", "reference", "auto"] as const;

/** The paper's networks. */
export const archNames = ["plain", "bna"] as const;

/** The optimizers of the paper's experiment. */
export const paperOptimizers = [
  "sgd",
  "adam",
  "sgd-average",
  "adam-average",
  "rngd-paper",
  "rngd",
] as const;

/** Optimizers that train any model, by the name that they are exported under. */
export const optimizerNames = [
  "rngd",
  "sgd",
  "momentum",
  "adam",
  "adamw",
  "nadam",
  "radam",
  "rmsprop",
  "adagrad",
  "adafactor",
  "lamb",
  "lion",
  "muon",
  "shampoo",
  "soap",
  "lbfgs",
  "ssbroyden",
] as const;
