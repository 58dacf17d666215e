/** Checkpoints in a folder that a page has. test/browser/files.ts does the same in the origin private file system. */
import { relu } from "@metrigrad/graph";
import { categorical, dense, dropout, type Module, sequential } from "@metrigrad/nn";
import { adam } from "@metrigrad/optim";
import { GraphError, reference } from "@metrigrad/tensor";
import test from "tape";
import { type FolderHandle, fit, loadCheckpoint } from "../../src/index.ts";
import { rejects } from "../rejects.ts";
import { toyData } from "../toy.ts";
import { type MemoryFolder, memoryFolder } from "./memoryFolder.ts";
import { result, values } from "./result.ts";

const options = {
  data: toyData(),
  likelihood: categorical(),
  optimizer: adam({ learningRate: 0.02 }),
  batchSize: 12,
  epochs: 3,
  seed: 1,
  backend: reference,
};
const model = () =>
  sequential(dense(2, 8, { activation: relu }), dropout(0.3), dense(8, 3)) as Module;

/** Acts as a browser's locks, with one page that has the locks of these names. */
async function withLocks(held: readonly string[], run: () => Promise<void>): Promise<void> {
  const own = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  const locks = {
    request: async (
      name: string,
      { signal }: { signal: AbortSignal },
      use: () => Promise<void>,
    ) => {
      if (!held.includes(name)) return use();
      // The signal's own timer does not keep Node from ending.
      const timer = setTimeout(() => undefined, 60_000);
      return new Promise((_, refused) => {
        signal.addEventListener("abort", () => clearTimeout(timer));
        signal.addEventListener("abort", () => refused(signal.reason));
      });
    },
  };
  const storage = { getDirectory: async () => ({ resolve: async () => ["runs", "first"] }) };
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: { locks, storage } });
  try {
    await run();
  } finally {
    if (own === undefined) delete (globalThis as { navigator?: unknown }).navigator;
    else Object.defineProperty(globalThis, "navigator", own);
  }
}

test("a run in a page goes on from any moment bit for bit", async (t) => {
  const wanted = await result(fit(model(), options));
  const folder = memoryFolder();
  const copies: MemoryFolder[] = [];
  const through = fit(model(), {
    ...options,
    checkpoint: { folder, every: 3, keep: 3 },
    onStep: ({ step }) => {
      if ([1, 4, 8, 20].includes(step)) copies.push(folder.copy());
    },
  });
  t.deepEqual(await result(through), wanted, "saving changes nothing");
  t.equal(folder.files.size, 6, "three checkpoints of two files each");
  t.equal(through.checkpoint(), "epoch-0003-batch-0000000.safetensors");
  for (const copy of copies) {
    const rest = fit(model(), { ...options, checkpoint: { folder: copy, resume: true } });
    t.deepEqual(await result(rest), wanted);
    t.equal(copy.files.size, 4);
  }
});

test("a page that ended while it saved leaves files that are taken away", async (t) => {
  const folder = memoryFolder();
  await fit(model(), { ...options, epochs: 1, checkpoint: { folder } }).finish();
  const bytes = folder.files.get("epoch-0001-batch-0000000.safetensors") as Uint8Array;
  folder.files.set("notes.json", new Uint8Array(0));
  // Tensors without a manifest, and files that were opened and never closed.
  folder.files.set("epoch-0001-batch-0000003.safetensors", bytes);
  folder.files.set("epoch-0001-batch-0000003.json", new Uint8Array(0));
  folder.files.set("epoch-0001-batch-0000005.safetensors", new Uint8Array(0));
  const wanted = await result(fit(model(), options));
  await withLocks([], async () => {
    const rest = fit(model(), { ...options, checkpoint: { folder, resume: true } });
    t.deepEqual(await result(rest), wanted);
  });
  const left = [...folder.files.keys()].filter((name) => !/^epoch-000[23]-batch-0{7}\./.test(name));
  t.deepEqual(left, ["notes.json"]);
});

test("a page that ended in its first save leaves a folder in which a run can begin", async (t) => {
  const folder = memoryFolder();
  folder.files.set("epoch-0001-batch-0000000.safetensors", new Uint8Array(100));
  folder.files.set("epoch-0001-batch-0000000.json", new Uint8Array(0));
  await withLocks([], async () => {
    const run = fit(model(), { ...options, checkpoint: { folder, resume: true } });
    t.equal((await run.finish()).length, 3);
    await run.close();
  });
});

test("a page's folder is refused where a run would begin, and where another run writes", async (t) => {
  const folder = memoryFolder();
  const first = fit(model(), { ...options, checkpoint: { folder } });
  for await (const _ of first) {
    const second = fit(model(), { ...options, checkpoint: { folder, resume: true } });
    await rejects(t, second.finish(), GraphError, /used by a run that has not ended/);
    break;
  }
  await first.close();
  const again = fit(model(), { ...options, checkpoint: { folder } });
  await rejects(t, again.finish(), GraphError, /folder must hold no checkpoints/);
  await withLocks(["metrigrad runs/first"], async () => {
    const other = fit(model(), { ...options, checkpoint: { folder, resume: true } });
    await rejects(t, other.finish(), GraphError, /runs\/first, which is used by another page/);
  });
});

test("a folder whose files cannot be written says what to do", async (t) => {
  const folder: FolderHandle = {
    ...memoryFolder(),
    getFileHandle: async () => ({ getFile: async () => new Blob([]) }) as never,
  };
  const run = fit(model(), { ...options, checkpoint: { folder } });
  await rejects(t, run.finish(), GraphError, /must have createWritable, .*checkpointBytes/);
});

test("the file of tensors of a page is a checkpoint", async (t) => {
  const folder = memoryFolder();
  const run = fit(model(), { ...options, checkpoint: { folder } });
  await run.finish();
  const file = await (await folder.getFileHandle(run.checkpoint() as string)).getFile();
  const own = model();
  const store = await (await reference()).store(own, { seed: 9 });
  const before = await values(store);
  await loadCheckpoint(new Uint8Array(await file.slice(0, file.size).arrayBuffer()), store);
  const [loaded, trained] = [await values(store), await values(run.store)];
  t.notDeepEqual(loaded["dense0/w"], before["dense0/w"]);
  t.deepEqual(Object.keys(loaded).sort(), Object.keys(trained).sort());
});
