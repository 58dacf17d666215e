import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "tape";
import { fileSystem } from "../../src/files/fileSystem.ts";
import { partName } from "../../src/files/partName.ts";
import { listFolder, placeName } from "../../src/resume/names.ts";

const folder = mkdtempSync(join(tmpdir(), "metrigrad-"));
test.onFinish(() => rmSync(folder, { recursive: true }));
const files = fileSystem("test", "");

test("a folder lists its checkpoints, the newest first, and what is left of killed runs", (t) => {
  t.deepEqual(listFolder(files, join(folder, "none")), { checkpoints: [], left: [] });
  const places = [
    { epoch: 0, batch: 9 },
    { epoch: 12, batch: 0 },
    { epoch: 9, batch: 10 },
    { epoch: 9, batch: 9 },
  ];
  const put = (name: string) => writeFileSync(join(folder, name), "");
  for (const place of places) {
    put(`${placeName(place)}.json`);
    put(`${placeName(place)}.safetensors`);
  }
  const orphan = `${placeName({ epoch: 13, batch: 0 })}.safetensors`;
  const tensors = `${placeName({ epoch: 14, batch: 0 })}.safetensors`;
  for (const name of [orphan, tensors, "notes.txt", "epoch-1.json"]) put(name);
  // A live process is about to write this one's manifest.
  put(partName(`${placeName({ epoch: 14, batch: 0 })}.json`, files));
  const { checkpoints, left } = listFolder(files, folder);
  t.deepEqual(
    checkpoints.map(({ epoch, batch }) => [epoch, batch]),
    [
      [12, 0],
      [9, 10],
      [9, 9],
      [0, 9],
    ],
  );
  t.deepEqual(left, [orphan]);
  t.equal(placeName({ epoch: 3, batch: 17 }), "epoch-0003-batch-0000017");
  t.end();
});
