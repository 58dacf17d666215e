/** A run that is copied at some moment, as a kill would leave it, goes on from the copy bit for bit. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { streamData } from "@metrigrad/data";
import { add, mul, neg, relu } from "@metrigrad/graph";
import { categorical, dense, dropout, type Module, sequential } from "@metrigrad/nn";
import { adam, cosineSchedule, rngd, sgd } from "@metrigrad/optim";
import { DataError, GraphError, reference } from "@metrigrad/tensor";
import test from "tape";
import {
  type CheckpointOptions,
  type FitOptions,
  fit,
  loadCheckpoint,
  type Run,
} from "../../src/index.ts";
import { rejects } from "../rejects.ts";
import { toyData, toyModel } from "../toy.ts";
import { result, values } from "./result.ts";

const root = mkdtempSync(join(tmpdir(), "metrigrad-"));
test.onFinish(() => rmSync(root, { recursive: true }));
let made = 0;
const newFolder = () => join(root, String(made++));

/** Seven steps in an epoch. */
const options = {
  data: toyData(),
  likelihood: categorical(),
  optimizer: adam({ learningRate: 0.02 }),
  batchSize: 12,
  epochs: 4,
  seed: 1,
  backend: reference,
};

const drawing = () =>
  sequential(dense(2, 8, { activation: relu }), dropout(0.3), dense(8, 3)) as Module;

/** Kinds of run, with when to save. */
const kinds: Record<
  string,
  readonly [() => Module, Partial<FitOptions>, CheckpointOptions["every"]]
> = {
  "every epoch": [toyModel, {}, "epoch"],
  "every three steps": [toyModel, { evaluate: { train: "steps" }, report: { every: 2 } }, 3],
  "every seven steps, at the end of an epoch": [toyModel, { report: true }, 7],
  "with dropout": [drawing, {}, 2],
  "rngd and its average": [drawing, { optimizer: rngd(), report: true }, 5],
  "early stopping": [
    drawing,
    { epochs: 30, optimizer: adam({ learningRate: 0.2 }), earlyStopping: { patience: 2 } },
    3,
  ],
};

for (const [name, [model, more, every = "epoch"]] of Object.entries(kinds)) {
  test(`a run goes on from any moment: ${name}`, async (t) => {
    const common = { ...options, ...more } as typeof options;
    const wanted = await result(fit(model(), common));
    const folder = newFolder();
    const copies: string[] = [];
    const through = fit(model(), {
      ...common,
      checkpoint: { folder, every, keep: 3 },
      onStep: ({ step }) => {
        if (![1, 6, 8, 14, 22].includes(step)) return;
        copies.push(newFolder());
        cpSync(folder, copies.at(-1) as string, { recursive: true });
      },
    });
    t.deepEqual(await result(through), wanted, "saving changes nothing");
    t.ok(readdirSync(folder).length <= 6, "three checkpoints of two files each");
    for (const copy of copies) {
      const rest = fit(model(), { ...common, checkpoint: { folder: copy, every, resume: true } });
      t.deepEqual(await result(rest), wanted, copy);
      t.ok(readdirSync(copy).length <= 4, "two are kept");
    }
    const again = fit(model(), { ...common, checkpoint: { folder, every, resume: true } });
    t.deepEqual(await result(again), wanted, "a run that has ended has its result");
    t.ok(readdirSync(folder).length <= 4, "and keeps no more than it should");
  });
}

test("a stream goes on, whether it says its rows or not; one with fewer batches is refused", async (t) => {
  const { inputs, targets } = toyData().train;
  const [x, y] = [inputs.toArray() as number[][], [...targets.data()]];
  const stream = (rows: number | undefined, count = 7) =>
    streamData({
      train: function* (epoch) {
        for (let at = 0; at < count; at++) {
          const chosen = Array.from({ length: 12 }, (_, i) => (12 * at + i + epoch) % 90);
          yield {
            inputs: chosen.map((row) => (x[row] as number[]).map((one) => one / 255)),
            targets: Int32Array.from(chosen, (row) => y[row] as number),
          };
        }
      },
      ...(rows === undefined ? {} : { rows }),
      classes: 3,
    });
  const { batchSize: _, ...others } = options;
  for (const rows of [84, undefined]) {
    const common = { ...others, data: stream(rows), report: true };
    const wanted = await result(fit(drawing(), common));
    const folder = newFolder();
    const control = new AbortController();
    const first = fit(drawing(), {
      ...common,
      checkpoint: { folder, every: 5 },
      signal: control.signal,
      onStep: ({ step }) => step === 17 && control.abort(),
    });
    await first.finish();
    await first.close();
    const resume = { folder, resume: true };
    if (rows === undefined) {
      const short = fit(drawing(), { ...common, data: stream(rows, 2), checkpoint: resume });
      const message =
        /epoch 3 must have the 3 batches that the saved run was trained on, or more, got 2/;
      await rejects(t, short.finish(), GraphError, message);
    }
    t.deepEqual(await result(fit(drawing(), { ...common, checkpoint: resume })), wanted);
  }
});

test("a run that is stopped, aborted or left saves, and says where", async (t) => {
  const wanted = await result(fit(toyModel(), options));
  const ends: Record<string, (run: Run, step: number) => void> = {
    stopped: (run, step) => step === 10 && run.stop(),
    left: () => {},
  };
  for (const [name, end] of Object.entries(ends)) {
    const folder = newFolder();
    const run: Run = fit(toyModel(), {
      ...options,
      checkpoint: { folder, every: 1000 },
      onStep: ({ step }) => end(run, step),
    });
    t.equal(run.checkpoint(), null);
    for await (const { epoch } of run) if (name === "left" && epoch === 2) break;
    const path = run.checkpoint();
    const place = name === "left" ? "epoch-0002-batch-0000000" : "epoch-0001-batch-0000003";
    t.equal(path, join(folder, `${place}.safetensors`), name);
    const model = toyModel();
    const store = await (await reference()).store(model);
    await loadCheckpoint(path as string, store);
    t.deepEqual(await values(store), await values(run.store), "it is a checkpoint as any");
    await run.close();
    const rest = fit(toyModel(), { ...options, checkpoint: { folder, resume: true } });
    t.deepEqual(await result(rest), wanted);
  }
});

test("a folder with checkpoints is refused at the door where a run would begin, and stays", async (t) => {
  const folder = newFolder();
  await fit(toyModel(), { ...options, epochs: 1, checkpoint: { folder } }).finish();
  const before = readdirSync(folder);
  t.throws(
    () => fit(toyModel(), { ...options, checkpoint: { folder } }),
    /fit, checkpoint: folder must hold no checkpoints where resume is false, got 1 in .*, such as epoch-0001-batch-0000000; go on from it by \{ resume: true \}, or choose another folder/,
  );
  t.deepEqual(readdirSync(folder), before);
  const lone = newFolder();
  cpSync(folder, lone, { recursive: true });
  rmSync(join(lone, "epoch-0001-batch-0000000.json"));
  t.throws(
    () => fit(toyModel(), { ...options, checkpoint: { folder: lone } }),
    /got 1 in .*, such as epoch-0001-batch-0000000.safetensors/,
  );
  t.equal(readdirSync(lone).length, 1, "tensors without a manifest may be wanted");
  const late = newFolder();
  const run = fit(toyModel(), { ...options, checkpoint: { folder: late } });
  cpSync(folder, late, { recursive: true });
  await rejects(t, run.finish(), GraphError, /must hold no checkpoints where resume is false/);
  t.deepEqual(readdirSync(late), before, "also where they came after the call");
  const twice = newFolder();
  const first = fit(toyModel(), { ...options, checkpoint: { folder: twice } });
  for await (const _ of first) {
    const second = fit(toyModel(), { ...options, checkpoint: { folder: twice, resume: true } });
    await rejects(t, second.finish(), GraphError, /one run at a time, got .*await that run/);
    break;
  }
});

test("options are checked, and a page is told of checkpointBytes", async (t) => {
  const file = join(root, "file");
  writeFileSync(file, "");
  const refused = (checkpoint: unknown, message: RegExp) =>
    t.throws(() => fit(toyModel(), { ...options, checkpoint } as typeof options), message);
  refused({ folder: "" }, /folder must be a path/);
  refused({ folder: "x", every: 0 }, /every must be "epoch" or a positive number of steps, got 0/);
  refused({ folder: "x", every: "step" }, /every must be "epoch"/);
  refused({ folder: "x", keep: 0 }, /keep must be a positive integer, got 0/);
  refused({ folder: file }, /folder must be a folder that can be read, got ENOTDIR/);
  refused({ folder: "x", resume: 1 }, /resume must be true or false/);
  refused(
    { folder: "x", often: 1 },
    /options must be among folder, every, keep, resume, got often/,
  );
  const host = globalThis.process;
  let message = "";
  Object.defineProperty(globalThis, "process", { value: undefined, configurable: true });
  try {
    fit(toyModel(), { ...options, checkpoint: { folder: "x" } });
  } catch (error) {
    ({ message } = error as Error);
  } finally {
    Object.defineProperty(globalThis, "process", { value: host, configurable: true });
  }
  t.match(
    message,
    /fit, checkpoint.folder: there must be a file system, got none; pass a folder of the page: .* or keep await checkpointBytes\(run\.store\)/,
  );
});

test("another run is refused by name, and the store stays as it was", async (t) => {
  const folder = newFolder();
  await fit(toyModel(), { ...options, epochs: 1, checkpoint: { folder } }).finish();
  const wide = sequential(dense(2, 9, { activation: relu }), dense(9, 3)) as Module;
  const others: readonly (readonly [Partial<typeof options>, RegExp, Module?])[] = [
    [{ seed: 2 }, /with seed 1, got seed 2; take the settings of that run/],
    [{ batchSize: 13 }, /with batchSize 12, got batchSize 13/],
    [{ optimizer: adam({ learningRate: 0.1 }) }, /optimizer.learningRate 0.02, got .*0.1/],
    [{ optimizer: sgd() as never }, /optimizer adam.* got optimizer sgd/],
    [{ data: toyData(130, [91, 24, 15]) }, /data.train 90 rows of u8 \[2\].* got data.train 91/],
    [{}, /dense0\/w parameter float \[3, 8\].* got dense0\/w parameter float \[3, 9\]/, wide],
  ];
  for (const [more, message, other] of others) {
    const model = other ?? toyModel();
    const store = await (await reference()).store(model, { seed: 5 });
    const before = await values(store);
    const { backend: _, ...rest } = { ...options, epochs: 1, ...more };
    const run = fit(model, { ...rest, store, checkpoint: { folder, resume: true } });
    await rejects(t, run.finish(), GraphError, message);
    t.deepEqual(await values(store), before);
  }
  const narrow = await (await reference()).store(toyModel(), { float: "f32" });
  const model = toyModel();
  await narrow.remove(narrow.variables);
  await narrow.add(model);
  const { backend: _, ...rest } = { ...options, epochs: 1, store: narrow };
  const run = fit(model, { ...rest, checkpoint: { folder, resume: true } });
  await rejects(t, run.finish(), GraphError, /with float f64, got float f32/);
});

test("epochs may grow where no step depends on its share of the run", async (t) => {
  const grown = async (more: Partial<typeof options>, from: number, to: number) => {
    const folder = newFolder();
    const common = { ...options, ...more };
    await result(fit(toyModel(), { ...common, epochs: from, checkpoint: { folder } }));
    return fit(toyModel(), { ...common, epochs: to, checkpoint: { folder, resume: true } });
  };
  t.deepEqual(await result(await grown({}, 2, 4)), await result(fit(toyModel(), options)));
  const refused = async (more: object, to: number, message: RegExp) =>
    rejects(t, (await grown(more, 2, to)).finish(), GraphError, message);
  const scheduled = adam({ learningRate: 0.02, schedule: cosineSchedule() });
  await refused(
    { optimizer: scheduled },
    4,
    /epochs must be 2, as in the saved run, since its schedule goes by the share of the run, got 4; .*only: "model"/,
  );
  await refused({ optimizer: rngd() }, 4, /since its schedule/);
  const own: FitOptions["loss"] = (output, targets, { progress }) =>
    mul(add(1, progress), neg(categorical().logProb(targets, output)));
  await refused({ likelihood: undefined, loss: own } as object, 4, /since its schedule/);
  await refused({}, 1, /epochs must be 2 or more, as in the saved run, got 1/);
  const rare = { earlyStopping: { patience: 3 }, evaluate: { every: 3 } };
  await refused(rare, 4, /since its last evaluation counted out of turn/);
  const stopping = { earlyStopping: { patience: 1, minDelta: 1e9 } } as object;
  const ended = await grown(stopping, 3, 9);
  t.equal((await ended.finish()).length, 2, "a run that stopped early stays ended");
});

test("best weights are not what a longer run goes on from", async (t) => {
  const more = { earlyStopping: { patience: 9 }, optimizer: adam({ learningRate: 0.3 }) } as object;
  const folder = newFolder();
  await result(fit(toyModel(), { ...options, ...more, epochs: 3, checkpoint: { folder } }));
  const checkpoint = { folder, resume: true };
  const grown = await result(fit(toyModel(), { ...options, ...more, epochs: 6, checkpoint }));
  t.deepEqual(grown, await result(fit(toyModel(), { ...options, ...more, epochs: 6 })));
});

test("a damaged checkpoint is passed over; where all are damaged nothing is lost", async (t) => {
  const wanted = await result(fit(toyModel(), options));
  const folder = newFolder();
  await fit(toyModel(), { ...options, checkpoint: { folder, keep: 3 } }).finish();
  const manifests = readdirSync(folder).filter((name) => name.endsWith(".json"));
  t.equal(manifests.length, 3);
  const spoil = (name: string) => {
    const bytes = readFileSync(join(folder, name));
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) ^ 1;
    writeFileSync(join(folder, name), bytes);
  };
  spoil((manifests[2] as string).replace("json", "safetensors"));
  writeFileSync(join(folder, manifests[1] as string), "{");
  const checkpoint = { folder, resume: true, keep: 1 };
  const run = fit(toyModel(), { ...options, checkpoint });
  const epochs: number[] = [];
  for await (const { epoch } of run) epochs.push(epoch);
  t.deepEqual(epochs, [3, 4], "it goes on from the third newest");
  t.equal(run.history.length, 4);
  t.deepEqual(await result(run), wanted);
  t.deepEqual(
    readdirSync(folder),
    ["epoch-0004-batch-0000000.json", "epoch-0004-batch-0000000.safetensors"],
    "and keeps one",
  );
  spoil("epoch-0004-batch-0000000.safetensors");
  const lost = fit(toyModel(), { ...options, checkpoint });
  await rejects(
    t,
    lost.finish(),
    DataError,
    /must have a whole checkpoint where it has some, got epoch-0004-batch-0000000: tensors with other bytes than the manifest says; copy its files again, or move them away to begin/,
  );
  t.equal(readdirSync(folder).length, 2);
});

test("an empty folder begins, and a failing save ends the run with its error", async (t) => {
  const folder = newFolder();
  const checkpoint = { folder, resume: true };
  const wanted = await result(fit(toyModel(), options));
  t.deepEqual(await result(fit(toyModel(), { ...options, checkpoint })), wanted);
  const other = newFolder();
  const failing = fit(toyModel(), {
    ...options,
    checkpoint: { folder: other },
    onStep: ({ step }) => step === 3 && rmSync(other, { recursive: true }),
  });
  await rejects(t, failing.finish(), Error, /ENOENT/);
  await failing.close();
});
