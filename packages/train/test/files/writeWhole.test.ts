import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import test from "tape";
import { fileSystem } from "../../src/files/fileSystem.ts";
import { isDead, partName, partOf } from "../../src/files/partName.ts";
import { writeWhole } from "../../src/index.ts";

const folder = mkdtempSync(join(tmpdir(), "metrigrad-"));
test.onFinish(() => rmSync(folder, { recursive: true }));
const files = fileSystem("test", "");

/** A number that a process had which is gone. */
async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ["-e", ""], { stdio: "ignore" });
  await once(child, "exit");
  return child.pid as number;
}

test("writes to one path at the same time take place in order and leave nothing else", async (t) => {
  const path = join(folder, "order", "file.txt");
  const sizes = [3_000_000, 10, 1_000_000, 1];
  await Promise.all(sizes.map((size, at) => writeWhole(path, String(at).repeat(size))));
  t.equal(readFileSync(path, "utf8"), "3");
  t.deepEqual(readdirSync(join(folder, "order")), ["file.txt"]);
});

test("a write that fails does not stop the next one to its path", async (t) => {
  const path = join(folder, "blocked", "file.txt");
  writeFileSync(join(folder, "blocked"), "a file where a folder should be");
  const [first, second] = await Promise.allSettled([writeWhole(path, "a"), writeWhole(path, "b")]);
  t.deepEqual([first.status, second.status], ["rejected", "rejected"]);
  rmSync(join(folder, "blocked"));
  await writeWhole(path, "c");
  t.equal(readFileSync(path, "utf8"), "c");
});

test("temporary names are unique, and say whose they are", async (t) => {
  const names = Array.from({ length: 100 }, () => partName("a/b.txt", files));
  t.equal(new Set(names).size, 100);
  t.equal(partOf(names[0] as string), "a/b.txt");
  t.equal(partOf("notes.part"), null);
  t.notOk(isDead(names[0] as string, files), "this process lives");
  const pid = await deadProcess();
  const other = (names[0] as string).replace(`.${process.pid}-`, `.${pid}-`);
  t.ok(isDead(other, files), "that one is gone");
  t.notOk(isDead(other.replace(/-[0-9a-f]{8}-/, "-00000000-"), files), "on another machine");
  t.notOk(isDead("b.txt", files));
  if (process.platform !== "linux") return;
  const reused = (names[0] as string).replace(/\.(\d+)-\d+-/, ".$1-7-");
  t.ok(isDead(reused, files), "its number has a process that began at another time");
});

test("what a killed process left of a file goes with the next write, and nothing else does", async (t) => {
  const path = join(folder, "left", "file.txt");
  await writeWhole(path, "old");
  const mine = partName(path, files);
  const pid = await deadProcess();
  const dead = mine.replace(`.${process.pid}-`, `.${pid}-`);
  const foreign = join(folder, "left", "file.txt.123.part");
  const another = dead.replace("file.txt", "other.txt");
  for (const name of [mine, dead, foreign, another]) writeFileSync(name, "half");
  await writeWhole(path, "new");
  const wanted = ["file.txt", ...[mine, foreign, another].map((name) => basename(name))];
  t.deepEqual(readdirSync(join(folder, "left")).sort(), wanted.sort());
});
