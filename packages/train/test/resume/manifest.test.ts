import test from "tape";
import { noPart } from "../../src/fit/epochs.ts";
import { type Manifest, manifestText, readManifest } from "../../src/resume/manifest.ts";

const manifest: Manifest = {
  tensors: { file: "a.safetensors", bytes: 8, sha256: "00" },
  run: {
    epoch: 1,
    batch: 2,
    step: 9,
    finished: null,
    epochs: 3,
    scheduled: false,
    part: { ...noPart, losses: 0.1 + 0.2, secondsMetric: Number.NaN },
    earlyStopping: { best: { epoch: 1, value: Infinity }, waited: 1 },
    history: [],
    fingerprint: { seed: "1" },
  },
};

test("a manifest comes back as it was, and a change of it is noticed", (t) => {
  const text = manifestText(manifest);
  t.deepEqual(readManifest(text), manifest);
  t.deepEqual(readManifest(JSON.stringify(JSON.parse(text))), manifest, "however it is spaced");
  t.throws(() => readManifest(text.replace('"batch": 2', '"batch": 3')), /than its checksum says/);
  t.throws(() => readManifest(text.slice(0, -20)), /JSON/);
  t.throws(() => readManifest("{}"), /a file that is no manifest/);
  const later = text.replace('"version": 1', '"version": 2');
  t.throws(() => readManifest(later), /version 2, where this program reads 1/);
  t.end();
});
