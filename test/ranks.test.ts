/** Every optimizer on two ranks: it does what one process does with batches of twice the size, or says that it cannot. */
import { relu } from "@metrigrad/graph";
import { categorical, dense, sequential } from "@metrigrad/nn";
import type { Optimizer } from "@metrigrad/optim";
import { type Communicator, reference, type Tensor } from "@metrigrad/tensor";
import { fit } from "@metrigrad/train";
import test from "tape";
import { everyOptimizer } from "../packages/optim/test/everyOptimizer.ts";
import { localRanks } from "../packages/train/test/ranks/localRanks.ts";
import { toyData } from "../packages/train/test/toy.ts";

/** Optimizers that compare the losses of steps, or whose step is found by the rows of a batch as they are. */
const alone = ["lbfgs", "ssbroyden", "engd"];
/** Rounding turns eigenvectors of equal eigenvalues, and Adam in that basis with them. */
const turned = ["soap"];

async function trained(optimizer: Optimizer, batchSize: number, distributed?: Communicator) {
  const model = sequential(dense(2, 8, { activation: relu }), dense(8, 3));
  const settings = { likelihood: categorical(), epochs: 2, seed: 7, backend: reference };
  const more = distributed === undefined ? {} : { distributed };
  const run = fit(model, { ...settings, data: toyData(), optimizer, batchSize, l2: 1e-3, ...more });
  await run.finish();
  const values = new Map<string, Tensor>();
  for (const { path, spec } of run.store.variables) {
    if (spec.role !== "data") values.set(path, await run.store.read(path));
  }
  await run.close();
  return values;
}

function far(a: ReadonlyMap<string, Tensor>, b: ReadonlyMap<string, Tensor>): number {
  let largest = 0;
  for (const [path, one] of a) {
    const other = (b.get(path) as Tensor).data();
    one.data().forEach((value, at) => {
      const gap = Math.abs(value - (other[at] as number)) / (1 + Math.abs(value));
      largest = Math.max(largest, gap);
    });
  }
  return largest;
}

for (const [name, optimizer] of Object.entries(everyOptimizer)) {
  test(`ranks: ${name}`, async (t) => {
    const together = Promise.all(localRanks(2).map((rank) => trained(optimizer, 10, rank)));
    if (alone.includes(name)) {
      const error = await together.catch((one) => one);
      t.match(String(error), /distributed|every batch|each batch/, "says that it cannot");
      return;
    }
    const [first, second] = (await together) as [Map<string, Tensor>, Map<string, Tensor>];
    t.equal(far(first, second), 0, "the ranks end with the same state");
    if (turned.includes(name)) return;
    const off = far(await trained(optimizer, 20), first);
    t.ok(off < 1e-9, `one process with the same rows ends ${off} away`);
  });
}
