import { dataSet } from "@metrigrad/data";
import { reference, tensor } from "@metrigrad/tensor";
import test from "tape";
import { jobTime } from "../../src/cli/train.ts";
import { counted, dressed } from "../support/dressed.ts";

const rows = 4;
const part = {
  inputs: tensor(new Uint8Array(784 * rows), { shape: [rows, 784] }),
  targets: tensor(Int32Array.from({ length: rows }, (_, i) => i)),
};
const data = dataSet({ name: "few", train: part, valid: part, test: part, classes: 10 });

test("jobTime: a step of each run, seeds once, and no more than is enough", async (t) => {
  const { backend: counting, open } = counted(await reference());
  const seeds = new Set<number>();
  const names = new Set<string>();
  const backend = dressed(counting, (store) => {
    seeds.add(store.seed);
    return {
      add: (variables) => {
        for (const one of Array.isArray(variables) ? variables : [])
          if ("spec" in one && one.spec.role === "state") names.add(one.path);
        return store.add(variables);
      },
    };
  });
  const job = (optimizer: string, seed: number) => ({ arch: "plain", optimizer, seed });
  const measure = jobTime([job("sgd", 1), job("sgd", 2), job("adam", 1), job("adam", 2)], {
    ...{ data, epochs: 1, batch: 2 },
  });
  t.ok((await measure(backend, 0)) > 0);
  const before = names.size;
  t.ok((await measure(backend, Number.POSITIVE_INFINITY)) > 0);
  t.ok(names.size > before, "with 0 seconds enough, adam and its moments were not tried");
  t.deepEqual([...seeds], [2], "runs that differ in their seed are measured once");
  t.equal(open(), 0);
});
