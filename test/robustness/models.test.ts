/** Damped steps of every table in float32, on models and batches where numbers get difficult. */
import { cpu } from "@metrigrad/cpu";
import {
  compile,
  constant,
  eluWith,
  input,
  leakyRelu,
  type Node,
  type Program,
  relu,
  sigmoid,
  softplus,
  tanh,
} from "@metrigrad/graph";
import {
  autoMetric,
  type Damping,
  eluRow,
  likelihoodRows,
  linearMetrics,
  type MetricTable,
  metrics,
  partition,
  reluRow,
  type Solver,
  sigmoidRow,
  stackedMetrics,
  subsystems,
  tanhRow,
} from "@metrigrad/metric";
import {
  type Activation,
  applyModel,
  bernoulli,
  categorical,
  dense,
  type RowLaw as Law,
  type Module,
  sequential,
} from "@metrigrad/nn";
import {
  type Backend,
  type Handle,
  reference,
  type Store,
  sizeOf,
  type Tensor,
  tensor,
  uniformStream,
} from "@metrigrad/tensor";
import test from "tape";

/** Normal draws, rounded to float32 so that both backends start from the same numbers. */
function draw(
  path: string,
  shape: readonly number[],
  f = (value: number, _: number) => value,
): Tensor {
  const stream = uniformStream({ seed: 8, path });
  const values = Array.from({ length: sizeOf(shape) }, (_, i) =>
    Math.fround(f(stream.normal(i), i)),
  );
  return tensor(values, { shape });
}

/** A batch [n, 4] and the weights of a first layer [5, 5] and a last one [6, 3]. */
interface Situation {
  readonly x: Tensor;
  readonly first: Tensor;
  readonly last: Tensor;
}

const usual: Situation = {
  x: draw("x", [12, 4]),
  first: draw("first", [5, 5], (value) => value / 2),
  last: draw("last", [6, 3], (value) => value / 2),
};

const situations: Readonly<Record<string, Situation>> = {
  "inputs of sizes from 1 to 1e-4": {
    ...usual,
    x: draw("x", [12, 4], (value, i) => value * 10 ** ((-4 * (i % 4)) / 3)),
  },
  "equal rows": { ...usual, x: draw("x", [12, 4], (_, i) => (i % 4) - 1.5) },
  "few rows": { ...usual, x: draw("x", [2, 4]) },
  "one row": { ...usual, x: draw("x", [1, 4]) },
  // The last row are the biases.
  "a unit far below 0": {
    ...usual,
    first: draw("first", [5, 5], (value, i) => (i === 21 ? -20 : value / 2)),
  },
  "all units far above 0": {
    ...usual,
    first: draw("first", [5, 5], (value, i) => (i >= 20 ? 4 : value / 2)),
  },
  "a unit far above 0": {
    ...usual,
    first: draw("first", [5, 5], (value, i) => (i === 21 ? 8.5 : value / 2)),
  },
  "all units far below 0": {
    ...usual,
    first: draw("first", [5, 5], (value, i) => (i >= 20 ? -12 : value / 2)),
  },
  "answers that are certain": { ...usual, last: draw("last", [6, 3], (value) => value * 12) },
};

/** One solution for a right side, with the λ used. */
interface Solved {
  readonly x: ArrayLike<number>;
  readonly lambda: ArrayLike<number>;
  readonly limit: number;
  /** Systems apart: columns of x, or 1. */
  readonly columns: number;
}

interface Subject {
  readonly model: Module;
  readonly likelihood: Law;
  readonly table: MetricTable;
}

const whole = process.env.METRIGRAD_SWEEP === "full";

/** Iterations have other limits; what no block takes by itself is for the full sweep. */
const solved = (solver: Solver) => solver !== "cg" && (solver !== "qr" || whole);

/**
 * λ with the error that a step may have. What is off by some 1e-7 of the right side in directions that the
 * batch has not is divided by λ, what lies in its leading one by an eigenvalue up to the trace.
 */
const dampings: readonly (readonly [damping: Damping, limit: number])[] = [
  [{ relative: 1e-4 }, 5e-3],
  [{ relative: 1e-3 }, 1e-3],
  [{ absolute: 0.1 }, 1e-3],
];

/** The program of a batch of so many rows, and what its outputs are. */
interface Compiled {
  readonly program: Program<Readonly<Record<string, Handle>>>;
  readonly known: ReadonlyMap<string, Pick<Solved, "columns" | "limit">>;
}

/** Every solution of a subject, for batches of so many rows. */
async function compiledFor(
  store: Store,
  { model, likelihood, table }: Subject,
  rows: number,
): Promise<Compiled> {
  const x = input("x", [rows, 4]);
  const { applications, parameters } = applyModel(model, x, { law: likelihood });
  const all = subsystems(
    applications,
    table,
    parameters.map(({ variable }) => variable),
  );
  const outputs: Record<string, Node> = {};
  const known = new Map<string, Pick<Solved, "columns" | "limit">>();
  for (const { path, block } of all) {
    if (block === null) continue;
    const v = constant(draw(`v/${path}`, [block.d, block.m]));
    const note = (name: string, limit: number, { x, lambda }: { x: Node; lambda: Node }) => {
      outputs[`x ${name}`] = x;
      outputs[`λ ${name}`] = lambda;
      known.set(name, { limit, columns: block.columns === "coupled" ? 1 : block.m });
    };
    for (const { solver } of block.costs.filter((cost) => solved(cost.solver))) {
      for (const [damping, limit] of dampings) {
        const name = `${path}, ${block.form} by ${solver}, ${JSON.stringify(damping)}`;
        const made = block.prepare(null, { solver, damping });
        const lambda = made.lambda();
        note(name, limit, { x: made.solve(v), lambda });
        if (block.solveOutputs === null) continue;
        const delta = constant(draw(`delta/${path}`, [block.n ?? rows, block.m]));
        const own = block.solveOutputs(delta, null, { solver, damping });
        // By QR the right side is one of rows, of which most lies across those of the metric: its rounding counts by the
        // square of the condition, as in all least squares.
        const wider = solver === "qr" ? 20 * limit : limit;
        note(`${name}, from outputs`, wider, { x: own, lambda });
      }
    }
  }
  return { program: await compile({ outputs }, store), known };
}

/** Solutions of a subject in one situation after the other; a program serves all with as many rows. */
async function solver(backend: Backend, subject: Subject) {
  const store = await backend.store(subject.model);
  const programs = new Map<number, Compiled>();
  const solvedIn = async ({ x, first, last }: Situation): Promise<Map<string, Solved>> => {
    const rows = x.shape[0] as number;
    const { program, known } = programs.get(rows) ?? (await compiledFor(store, subject, rows));
    programs.set(rows, { program, known });
    await store.write("dense0/w", first);
    await store.write("dense1/w", last);
    const handles = await program.run({ x });
    const read = async (name: string) => (await handles[name]?.read())?.data() ?? [];
    const found = new Map<string, Solved>();
    for (const [name, one] of known)
      found.set(name, { ...one, x: await read(`x ${name}`), lambda: await read(`λ ${name}`) });
    return found;
  };
  const close = async () => {
    for (const { program } of programs.values()) await program.close();
    await store.close();
  };
  return { solvedIn, close };
}

/** Largest error of a column relative to its largest entry. */
function errorOf(got: ArrayLike<number>, right: ArrayLike<number>, columns: number): number {
  const scales = new Array<number>(columns).fill(1e-30);
  Array.from(right).forEach((value, k) => {
    scales[k % columns] = Math.max(scales[k % columns] as number, Math.abs(value));
  });
  const errors = Array.from(right, (value, k) => {
    return Math.abs((got[k] as number) - value) / (scales[k % columns] as number);
  });
  return errors.reduce((worst, error) => (error <= worst ? worst : error), 0);
}

const rows = metrics(
  likelihoodRows([
    tanhRow(),
    sigmoidRow(),
    reluRow(),
    reluRow({ leak: 0.1, omega: 0.05, sigma: 2 }),
    eluRow({ alpha: 1.5, sigma: 0.5 }),
  ]),
);

/** Whether a subject is in a short run: laws and activations take turns, so that none is left out. */
const isInShort = (at: number) => at % 2 === (at < 12 ? Math.floor(at / 2) % 2 : 0);

/** Every activation by its row, under two laws of the last layer; every other table on some of them. */
const subjects: readonly (readonly [
  name: string,
  activation: Activation,
  likelihood: Law,
  choose: (model: Module) => MetricTable,
])[] = [
  ...[tanh, sigmoid, relu, leakyRelu(0.1), eluWith(1.5), softplus].flatMap((activation) =>
    [categorical(), bernoulli()].map((law) => ["rows", activation, law, () => rows] as const),
  ),
  ...[tanh, relu].flatMap((activation) =>
    Object.entries({
      linear: () => linearMetrics,
      "two layers": () => stackedMetrics(),
      "the whole model": (model: Module) => partition(model, "whole"),
      "by autodiff": () => metrics(autoMetric(dense)),
      "K-FAC": () => metrics.kfac(),
      "K-FAC, split": () => metrics.kfac({ split: true }),
      EKFAC: () => metrics.ekfac(),
      diagonal: () => metrics.diagonal(),
      "quasi-diagonal": () => metrics.quasiDiagonal(),
    }).map(([name, choose]) => [name, activation, categorical(), choose] as const),
  ),
];

// `npm test` has every other subject: each activation, law and table once.
for (const [at, [name, activation, likelihood, choose]] of subjects.entries()) {
  if (!whole && !isInShort(at)) continue;
  test(`float32, ${name}, ${activation.op.name}, ${likelihood.name}: steps as in float64, or λ says that it was raised`, async (t) => {
    const [fast, right] = [await cpu({ threads: 1 }), await reference()];
    const model = sequential(dense(4, 5, { activation }), dense(5, 3));
    const subject = { model, likelihood, table: choose(model) };
    const [own, exact] = [await solver(fast, subject), await solver(right, subject)];
    for (const [situation, values] of Object.entries(situations)) {
      // Another number of rows is another program: one of them for each subject in short runs.
      if (!whole && situation === (at % 4 < 2 ? "few rows" : "one row")) continue;
      const [got, wanted] = [await own.solvedIn(values), await exact.solvedIn(values)];
      const off = [...wanted].flatMap(([how, { x, lambda, limit, columns }]) => {
        const own = got.get(how) as Solved;
        const raised = Array.from(own.lambda).some((l, i) => l > 1.01 * (lambda[i] as number));
        const finite = Array.from(own.x).every(Number.isFinite);
        const error = errorOf(own.x, x, columns);
        return finite && (raised || error < limit) ? [] : [`${how}: ${error.toExponential(1)}`];
      });
      t.deepEqual(off, [], situation);
      t.ok(wanted.size >= 2);
    }
    await own.close();
    await exact.close();
    await fast.close();
    await right.close();
  });
}
