/** The command as users have it: as processes, in folders, with pipes and signals. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readLive, type SpectrumRecord } from "@metrigrad/train";
import test from "tape";
import { type Installed, install } from "../support/installed.ts";

const escape = "\u001b[";
let installed: Installed;
let project: string;

const training = `
import { adam, dataSet, dense, gaussian, sequential, tanh, tensor } from "metrigrad";
console.log("a line of the user's module");
const rows = (n) => ({
  inputs: tensor(Float32Array.from({ length: n }, (_, i) => i / n), { shape: [n, 1] }),
  targets: tensor(Float32Array.from({ length: n }, (_, i) => Math.sin(6 * i / n)), { shape: [n, 1] }),
});
export const model = () => sequential(dense(1, 4, { activation: tanh }), dense(4, 1));
export const data = async () => dataSet({ name: "sine", train: rows(40), valid: rows(20), test: rows(10) });
export const likelihood = gaussian;
export const optimizer = adam;
export const epochs = 2;
export const batchSize = 10;
`;

const json = (text: string) => JSON.parse(text);
const lines = (text: string) => text.trimEnd().split("\n");
const widest = (text: string) => Math.max(...lines(text).map((line) => [...line].length));

test("the package is installed", async (t) => {
  installed = await install();
  project = join(installed.folder, "project");
  mkdirSync(project);
  writeFileSync(join(project, "sine.mjs"), training);
  const examples = join(installed.home, "examples");
  mkdirSync(examples);
  writeFileSync(
    join(examples, "wave.js"),
    "/** Waves. */ console.log(process.argv.slice(2).join(' ')); process.exitCode = 3;",
  );
  t.ok(existsSync(join(installed.home, "bin", "metrigrad.js")));
});
test.onFinish(() => installed.remove());

test("help, version and exit codes", async (t) => {
  const { metrigrad } = installed;
  const [alone, version, asValue, unknown, option, asJson, absent] = await Promise.all([
    metrigrad([]),
    metrigrad(["--version"]),
    metrigrad(["--version", "--json"]),
    metrigrad(["trian", "x.ts"]),
    metrigrad(["train", "sine.mjs", "--epoch", "3"]),
    metrigrad(["train", "sine.mjs", "--epochs", "none", "--json"]),
    metrigrad(["check", "sin.mjs"], { cwd: project }),
  ]);
  t.equal(alone.code, 0);
  t.match(alone.stdout, /Usage: metrigrad[\s\S]*train[\s\S]*Examples:/);
  t.match(version.stdout, /^\d+\.\d+\.\d+\n$/);
  t.equal(json(asValue.stdout).version, version.stdout.trim());
  t.deepEqual([unknown.code, unknown.stdout], [2, ""]);
  t.match(
    unknown.stderr,
    /^metrigrad: .* got unknown command 'trian'; did you mean train\? see metrigrad --help\n$/,
  );
  t.equal(option.code, 2);
  t.match(option.stderr, /^metrigrad train: .*'--epoch'; did you mean --epochs\? see .*\n$/);
  t.equal(asJson.code, 2);
  t.match(json(asJson.stdout).error.message, /^--epochs: it must be an integer from 1 to/);
  t.equal(lines(asJson.stderr).length, 1);
  t.equal(absent.code, 2);
  t.match(absent.stderr, /there must be a file, got none at sin\.mjs; did you mean sine\.mjs\? /);
});

test("a newcomer: init, the test, train, check, and the rings on a wrong metric", async (t) => {
  const { metrigrad, node, folder } = installed;
  const made = await metrigrad(["init", "new"]);
  t.equal(made.code, 0, made.stderr);
  t.match(made.stdout, /written {2}new.train\.ts\n[\s\S]*npm install/);
  const cwd = join(folder, "new");
  const { name, dependencies } = json(readFileSync(join(cwd, "package.json"), "utf8"));
  t.equal(name, "new");
  t.match(dependencies.metrigrad, /^\^\d/);
  const kept = await metrigrad(["init", "."], { cwd });
  t.match(
    kept.stdout,
    /\n {2}npm install metrigrad\n {2}npm install --save-dev .*tape tsx typescript\n/,
  );
  writeFileSync(join(cwd, "README.md"), "mine");
  const again = json((await metrigrad(["init", ".", "--json"], { cwd })).stdout);
  t.ok(again.files.every(({ written }: { readonly written: boolean }) => !written));
  t.equal(readFileSync(join(cwd, "README.md"), "utf8"), "mine", "a file that is there is kept");

  const tape = join(folder, "node_modules", "tape", "bin", "tape");
  const [tests, trained] = await Promise.all([
    node(["--import", "tsx", tape, "test/**/*.test.ts"], { cwd }),
    metrigrad(["train", "train.ts", "--epochs", "2", "--threads", "1"], { cwd }),
  ]);
  t.match(tests.stdout, /# fail {2}0|# ok/, tests.stdout + tests.stderr);
  t.equal(tests.code, 0);
  t.equal(trained.code, 0, trained.stderr);
  t.match(trained.stdout, /^arch .*\ntrain +rngd +\d/);
  const files = ["chart.svg", "epochs.csv", "record.json", "weights.safetensors"];
  t.deepEqual(readdirSync(join(cwd, "runs", "train")).sort(), files);

  const radial = join(cwd, "src", "radial.ts");
  const right = await metrigrad(["check", radial], { cwd });
  t.equal(right.code, 0, right.stdout + right.stderr);
  t.match(right.stdout, /metric +radialMetric +ok/);
  const source = readFileSync(radial, "utf8");
  writeFileSync(radial, source.replace("alpha: 1 / n", "alpha: 1.1 / n"));
  const off = await metrigrad(["check", radial], { cwd });
  t.equal(off.code, 1);
  t.match(off.stdout, /metric +radialMetric +FAIL/);
  t.match(off.stdout, /1\.100 times/);
});

// One more compilation of everything: `npm run check` takes it, `npm test` need not.
if (process.env.METRIGRAD_SWEEP === "full") {
  test("the starter project has types", async (t) => {
    const root = fileURLToPath(new URL("../../../../", import.meta.url));
    const starter = join(root, "packages", "metrigrad", "starter");
    const { compilerOptions } = json(readFileSync(join(starter, "tsconfig.json"), "utf8"));
    const config = join(root, "node_modules", ".cache", "metrigrad-starter.json");
    mkdirSync(dirname(config), { recursive: true });
    const own = {
      customConditions: ["@metrigrad/source"],
      typeRoots: [join(root, "node_modules", "@types")],
    };
    const include = ["src", "test", "*.ts"].map((name) => join(starter, name));
    writeFileSync(
      config,
      JSON.stringify({ compilerOptions: { ...compilerOptions, ...own }, include }),
    );
    const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
    const { code, stdout } = await installed.node([tsc, "-p", config], { cwd: root });
    t.equal(code, 0, stdout);
  });
}

test("train: quiet in a pipe, one JSON value, colours when asked for", async (t) => {
  const { metrigrad } = installed;
  const start = { cwd: project };
  const train = ["train", "sine.mjs", "--threads", "1"];
  const [piped, value] = await Promise.all([
    metrigrad([...train, "--out", "a"], { ...start, env: { COLUMNS: "80", FORCE_COLOR: "1" } }),
    metrigrad([...train, "--out", "b", "--optimizer", "sgd", "--json"], start),
  ]);
  t.equal(piped.code, 0, piped.stderr);
  t.ok(piped.stdout.includes(escape), "FORCE_COLOR");
  t.notOk(/epoch \d/.test(piped.stdout), "no progress in a pipe");
  t.equal(value.code, 0, value.stderr);
  const { runs, files, interrupted } = json(value.stdout);
  t.deepEqual([runs[0].arch, runs[0].optimizer, runs[0].epochs.length], ["sine", "sgd", 2]);
  t.equal(runs[0].settings.batchSize, 10);
  t.deepEqual([files.length, interrupted], [4, false]);
  t.match(value.stderr, /a line of the user's module/, "the value is alone on standard output");
});

test("explain, report and compare: tables of 40, 80 and 120 columns, and JSON", async (t) => {
  const { metrigrad } = installed;
  for (const COLUMNS of ["40", "80", "120"]) {
    const start = { cwd: project, env: { COLUMNS, NO_COLOR: "1", FORCE_COLOR: "1" } };
    const told = await Promise.all([
      metrigrad(["report", "a"], start),
      metrigrad(["compare", "a", "b", "--out", "both.svg"], start),
    ]);
    for (const { code, stdout, stderr } of told) {
      t.equal(code, 0, stderr);
      t.ok(widest(stdout) <= Number(COLUMNS), `${widest(stdout)} of ${COLUMNS}\n${stdout}`);
      t.notOk(stdout.includes(escape), "NO_COLOR counts more");
    }
  }
  t.match(readFileSync(join(project, "both.svg"), "utf8"), /^<svg[\s\S]*>a<[\s\S]*>b</);
  const [explained, reported, compared] = await Promise.all([
    metrigrad(["explain", "sine.mjs", "--json"], { cwd: project }),
    metrigrad(["report", "a", "--json"], { cwd: project }),
    metrigrad(["compare", "a", "none", "--json"], { cwd: project }),
  ]);
  const { rows } = json(explained.stdout);
  t.deepEqual(
    rows.map(({ path }: { readonly path: string }) => path),
    ["dense0", "dense1"],
  );
  t.equal(json(reported.stdout).schema, 1);
  t.equal(compared.code, 1);
  t.match(
    json(compared.stdout).error.message,
    /none.record\.json: the file must be readable, got ENOENT/,
  );
});

test("an error of metrigrad is one line, with its stack after --trace", async (t) => {
  writeFileSync(join(project, "wrong.mjs"), `${training}\nexport const l2 = -1;`);
  const train = ["train", "wrong.mjs", "--out", "wrong"];
  const [line, traced] = await Promise.all([
    installed.metrigrad(train, { cwd: project }),
    installed.metrigrad([...train, "--trace"], { cwd: project }),
  ]);
  t.equal(line.code, 1);
  t.equal(line.stderr, "fit: l2 must be a finite number ≥ 0, got -1; pass a number such as 1e-3\n");
  t.match(traced.stderr, /^fit: l2 must .*\nGraphError: [\s\S]* at /);
});

test("what cannot be loaded says what is wrong", async (t) => {
  const write = (name: string, text: string) => writeFileSync(join(project, name), text);
  write("typo.mjs", "export const model = dense(2,;");
  write("absent.mjs", 'import { dense } from "metrigra";');
  write("empty.mjs", "export const likelihood = 1;");
  write("readme.txt", "");
  const other = join(project, "other");
  mkdirSync(join(other, "node_modules", "metrigrad"), { recursive: true });
  writeFileSync(join(other, "node_modules", "metrigrad", "package.json"), "{}");
  writeFileSync(join(other, "x.mjs"), "export const model = 1;");
  const told = async (...args: string[]) => {
    const { code, stderr } = await installed.metrigrad(args, { cwd: project });
    return `${code} ${stderr}`;
  };
  const [typo, absent, empty, text, copy, threads] = await Promise.all([
    told("explain", "typo.mjs"),
    told("explain", "absent.mjs"),
    told("train", "empty.mjs"),
    told("explain", "readme.txt"),
    told("explain", "other/x.mjs"),
    told("train", "sine.mjs", "--threads", "2", "--backend", "reference"),
  ]);
  t.match(typo, /^1 .*typo\.mjs:1\nexport const model[\s\S]*SyntaxError/, "its place");
  t.match(
    absent,
    /^2 metrigrad explain: what the file imports must be there, got .*'metrigra'.*\n$/,
  );
  t.match(empty, /^2 metrigrad train, empty\.mjs: it must export .*got no model, no data, no opt/);
  t.match(text, /^2 .*the file must be a module: \.ts, .*got readme\.txt; /);
  t.match(copy, /^2 .*must import the metrigrad that this command is of, .*; call it in the file/);
  t.match(threads, /^2 --threads: it must come with the cpu backend, got --backend reference; /);
});

test("plan: a table that fits, JSON, and refusals", async (t) => {
  const { metrigrad } = installed;
  const plan = ["plan", "sine.mjs", "--ranks", "6", "--network", "1Gbit,20us", "--threads", "1"];
  for (const COLUMNS of ["40", "80", "120"]) {
    const env = { COLUMNS, NO_COLOR: "1" };
    const { code, stdout, stderr } = await metrigrad(plan, { cwd: project, env });
    t.equal(code, 0, stderr);
    t.ok(widest(stdout) <= Number(COLUMNS), `${widest(stdout)} of ${COLUMNS}\n${stdout}`);
    const words = stdout.replace(/\s+/g, " ");
    t.match(words, /sine, adam: weak scaling, 10 rows on each rank/);
    t.match(words, /Times: steps of one rank that ran on this machine/);
  }
  const strong = [...plan, "--strong", "--batch-size", "12", "--json"];
  const [weak, shared, rated] = await Promise.all([
    metrigrad([...plan, "--json", "--algorithm", "ring"], { cwd: project }),
    metrigrad(strong, { cwd: project }),
    metrigrad([...strong, "--rates"], { cwd: project }),
  ]);
  type Row = { readonly [name: string]: unknown; readonly total: number };
  const { rows, largest, network, rates } = json(weak.stdout);
  t.deepEqual(
    rows.map(({ ranks, rows: own }: Row) => [ranks, own]),
    [...[1, 2, 4, 6].map((ranks) => [ranks, 10])],
  );
  // 13 parameters and the loss, 4 bytes each; the ring of two sends half of them twice.
  t.deepEqual(rows[1].exchanges, [{ kind: "allreduce", bytes: 56, perStep: 1 }]);
  t.ok(Math.abs(rows[1].communicate - (40e-6 + 56 * 8e-9)) < 1e-12);
  t.equal(network.latency, 20e-6);
  t.equal(rates, null);
  t.ok("communicate" in largest);
  t.ok(rows.every(({ from, total }: Row) => from === "measured" && total > 0));
  const told = json(shared.stdout);
  t.deepEqual(
    told.rows.map(({ rows: own }: Row) => own),
    [12, 6, 3, 2],
  );
  t.ok(Math.abs(told.rows[2].speedup - told.rows[0].total / told.rows[2].total) < 1e-9);
  t.ok(json(rated.stdout).rows.every(({ from }: Row) => from === "rates"));
  t.equal(json(rated.stdout).rates.product.length, 4);
  const uneven = [...plan, "--strong", "--batch-size", "8", "--json"];
  t.deepEqual(json((await metrigrad(uneven, { cwd: project })).stdout).leftOut, [6]);
  writeFileSync(
    join(project, "flow.mjs"),
    `
import { adam, dense, gaussian, sequential, streamData, tensor } from "metrigrad";
const batch = { inputs: tensor([[1], [2], [3]]), targets: tensor([[1], [0], [2]]) };
export const model = sequential(dense(1, 1));
export const data = streamData({ name: "flow", train: function* () { for (;;) yield batch; } });
export const likelihood = gaussian();
export const optimizer = adam();
`,
  );
  const flow = ["plan", "flow.mjs", "--ranks", "2", "--network", "1Gbit,1us", "--json"];
  const streamed = await metrigrad(flow, { cwd: project });
  t.deepEqual(
    json(streamed.stdout).rows.map(({ rows: own }: Row) => own),
    [3, 3],
  );
  const refusals = await Promise.all(
    [
      ["plan", "sine.mjs", "--ranks", "4"],
      ["plan", "sine.mjs", "--ranks", "4", "--network", "fast"],
      ["plan", "sine.mjs", "--ranks", "0", "--network", "1Gbit,1us"],
      [...plan, "--weak", "--strong"],
      [...plan, "--algorithm", "star"],
      [...flow, "--strong"],
      ["plan", "empty.mjs", "--ranks", "2", "--network", "1Gbit,1us"],
      ["plan", "sine.mjs", "--ranks", "2", "--network", "1Gbit,1us", "--backend", "auto"],
    ].map((args) => metrigrad(args, { cwd: project })),
  );
  t.ok(refusals.every(({ code }) => code === 2));
  const messages = refusals.map(({ stderr }) => lines(stderr).at(-1) ?? "");
  t.match(messages[0] as string, /required option '--network/);
  t.match(messages[1] as string, /--network: it must be a bandwidth and a latency/);
  t.match(messages[2] as string, /--ranks: it must be an integer from 1/);
  t.match(messages[3] as string, /--strong: it must come without --weak/);
  t.match(messages[4] as string, /--algorithm: it must be one of best, ring/);
  t.match(messages[5] as string, /--strong: the data must be a data set, .*got a stream/);
  t.match(messages[6] as string, /^metrigrad plan, empty\.mjs: it must export .*got no model/);
  t.match(messages[7] as string, /--backend: it must be one of cpu, gpu, reference/);
});

test("explain takes the batch that train would take", async (t) => {
  const few = training
    .replace("rows(40)", "rows(3)")
    .replace("export const batchSize = 10;", "")
    .replaceAll("adam", "rngd");
  writeFileSync(join(project, "few.mjs"), few);
  const explain = ["explain", "few.mjs", "--json"];
  const [usual, three, fifty] = await Promise.all([
    installed.metrigrad(explain, { cwd: project }),
    installed.metrigrad([...explain, "--batch-size", "3"], { cwd: project }),
    installed.metrigrad([...explain, "--batch-size", "50"], { cwd: project }),
  ]);
  t.equal(usual.code, 0, usual.stderr);
  t.equal(usual.stdout, three.stdout);
  t.notEqual(usual.stdout, fifty.stdout);
});

test("a CommonJS file shows all that it exports", async (t) => {
  const source = `const all = {};
const { dense, sequential } = require("metrigrad");
for (const name of ["model"]) all[name] = sequential(dense(2, 1));
module.exports = all;
module.exports.name = "named";`;
  writeFileSync(join(project, "common.cjs"), source);
  const { code, stdout, stderr } = await installed.metrigrad(["explain", "common.cjs", "--json"], {
    cwd: project,
  });
  t.equal(code, 0, stderr);
  t.equal(json(stdout).rows.length, 1);
});

test("Ctrl-C stops after the step and writes what there is", async (t) => {
  const passes = `
import { adam, dense, gaussian, sequential, streamData, tensor } from "metrigrad";
const batch = { inputs: tensor([[1], [2]]), targets: tensor([[1], [0]]) };
let passes = 0;
export const model = sequential(dense(1, 1));
export const data = streamData({
  name: "passes",
  train: function* () {
    passes++;
    if (passes === 5) process.stderr.write("fifth pass");
    for (let i = 0; i < 20; i++) yield batch;
  },
});
export const likelihood = gaussian();
export const optimizer = adam();
export const epochs = 100_000_000;
`;
  writeFileSync(join(project, "passes.mjs"), passes);
  let sent = false;
  const { code, stdout, stderr } = await installed.metrigrad(
    ["train", "passes.mjs", "--threads", "1", "--out", "stopped"],
    {
      cwd: project,
      told: (child, text) => {
        if (!sent && text.includes("fifth pass")) sent = child.kill("SIGINT");
      },
    },
  );
  t.equal(code, 130, stderr);
  t.match(stderr, /Stopping after this step\. Ctrl-C again ends at once\./);
  t.match(stdout, /Stopped after step \d+, in epoch \d+ of 100000000\./);
  t.match(
    stdout,
    /To go on from there[\s\S]*loadCheckpoint\("stopped.weights\.safetensors", store\)/,
  );
  const record = json(readFileSync(join(project, "stopped", "record.json"), "utf8"));
  t.ok(record.runs[0].epochs.length > 0);
  t.deepEqual(record.runs[0].test, { accuracy: null, cost: null });
  t.notOk(readdirSync(join(project, "stopped")).some((name) => name.endsWith(".part")));
});

test("a run with checkpoints goes on where Ctrl-C stopped it", async (t) => {
  const source = `
import { adam, dense, gaussian, sequential, streamData, tensor } from "metrigrad";
const batch = { inputs: tensor([[1], [2]]), targets: tensor([[1], [0]]) };
export const model = sequential(dense(1, 1));
export const data = streamData({
  name: "steps",
  rows: 40,
  train: async function* (epoch) {
    if (epoch === 2) {
      process.stderr.write("third pass");
      if (process.env.SLOWLY === "1") await new Promise((done) => setTimeout(done, 300));
    }
    for (let i = 0; i < 20; i++) yield batch;
  },
});
export const likelihood = gaussian();
export const optimizer = adam();
export const epochs = 6;
`;
  writeFileSync(join(project, "steps.mjs"), source);
  const train = (args: readonly string[], told?: Parameters<Installed["metrigrad"]>[1]) =>
    installed.metrigrad(["train", "steps.mjs", "--threads", "1", ...args], {
      cwd: project,
      ...told,
    });
  const costs = (folder: string) => {
    const { runs } = json(readFileSync(join(project, folder, "record.json"), "utf8"));
    return runs[0].epochs.map(({ trainCost }: { readonly trainCost: number }) => trainCost);
  };
  const saved = ["--checkpoint-every", "7", "--out", "going"];
  let sent = false;
  process.env.SLOWLY = "1";
  const stopped = await train(saved, {
    told: (child, text) => {
      if (!sent && text.includes("third pass")) sent = child.kill("SIGINT");
    },
  });
  process.env.SLOWLY = "0";
  t.equal(stopped.code, 130, stopped.stderr);
  t.match(
    stopped.stdout,
    /To go on from there:\n {2}npx metrigrad train steps\.mjs --threads 1 --checkpoint-every 7 --out going --resume\n/,
  );
  const refused = await train(saved);
  t.notEqual(refused.code, 0);
  t.match(
    refused.stderr,
    /^--checkpoint-every: .*; add --resume to go on from the newest, or take another --out\n$/,
  );
  const gone = await train(["--resume", "--checkpoint-every", "7", "--out", "going"]);
  t.equal(gone.code, 0, gone.stderr);
  const whole = await train(["--out", "never"]);
  t.equal(whole.code, 0, whole.stderr);
  t.deepEqual(costs("going"), costs("never"));
  t.equal(costs("going").length, 6);
});

test("train records the model, where the time goes, and spectra; its events tell the same", async (t) => {
  const args = ["--live", "--spectra", "2", "--epochs", "4", "--out", "a folder"];
  const { code, stderr } = await installed.metrigrad(["train", "sine.mjs", ...args], {
    cwd: project,
  });
  t.equal(code, 0, stderr);
  const record = json(readFileSync(join(project, "a folder", "record.json"), "utf8"));
  const [run] = record.runs;
  t.equal(run.command, "npx metrigrad train sine.mjs --spectra 2 --epochs 4 --out 'a folder'");
  t.deepEqual(
    run.model.rows.map(({ path }: { readonly path: string }) => path),
    ["dense0", "dense1"],
  );
  t.ok(run.profile.every(({ seconds }: { readonly seconds: number }) => seconds >= 0));
  t.deepEqual(
    run.spectra.map(({ epoch, path }: SpectrumRecord) => [epoch, path]),
    [
      [2, "dense0"],
      [2, "dense1"],
      [4, "dense0"],
      [4, "dense1"],
    ],
  );
  // The metric of the first layer is the mean of zz' with z = (x, 1), times the law's factor.
  const xs = Array.from({ length: 40 }, (_, i) => i / 40);
  const mean = (f: (x: number) => number) => xs.reduce((sum, x) => sum + f(x), 0) / 40;
  const [square, first] = [mean((x) => x * x), mean((x) => x)];
  const root = Math.hypot(square - 1, 2 * first);
  const [large = 0, small = 0] = run.spectra[0].values;
  const expected = (square + 1 + root) / (square + 1 - root);
  t.ok(Math.abs(large / small / expected - 1) < 1e-4, `${large / small} is ${expected}`);
  const { recording, states } = readLive(
    readFileSync(join(project, "a folder", "events.jsonl"), "utf8"),
  );
  t.equal(states[0]?.ending, "epochs");
  t.deepEqual(recording.runs[0]?.epochs, run.epochs);
  t.deepEqual(recording.runs[0]?.model, run.model);
});

test("a second Ctrl-C ends at once", async (t) => {
  const slow = `
import { dense, gaussian, sequential, sgd, streamData, tensor } from "metrigrad";
const batch = { inputs: tensor([[1]]), targets: tensor([[1]]) };
export const model = sequential(dense(1, 1));
export const data = streamData({
  name: "slow",
  train: async function* () {
    yield batch;
    process.stderr.write("waiting");
    await new Promise((done) => setTimeout(done, 60_000));
    yield batch;
  },
});
export const likelihood = gaussian();
export const optimizer = sgd();
`;
  writeFileSync(join(project, "slow.mjs"), slow);
  let heard = 0;
  const begin = performance.now();
  const { code, stderr } = await installed.metrigrad(["train", "slow.mjs"], {
    cwd: project,
    told: (child, text) => {
      if (heard === 0 && text.includes("waiting")) {
        heard = 1;
        child.kill("SIGINT");
      } else if (heard === 1 && text.includes("Stopping")) {
        heard = 2;
        // What follows at once is the same press, which npm hands on.
        child.kill("SIGINT");
        setTimeout(() => child.kill("SIGINT"), 400);
      }
    },
  });
  t.equal(code, 130, stderr);
  t.equal(heard, 2);
  t.ok(performance.now() - begin < 40_000, "without the step that it waited for");
});

test("a reader that leaves ends the command without a word", async (t) => {
  const { code, stderr } = await installed.metrigrad(["examples"], {
    started: (child) => child.stdout?.destroy(),
  });
  t.ok(code === 0 || code === 141, `${code}`);
  t.equal(stderr, "");
});

test("the work goes on without a reader, and ends with its own code", async (t) => {
  const unread = (...args: string[]) =>
    installed.metrigrad(args, {
      cwd: project,
      started: (child) => {
        child.stdout?.destroy();
        child.stderr?.destroy();
      },
    });
  const [trained, asJson, failed] = await Promise.all([
    unread("train", "sine.mjs", "--threads", "1", "--out", "unread"),
    unread("train", "sine.mjs", "--threads", "1", "--out", "unread-json", "--json"),
    unread("report", "none"),
  ]);
  t.deepEqual([trained.code, asJson.code, failed.code], [0, 0, 1]);
  for (const out of ["unread", "unread-json"])
    t.ok(existsSync(join(project, out, "weights.safetensors")), out);
});

test("a long JSON value is whole for a slow reader", async (t) => {
  const record = json(readFileSync(join(project, "a", "record.json"), "utf8"));
  const [run] = record.runs;
  const epochs = Array.from({ length: 5000 }, (_, i) => ({ ...run.epochs[0], epoch: i + 1 }));
  mkdirSync(join(project, "long"));
  const long = { ...record, runs: [{ ...run, epochs }] };
  writeFileSync(join(project, "long", "record.json"), JSON.stringify(long));
  const { code, stdout } = await installed.metrigrad(["report", "long", "--json"], {
    cwd: project,
    started: ({ stdout: pipe }) => {
      pipe?.pause();
      setTimeout(() => pipe?.resume(), 1500);
    },
  });
  t.equal(code, 0);
  t.ok(stdout.length > 500_000, `${stdout.length} letters`);
  t.equal(json(stdout).runs[0].epochs.length, 5000);
});

test("a full disk is one line", async (t) => {
  const full = join(project, "full.mjs");
  writeFileSync(
    full,
    `import files from "node:fs/promises";
const { open } = files;
files.open = async (path, ...how) => {
  const file = await open(path, ...how);
  file.write = async () => {
    throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC", errno: -28, syscall: "write" });
  };
  return file;
};`,
  );
  const { code, stderr } = await installed.node(
    [
      ...["--import", full, join(installed.home, "bin", "metrigrad.js")],
      ...["train", "sine.mjs", "--threads", "1", "--out", "full"],
    ],
    { cwd: project },
  );
  t.equal(code, 1);
  t.match(
    stderr,
    /^metrigrad train: it must be possible to write full.weights\.safetensors, got no space left on the disk \(ENOSPC\); free some space, or take another folder\n$/,
  );
  if (!existsSync("/dev/full")) return;
  const bin = join(installed.home, "bin", "metrigrad.js");
  const child = spawn(process.execPath, [bin, "examples"], {
    stdio: ["ignore", openSync("/dev/full", "w"), "pipe"],
  });
  let told = "";
  child.stderr?.setEncoding("utf8").on("data", (text) => {
    told += text;
  });
  const [exit] = await once(child, "close");
  t.equal(exit, 1);
  t.match(told, /^metrigrad: it must be possible to write the output, got no space left .*\n$/);
});

test("examples: the list as JSON, and one with its own arguments and exit code", async (t) => {
  const [list, value, one, unknown] = await Promise.all([
    installed.metrigrad(["examples", "--json"]),
    installed.metrigrad(["examples", "--json", "wave", "7"]),
    installed.metrigrad(["examples", "wave", "--json", "7"]),
    installed.metrigrad(["examples", "wav"]),
  ]);
  t.deepEqual(json(list.stdout), { examples: [{ name: "wave", about: "Waves" }] });
  t.deepEqual([json(value.stdout), value.stderr], [{ example: "wave", code: 3 }, "7\n"]);
  t.deepEqual([one.code, one.stdout], [3, "--json 7\n"]);
  t.equal(unknown.code, 2);
  t.match(unknown.stderr, /must be one of wave, got "wav"; did you mean wave\? see/);
});

test("TypeScript without a loader says what to install", async (t) => {
  const bare = mkdtempSync(join(tmpdir(), "metrigrad-bare-"));
  test.onFinish(() => rmSync(bare, { recursive: true }));
  mkdirSync(join(bare, "node_modules"), { recursive: true });
  symlinkSync(installed.home, join(bare, "node_modules", "metrigrad"), "junction");
  writeFileSync(join(bare, "x.ts"), "export const model: number = 1;");
  const { code, stderr } = await installed.metrigrad(["explain", "x.ts"], { cwd: bare });
  const strips = Boolean((process.features as { readonly typescript?: unknown }).typescript);
  t.equal(code, strips ? 1 : 2);
  t.match(stderr, strips ? /model/ : /npm install --save-dev tsx, or pass a \.js or \.mjs file\n$/);
});
