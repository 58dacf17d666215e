import { dataSet, streamData } from "@metrigrad/data";
import { mean } from "@metrigrad/graph";
import { categorical, dense } from "@metrigrad/nn";
import { sgd } from "@metrigrad/optim";
import { reference } from "@metrigrad/tensor";
import test from "tape";
import { type FitOptions, fit } from "../../src/index.ts";
import { toyData, toyModel } from "../toy.ts";

const options: FitOptions = {
  data: toyData(),
  likelihood: categorical(),
  optimizer: sgd(),
  batchSize: 12,
  epochs: 6,
  seed: 1,
  backend: reference,
};

test("options out of range are refused with what to do", (t) => {
  const model = toyModel();
  const refused = (change: object, message: RegExp) => {
    t.throws(() => fit(model, { ...options, ...change } as FitOptions), message);
  };
  refused(
    { batchSize: 0 },
    /^GraphError: fit: batchSize must be an integer from 1 to the number of training rows, 90, got 0/,
  );
  refused({ data: {} }, /fit: data must be a data set or a stream, got object; pass what dataSet/);
  refused({ batchsize: 3 }, /fit: options must be among data, .*, got batchsize; correct the name/);
  refused(
    { evaluate: { each: 2 } },
    /fit, evaluate: options must be among every, train, valid, got each/,
  );
  refused({ evaluate: { every: 0 } }, /evaluate.every must be a positive integer, got 0/);
  refused({ evaluate: { train: { rows: 0.5 } } }, /evaluate.train.rows must be a positive integer/);
  refused(
    { earlyStopping: {} },
    /earlyStopping.patience must be a positive integer, got undefined/,
  );
  refused(
    { earlyStopping: { patience: 2, metric: "f1" } },
    /earlyStopping.metric must be among cost, accuracy, got f1; add it to `metrics`/,
  );
  refused(
    { earlyStopping: { patience: 2 }, evaluate: false },
    /earlyStopping needs an evaluation between epochs, got none/,
  );
  const none = { inputs: new Float64Array(0), targets: new Int32Array(0) };
  const empty = dataSet({
    train: { inputs: new Float64Array(90), targets: new Int32Array(90) },
    valid: none,
  });
  refused(
    { data: empty, earlyStopping: { patience: 2 }, evaluate: { train: false } },
    /earlyStopping needs an evaluation between epochs, got none/,
  );
  refused({ loss: mean }, /either likelihood or loss must be given, got both/);
  refused({ likelihood: undefined }, /either likelihood or loss must be given, got neither/);
  refused({ likelihood: undefined, loss: 3 }, /loss must be a function, got number/);
  refused({ metrics: { mae: 3 } }, /metrics.mae must be a function, got number/);
  refused({ store: {} }, /either backend or store must be given, got both/);
  refused({ report: { each: 2 } }, /fit, report: options must be among every, costly, got each/);
  const stream = streamData({ train: () => [{ inputs: [[1, 2]], targets: [0] }] });
  refused({ data: stream }, /batchSize must be left out for a stream, got 12; its batches say/);
  refused({ batchSize: 91 }, /batchSize must be .* 90, got 91/);
  refused({ batchSize: 2.5 }, /batchSize must be/);
  refused({ epochs: 0 }, /epochs must be a positive integer, got 0; pass a number such as 5/);
  refused({ epochs: 1.5 }, /epochs must be/);
  refused({ seed: -1 }, /seed must be an integer in 0 … 2³²−1, got -1/);
  refused({ seed: undefined }, /seed must be .* got undefined/);
  refused({ l2: -1 }, /l2 must be a finite number ≥ 0, got -1/);
  refused({ l2: Number.NaN }, /l2 must be/);
  refused({ checkEvery: 0 }, /checkEvery must be a positive integer/);
  refused({ optimizer: sgd }, /optimizer must be a value like sgd\(\), got function; call it/);
  refused({ likelihood: categorical }, /likelihood must be a law, got function; call it/);
  refused(
    { backend: undefined },
    /either backend or store must be given, got neither; pass \{ backend: cpu \}/,
  );
  refused({ data: undefined }, /data must be a data set/);
  t.throws(() => fit(dense as never, options), /fit: the first argument must be a module/);
  t.throws(
    () => fit(model, undefined as never),
    /fit: options must be an object, got undefined; pass/,
  );
  t.end();
});
