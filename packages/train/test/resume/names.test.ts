import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import test from "tape";
import { namesIn } from "../../src/files/diskFolder.ts";
import { fileSystem } from "../../src/files/fileSystem.ts";
import { isDead, partName } from "../../src/files/partName.ts";
import { listFolder, placeName } from "../../src/resume/names.ts";

const folder = mkdtempSync(join(tmpdir(), "metrigrad-"));
test.onFinish(() => rmSync(folder, { recursive: true }));
const files = fileSystem("test", "");

test("a folder lists its checkpoints, the newest first, and what is left of killed runs", (t) => {
  t.deepEqual(namesIn("test", files, join(folder, "none")), []);
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
  const tensors = (epoch: number) => `${placeName({ epoch, batch: 0 })}.safetensors`;
  for (const name of [tensors(13), tensors(14), tensors(15), "notes.txt", "epoch-1.json"])
    put(name);
  const partOf = (epoch: number, pid: number) =>
    basename(partName(`${placeName({ epoch, batch: 0 })}.json`, files)).replace(
      `.${process.pid}-`,
      `.${pid}-`,
    );
  // A live process is about to write one manifest, a dead one was about to write another.
  const { pid = 0 } = spawnSync(process.execPath, ["-e", ""]);
  const parts = [partOf(14, process.pid), partOf(15, pid)];
  for (const name of parts) put(name);
  const { checkpoints, strays, left } = listFolder(namesIn("test", files, folder), (file) =>
    isDead(file, files),
  );
  t.deepEqual(
    checkpoints.map(({ epoch, batch }) => [epoch, batch]),
    [
      [12, 0],
      [9, 10],
      [9, 9],
      [0, 9],
    ],
  );
  t.deepEqual(strays, [tensors(13)]);
  t.deepEqual(left, [tensors(15), parts[1]]);
  t.equal(placeName({ epoch: 3, batch: 17 }), "epoch-0003-batch-0000017");
  t.end();
});
