/** The command itself, as a process. */
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import test from "tape";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const root = fileURLToPath(new URL("../../../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "metrigrad-"));
test.onFinish(() => rmSync(folder, { recursive: true }));

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(...args: string[]): Promise<Result> {
  const node = ["--conditions=@metrigrad/source", "--import", "tsx", main, ...args];
  return new Promise((done) => {
    execFile(process.execPath, node, { cwd: root }, (error, stdout, stderr) => {
      done({ code: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

test("--help tells the options", async (t) => {
  const { code, stdout } = await run("--help");
  t.equal(code, 0);
  for (const option of ["arch", "optimizer", "epochs", "batch", "seed", "repeats", "out", "help"]) {
    t.ok(stdout.includes(`--${option} `), option);
  }
});

test("a wrong option ends with code 2 and one line that says what is right", async (t) => {
  for (const [args, message] of [
    [
      ["--epochs", "many"],
      /^--epochs: it must be an integer from 1 to 10000, got "many"; see metrigrad --help\n$/,
    ],
    [["--speed"], /^metrigrad: .*Unknown option '--speed'.*\n$/],
  ] as const) {
    const { code, stdout, stderr } = await run(...args);
    t.equal(code, 2);
    t.equal(stdout, "");
    t.match(stderr, message);
  }
});

test("a folder that cannot be written is refused before training", async (t) => {
  const file = join(folder, "file");
  writeFileSync(file, "kept");
  const { code, stderr } = await run("--out", file);
  t.equal(code, 2);
  t.match(stderr, /^--out: it must be a folder that can be written, got EEXIST/);
  t.equal(readFileSync(file, "utf8"), "kept");
});

test("a short job trains, shows lines and a table, and writes its report", async (t) => {
  const out = join(folder, "deep", "run");
  const { code, stdout, stderr } = await run(
    ..."--arch plain --optimizer rngd,sgd --epochs 1 --batch 500 --seed 3 --out".split(" "),
    out,
  );
  t.equal(code, 0, stderr);
  const lines = stdout.split("\n");
  t.match(
    lines[0] ?? "",
    /^plain rngd {2}epoch 1\/1 {2}cost \d\.\d{4} {2}accuracy \d\d\.\d\d % .* steps\/s/,
  );
  t.match(lines[1] ?? "", /^plain sgd {3}epoch 1\/1/);
  t.match(stdout, /\narch +optimizer .*\nplain +rngd .*\nplain +sgd /);
  t.deepEqual(readdirSync(out).sort(), ["chart.svg", "epochs.csv", "record.json"]);
  const record = JSON.parse(readFileSync(join(out, "record.json"), "utf8"));
  t.deepEqual(Object.keys(record), ["schema", "environment", "runs"]);
  t.equal(record.schema, 1);
  t.match(record.environment.backend, /^cpu/);
  t.equal(record.runs.length, 2);
  for (const { arch, seed, epochs, test: tested, settings } of record.runs) {
    t.deepEqual([arch, seed, epochs.length], ["plain", 3, 1]);
    t.ok(epochs[0].validAccuracy > 0.8 && tested.accuracy > 0.8, `accuracy ${tested.accuracy}`);
    t.equal(settings.batchSize, 500);
    t.equal(settings.l2, 1e-3);
  }
  t.ok(record.runs[0].epochs[0].secondsMetric > 0);
  t.equal(record.runs[1].epochs[0].secondsMetric, 0);
});
