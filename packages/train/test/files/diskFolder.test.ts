/** One process writes to a folder at a time. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { GraphError } from "@metrigrad/tensor";
import test from "tape";
import { diskFolder } from "../../src/files/diskFolder.ts";
import { fileSystem } from "../../src/files/fileSystem.ts";
import { rejects } from "../rejects.ts";

const root = mkdtempSync(join(tmpdir(), "metrigrad-"));
test.onFinish(() => rmSync(root, { recursive: true }));
const files = fileSystem("test", "");

/** The start of a process as the system says it, or 0. */
function startOf(pid: number): string {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    return text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? "0";
  } catch {
    return "0";
  }
}

/** Makes a folder that a process has claimed. */
async function claimedBy(name: string, pid: number, start: string): Promise<string> {
  const folder = join(root, name);
  const own = diskFolder("test", files, folder);
  await own.claim();
  const [lock = ""] = readdirSync(folder);
  own.release();
  const other = lock.replace(/\.\d+-\d+-/, `.${pid}-${start}-`);
  if (other === lock) throw new Error(`no process in ${lock}`);
  writeFileSync(join(folder, other), "");
  return folder;
}

async function living(use: (child: ChildProcess & { readonly pid: number }) => Promise<void>) {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  await new Promise((spawned) => child.once("spawn", spawned));
  try {
    await use(child as ChildProcess & { readonly pid: number });
  } finally {
    child.kill("SIGKILL");
  }
}

test("a folder is free again after its run", async (t) => {
  const folder = join(root, "free");
  const first = diskFolder("test", files, folder);
  await first.claim();
  t.equal(readdirSync(folder).length, 1, "a file says which process writes");
  await rejects(
    t,
    diskFolder("test", files, folder).claim(),
    GraphError,
    /a run that has not ended/,
  );
  first.release();
  t.deepEqual(readdirSync(folder), []);
  const second = diskFolder("test", files, folder);
  await second.claim();
  second.release();
});

test("another process that writes to the folder is named", async (t) => {
  await living(async ({ pid }) => {
    const folder = await claimedBy("taken", pid, startOf(pid));
    const before = readdirSync(folder);
    const wanted = new RegExp(
      `^test: a folder holds the checkpoints of one run at a time, got .*taken, which is used by process ${pid}, which has not ended; await that run`,
    );
    const own = diskFolder("test", files, folder);
    await rejects(t, own.claim(), GraphError, wanted);
    t.deepEqual(readdirSync(folder), before, "nothing of the other run is gone");
    // A copy of the folder is another folder.
    const copy = join(root, "copied");
    cpSync(folder, copy, { recursive: true });
    const other = diskFolder("test", files, copy);
    await other.claim();
    other.release();
    t.deepEqual(readdirSync(copy), []);
  });
});

test("an ended process does not keep a folder, even if another one has its number", async (t) => {
  const { pid = 0 } = spawnSync(process.execPath, ["-e", ""]);
  const folder = await claimedBy("ended", pid, "1");
  const own = diskFolder("test", files, folder);
  await own.claim();
  t.equal(readdirSync(folder).length, 1, "its file is gone");
  t.ok(readdirSync(folder).every((name) => basename(name).includes(`.${process.pid}-`)));
  own.release();
  if (startOf(process.pid) === "0") return;
  await living(async (child) => {
    const again = await claimedBy("number", child.pid, "1");
    const second = diskFolder("test", files, again);
    await second.claim();
    second.release();
    t.deepEqual(readdirSync(again), []);
  });
});
