/**
 * A training that is killed: `run.ts KIND FOLDER [--die STEP] [--leave-out PART]`. It goes on from what the folder holds, and
 * prints `begun` before its first step and its result as JSON at its end. `--die` kills it behind that step of this process;
 * `--leave-out` takes something out of the newest checkpoint first, so that the comparison must ring.
 */
import { createHash } from "node:crypto";
import {
  adam,
  batchNorm,
  categorical,
  cosineSchedule,
  cpu,
  type DataSet,
  dataSet,
  dense,
  dropout,
  type FitOptions,
  fit,
  gaussian,
  type Module,
  momentum,
  reference,
  rngd,
  type StreamSet,
  sequential,
  splitRows,
  streamData,
  tanh,
  tensor,
  uniformStream,
} from "metrigrad";
import { leaveOut } from "./leaveOut.ts";

type Options = Omit<FitOptions, "data" | "seed" | "checkpoint"> & {
  readonly data: DataSet | StreamSet;
  readonly every: number | "epoch";
};

/** A kind of run: a model and how to train it. */
type Kind = () => { readonly model: Module; readonly options: Options };

function points(rows: number) {
  const { normal } = uniformStream({ seed: 3, path: "kills" });
  const values = Float64Array.from({ length: 2 * rows }, (_, at) => normal(at));
  const label = (row: number) =>
    Number((values[2 * row] as number) * (values[2 * row + 1] as number) > 0);
  const targets = tensor(Int32Array.from({ length: rows }, (_, row) => label(row)));
  return { inputs: tensor(values, { shape: [rows, 2] }), targets };
}

const classes = () => dataSet({ ...splitRows(points(120), [72, 24, 24], { seed: 1 }), classes: 2 });

/** Few noisy numbers, which a model soon learns by heart. */
function noise() {
  const { normal } = uniformStream({ seed: 5, path: "kills" });
  const part = (from: number) => ({
    inputs: tensor(
      Array.from({ length: 24 }, (_, i) => [normal(from + i), normal(from + i + 500)]),
    ),
    targets: tensor(Array.from({ length: 24 }, (_, i) => [normal(from + i + 1000)])),
  });
  return dataSet({ train: part(0), valid: part(100) });
}

const deep = (...between: Module[]) =>
  sequential(dense(2, 12, { activation: tanh }), ...between, dense(12, 2)) as Module;
const common = { likelihood: categorical(), batchSize: 8, backend: () => cpu({ threads: 1 }) };

/** The kinds by name. */
const kinds: Readonly<Record<string, Kind>> = {
  sgd: () => ({
    model: deep(batchNorm(12)),
    options: {
      ...common,
      data: classes(),
      optimizer: momentum({ learningRate: 0.1, schedule: cosineSchedule() }),
      epochs: 5,
      every: "epoch",
      l2: 1e-3,
    },
  }),
  rngd: () => ({
    model: deep(),
    options: { ...common, data: classes(), optimizer: rngd(), epochs: 4, every: 4, report: true },
  }),
  dropout: () => ({
    model: deep(dropout(0.3)),
    options: {
      ...common,
      data: classes(),
      optimizer: adam({ learningRate: 0.02 }),
      epochs: 5,
      every: 3,
      evaluate: { train: "steps" },
      report: { every: 5 },
    },
  }),
  earlyStopping: () => ({
    model: sequential(dense(2, 24, { activation: tanh }), dense(24, 1)) as Module,
    options: {
      likelihood: gaussian(),
      batchSize: 6,
      backend: reference,
      data: noise(),
      optimizer: adam({ learningRate: 0.05 }),
      epochs: 200,
      every: 3,
      earlyStopping: { patience: 6 },
    },
  }),
  stream: () => {
    const { inputs, targets } = points(40);
    const [x, y] = [inputs.toArray() as number[][], [...targets.data()]];
    async function* pass(epoch: number) {
      for (let at = 0; at < 40; at += 8) {
        // Another order for each epoch.
        const rows = Array.from({ length: 8 }, (_, i) => (7 * (at + i) + 3 * epoch) % 40);
        yield {
          inputs: rows.map((row) => x[row] as number[]),
          targets: Int32Array.from(rows, (row) => y[row] as number),
        };
      }
    }
    return {
      model: deep(dropout(0.2)),
      options: {
        likelihood: categorical(),
        backend: () => cpu({ threads: 1 }),
        data: streamData({ train: pass, valid: () => pass(0), classes: 2 }) as StreamSet,
        optimizer: rngd({ learningRate: 0.05 }),
        epochs: 8,
        every: 3,
        report: true,
      },
    };
  },
};

const [name = "", folder = "", ...flags] = process.argv.slice(2);
const flag = (key: string) => (flags.includes(key) ? flags[flags.indexOf(key) + 1] : undefined);

/** A number of history as JSON can hold it. */
const plain = (_: string, value: unknown) =>
  typeof value === "number" && !Number.isFinite(value) ? String(value) : value;

async function main() {
  const kind = kinds[name];
  if (kind === undefined) throw new Error(`no kind ${name}; take ${Object.keys(kinds).join(", ")}`);
  const part = flag("--leave-out");
  if (part !== undefined) leaveOut(folder, part);
  const die = Number(flag("--die") ?? 0);
  const { model, options } = kind();
  const { every, ...others } = options;
  let steps = 0;
  const run = fit(model, {
    ...others,
    seed: 1,
    checkpoint: { folder, every, resume: true },
    onStep: async () => {
      if (steps === 0) process.stdout.write("begun\n");
      steps++;
      if (steps === die) process.kill(process.pid, "SIGKILL");
      // Steps that take some time can be killed in all their parts.
      await new Promise((done) => setTimeout(done, 2));
    },
  } as FitOptions);
  const events = await run.finish();
  const history = events.map(({ seconds, secondsMetric, stepsPerSecond, ...event }) => event);
  const hash = createHash("sha256");
  const kept = run.store.variables.filter(({ spec }) => spec.role !== "data");
  for (const { path } of kept.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    const { buffer, byteOffset, byteLength } = (await run.store.read(path)).data();
    hash.update(path).update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  const values = { names: kept.map(({ path }) => path).sort(), hash: hash.digest("hex") };
  const result = { history, best: run.best, values, test: await run.evaluate("valid") };
  process.stdout.write(`${JSON.stringify(result, plain)}\n`);
  await run.close();
}

main();
