/** Checkpoints above 2 GiB, which `npm run check` takes; `npm test` takes a small one on the same way. */
import { mkdtempSync, openSync, readSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DataError, reference, tensor, type VariableSpec } from "@metrigrad/tensor";
import test from "tape";
import { loadCheckpoint, saveCheckpoint } from "../../src/index.ts";
import { rejects } from "../rejects.ts";

const large = process.env.METRIGRAD_SWEEP === "full";
/** Floats of one tensor, of which there are five. */
const size = large ? 2 ** 27 - 3 : 2 ** 20 - 3;

test(`a checkpoint of ${large ? "2.5 GiB" : "20 MiB"} is saved and loaded tensor by tensor`, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "metrigrad-"));
  const path = join(folder, "large.safetensors");
  const specs = Array.from({ length: 5 }, (_, at): VariableSpec => {
    const init = () => new Uint8Array(size);
    return { path: `p${at}`, shape: [size], type: "float", role: "parameter", init };
  });
  const backend = await reference();
  const store = await backend.store(specs, { float: "f32" });
  const values = (at: number) => {
    const made = new Float32Array(size);
    for (let i = 0; i < size; i++) made[i] = at + i / size;
    return made;
  };
  for (const [at, spec] of specs.entries()) await store.write(spec, tensor(values(at)));
  const [before, start] = [process.memoryUsage().arrayBuffers, performance.now()];
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }, 5);
  await saveCheckpoint(store, path);
  const saved = performance.now();
  t.ok(statSync(path).size > 20 * size);
  const { bytes } = store;
  await store.remove(specs);
  const other = await backend.store(specs, { float: "f32" });
  await loadCheckpoint(path, other);
  clearInterval(watch);
  t.comment(
    `save ${Math.round(saved - start)} ms, load ${Math.round(performance.now() - saved)} ms, ` +
      `${Math.round(most / 2 ** 20)} MiB beside a store of ${Math.round(bytes / 2 ** 20)}`,
  );
  for (const [at, spec] of specs.entries()) {
    const [a, b] = [values(at), (await other.read(spec)).data()];
    t.equal(Buffer.compare(new Uint8Array(a.buffer), new Uint8Array(b.buffer)), 0);
  }
  // One bit of the last tensor.
  const file = openSync(path, "r+");
  const byte = new Uint8Array(1);
  const place = statSync(path).size - 7;
  readSync(file, byte, 0, 1, place);
  byte[0] = (byte[0] as number) ^ 4;
  writeSync(file, byte, 0, 1, place);
  await rejects(t, loadCheckpoint(path, other), DataError, /the content must be what was saved/);
  await backend.close();
  rmSync(folder, { recursive: true });
});
