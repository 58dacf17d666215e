import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "tape";
import { program } from "../../src/cli/program.ts";
import { UsageError } from "../../src/cli/usage.ts";

const folder = mkdtempSync(join(tmpdir(), "metrigrad-"));
test.onFinish(() => rmSync(folder, { recursive: true }));

async function run(...args: string[]) {
  let text = "";
  const code = await program(["paper", ...args], { write: (part) => (text += part) }, {});
  return { code, text };
}

test("--help tells the options", async (t) => {
  const { code, text } = await run("--help");
  t.equal(code, 0);
  for (const option of "arch optimizer epochs batch seed repeats backend out help".split(" ")) {
    t.ok(new RegExp(`--${option}\\b`).test(text), option);
  }
});

test("a folder that cannot be written is refused before training", async (t) => {
  const file = join(folder, "file");
  writeFileSync(file, "kept");
  try {
    await run("--out", file);
    t.fail("it must be refused");
  } catch (error) {
    t.ok(error instanceof UsageError);
    t.match(String(error), /--out: it must be a folder that can be written, got EEXIST/);
  }
  t.equal(readFileSync(file, "utf8"), "kept");
});

test("a folder that is there and takes no files is refused before training", async (t) => {
  const locked = join(folder, "locked");
  mkdirSync(locked);
  chmodSync(locked, 0o500);
  // No mode keeps root out.
  const out = process.getuid?.() === 0 ? "/proc" : locked;
  try {
    await run("--out", out, "--epochs", "1", "--batch", "50000");
    t.fail("it must be refused");
  } catch (error) {
    t.ok(error instanceof UsageError, `${error}`);
    t.match(String(error), /--out: it must be a folder that can be written, got E/);
  }
});

test("a short job trains, shows lines and a table, and writes its report", async (t) => {
  const out = join(folder, "deep", "run");
  const args = "--arch plain --optimizer rngd,sgd --epochs 1 --batch 500 --seed 3 --out".split(" ");
  const { code, text } = await run(...args, out);
  t.equal(code, 0);
  const lines = text.split("\n");
  t.match(
    lines[0] ?? "",
    /^plain rngd {2}epoch 1\/1 {2}cost \d\.\d{4} {2}accuracy \d\d\.\d\d % .* steps\/s/,
  );
  t.match(lines[1] ?? "", /^plain sgd {3}epoch 1\/1/);
  t.match(text, /\narch +optimizer .*\nplain +rngd .*\nplain +sgd /);
  t.deepEqual(readdirSync(out).sort(), ["chart.svg", "epochs.csv", "record.json"]);
  const record = JSON.parse(readFileSync(join(out, "record.json"), "utf8"));
  t.deepEqual(Object.keys(record), ["schema", "environment", "runs"]);
  t.equal(record.schema, 1);
  t.match(record.environment.backend, /^cpu/);
  t.equal(record.runs.length, 2);
  for (const run of record.runs) {
    const { arch, seed, epochs, test: tested, settings, model, command, profile } = run;
    t.deepEqual([arch, seed, epochs.length], ["plain", 3, 1]);
    t.deepEqual(Object.keys(epochs[0]), [
      ...["epoch", "trainCost", "validCost", "validAccuracy", "seconds", "secondsMetric"],
      ...["trainAccuracy", "report"],
    ]);
    t.equal(model.rows.length, 4);
    t.match(
      command,
      /^npx metrigrad paper --arch plain --optimizer \w+ --epochs 1 --batch 500 --seed 3$/,
    );
    t.ok(profile[0].seconds > 0);
    t.ok(epochs[0].validAccuracy > 0.8 && tested.accuracy > 0.8, `accuracy ${tested.accuracy}`);
    t.equal(settings.batchSize, 500);
    t.equal(settings.l2, 1e-3);
  }
  t.ok(record.runs[0].epochs[0].secondsMetric > 0);
  t.equal(record.runs[1].epochs[0].secondsMetric, 0);
});

test("--backend auto says what it measured or why it took the cpu, and trains on it", async (t) => {
  const out = join(folder, "auto");
  const args = "--arch plain --optimizer sgd --epochs 1 --batch 2000 --backend auto --out".split(
    " ",
  );
  const { code, text } = await run(...args, out);
  t.equal(code, 0);
  const [, taken] =
    /^backend: (cpu|gpu), (which is|since) .*\n\nplain sgd {2}epoch 1/.exec(text) ?? [];
  t.ok(taken, text.split("\n")[0]);
  const { environment } = JSON.parse(readFileSync(join(out, "record.json"), "utf8"));
  t.ok(environment.backend.startsWith(`${taken}: `), environment.backend);
});
