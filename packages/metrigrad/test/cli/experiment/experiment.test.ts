import { dataSet } from "@metrigrad/data";
import { dense, gaussian } from "@metrigrad/nn";
import * as optim from "@metrigrad/optim";
import { tensor } from "@metrigrad/tensor";
import test from "tape";
import { experimentOf, type TrainFlags } from "../../../src/cli/experiment/experiment.ts";
import { namedOptimizer } from "../../../src/cli/experiment/namedOptimizer.ts";
import { optimizerNames } from "../../../src/cli/names.ts";
import { UsageError } from "../../../src/cli/usage.ts";

const rows = tensor([[1], [2], [3]]);
const model = dense(1, 1);
const exports = {
  model: () => model,
  data: async () => dataSet({ name: "few", train: { inputs: rows, targets: rows } }),
  likelihood: gaussian,
  optimizer: optim.adam,
};

async function refused(given: Record<string, unknown>, flags: TrainFlags = {}): Promise<string> {
  try {
    await experimentOf(given, "x.ts", flags);
  } catch (error) {
    return error instanceof UsageError ? error.message : `no refusal: ${error}`;
  }
  return "none";
}

test("exports are values or functions that make them; settings have defaults", async (t) => {
  const { name, model: made, options, backend } = await experimentOf(exports, "a/disc.ts", {});
  t.deepEqual([name, made, backend], ["disc", model, null]);
  const { epochs, batchSize, seed, l2, optimizer, likelihood } = options;
  t.deepEqual([epochs, batchSize, seed, l2], [10, 3, 1, 0]);
  t.deepEqual([optimizer.name, likelihood?.name], ["adam", gaussian().name]);
});

test("flags come before what the file says", async (t) => {
  const given = { ...exports, epochs: 3, batchSize: () => 2, seed: 7, l2: 0.1, name: "mine" };
  const own = await experimentOf(given, "x.ts", {});
  t.deepEqual([own.name, own.options.epochs, own.options.batchSize], ["mine", 3, 2]);
  const flags = { epochs: 4, batchSize: 1, seed: 8, l2: 0, optimizer: "sgd", learningRate: 0.5 };
  const { options } = await experimentOf(given, "x.ts", flags);
  t.deepEqual([options.epochs, options.batchSize, options.seed, options.l2], [4, 1, 8, 0]);
  t.equal(options.optimizer.settings.learningRate, 0.5);
});

test("the file's backend is made only where the command line names none", async (t) => {
  let made = 0;
  const given = { ...exports, backend: () => ({ made: ++made }) };
  for (const flags of [{ backend: "cpu" }, { threads: 2 }])
    t.equal((await experimentOf(given, "x.ts", flags)).backend, null);
  t.equal(made, 0);
  t.deepEqual((await experimentOf(given, "x.ts", {})).backend, { made: 1 });
});

test("a loss is a function of its own, and one without arguments makes it", async (t) => {
  const { likelihood: _, ...others } = exports;
  const loss = (output: unknown, _targets: unknown) => output;
  for (const given of [loss, () => loss]) {
    const { options } = await experimentOf({ ...others, loss: given }, "x.ts", {});
    t.equal(options.loss as unknown, loss);
  }
});

test("what is missing, misspelt or out of place is refused", async (t) => {
  const { optimizer: _, likelihood: __, ...some } = exports;
  t.match(
    await refused(some),
    /^metrigrad train, x\.ts: it must export .* got no likelihood \(or loss\), no optimizer; /,
  );
  t.match(await refused({ ...exports, batch_size: 3 }), /got batch_size; call it batchSize/);
  t.match(
    await refused({ ...exports, checkpoint: {} }),
    /an export checkpoint; .* --checkpoint-every/,
  );
  t.match(
    await refused(exports, { learningRate: 1 }),
    /^--learning-rate: it must come with --optimizer/,
  );
});

test("every optimizer that can be named is exported, and takes no settings", (t) => {
  for (const name of optimizerNames) {
    t.ok(typeof namedOptimizer(name, undefined).update === "function", name);
    t.ok(name in optim, name);
  }
  t.end();
});
