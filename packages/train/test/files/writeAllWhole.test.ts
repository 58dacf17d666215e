import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "tape";
import { writeAllWhole } from "../../src/index.ts";

const folder = mkdtempSync(join(tmpdir(), "metrigrad-"));
test.onFinish(() => rmSync(folder, { recursive: true }));

test("files of a folder are written together, in the order of the calls", async (t) => {
  const path = join(folder, "some", "where");
  const of = (turn: number) =>
    [
      ["a.txt", `${turn}`],
      ["b.txt", `√${turn}`],
    ] as const;
  await Promise.all([1, 2, 3].map((turn) => writeAllWhole(path, of(turn))));
  t.deepEqual(readdirSync(path).sort(), ["a.txt", "b.txt"]);
  t.equal(readFileSync(join(path, "a.txt"), "utf8"), "3");
  t.equal(readFileSync(join(path, "b.txt"), "utf8"), "√3");
});

test("nothing to write makes no folder", async (t) => {
  await writeAllWhole(join(folder, "none"), []);
  t.notOk(readdirSync(folder).includes("none"));
});
