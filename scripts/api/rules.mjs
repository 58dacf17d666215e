/**
 * What the reference pages must hold, for `scripts/api/gaps.mjs`: the categories, in the order of the page, and the names
 * that must have an example.
 */

/** Categories of the exports by task; the page of `metrigrad` is a table of contents in this order. */
export const categories = [
  "Train",
  "Train: own loops",
  "Train: files and reports",
  "Distributed",
  "Pictures",
  "Models: layers",
  "Models: composing",
  "Models: own modules",
  "Laws and losses",
  "Laws: own laws",
  "Data",
  "Optimizers",
  "Optimizers: natural gradients",
  "Optimizers: combining",
  "Optimizers: schedules",
  "Metrics: tables",
  "Metrics: own metrics",
  "Metrics: blocks",
  "Geometry",
  "Residuals and differential equations",
  "Monte Carlo",
  "Graph: derivatives",
  "Graph: loops and maps",
  "Graph: compile and run",
  "Graph: own ops",
  "Ops: elements",
  "Ops: reductions",
  "Ops: shapes",
  "Ops: linear algebra",
  "Ops: windows",
  "Ops: sequences",
  "Ops: random",
  "Ops: numerics",
  "Backends",
  "Tensors",
  "Expressions",
  "Checks",
  "Errors",
  "For authors of backends",
];

/** The functions that must have an example. */
export const withExample = new Set([
  ...["matmul", "softmax", "linearSolve", "eigh", "defElementwise", "conv2d", "checkOp"], // graph: ops
  ...["sort", "quantile", "where"], // graph: ops
  ...["grad", "valueAndGrad", "jvp", "vjp", "vmap", "hvp", "jacobian", "hessian", "laplacian"], // graph: transforms
  ...["compile", "defOp", "scan", "odeint"], // graph: loops, compiler
  ...["tensor", "parseExpr"], // tensor
  ...["dense", "sequential", "skip", "parallel", "defModule", "param", "conv2d", "lstm"], // nn
  ...["transformerBlock", "batchNorm", "dropout", "embedding", "categorical", "gaussian"], // nn
  ...["joint", "masked", "independent", "defLaw"], // nn
  ...["metrics", "partition", "defMetric", "explain", "checkMetric", "checkLaw"], // metric
  ...["rfim", "fisher", "kl", "ModelMetric"], // metric: geometry
  ...["sharedGram", "unitGram", "kronecker"], // metric: blocks
  ...["sgd", "momentum", "adam", "rngd", "groups", "chain", "clipNorm", "warmup", "lbfgs"], // optim
  ...["oneCycleSchedule", "polynomialAverage"], // optim
  ...["mnist", "dataSet", "fromColumns", "readCsv", "streamData", "batches"], // data
  ...["predict", "evaluate", "trainingStep", "responses", "loadCheckpoint", "checkpointBytes"], // train
  ...["uniformPoints", "metropolis", "recordRun"], // train
  ...["curves"], // view
  ...["cpu"], // cpu, gpu, native
  ...["fit", "solve"], // metrigrad
]);
