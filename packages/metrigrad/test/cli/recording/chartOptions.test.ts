import test from "tape";
import { chartOptions } from "../../../src/cli/recording/chartOptions.ts";

const run = {
  arch: "plain",
  optimizer: "sgd",
  settings: { batchSize: 10 },
  seed: 1,
  epochs: [],
  test: { accuracy: null, cost: null },
};

test("the paper's title is for the paper's recordings, not for files with such names", (t) => {
  const titleOf = (environment: Record<string, string>) =>
    chartOptions({ schema: 1, environment, runs: [run] }).title;
  t.match(titleOf({}) ?? "", /^MNIST, .*, batch 10$/);
  t.equal(titleOf({ file: "plain.ts" }), "plain, batch 10");
  t.end();
});
