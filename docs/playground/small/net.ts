import {
  applyModel,
  type Backend,
  bernoulli,
  compile,
  constantSchedule,
  dense,
  input,
  type Module,
  type Node,
  neg,
  type OptimizerReport,
  type Rfim,
  rfim,
  rngd,
  type Store,
  sequential,
  sigmoid,
  type TrainingStep,
  tensor,
  trainingStep,
  unaryOf,
  unitRowOf,
} from "metrigrad";
import { type PlanePoints, planePoints, reach } from "./data.ts";
import type { SmallSettings } from "./settings.ts";
import { activations, tableOf } from "./tables.ts";

/** Cells of a picture over the plane, along one side. */
export const cells = { surface: 50, zone: 25 } as const;

/** The metric of some parameters, to look at. */
export interface SeenBlock {
  readonly name: string;
  /** The order of the whole matrix. */
  readonly order: number;
  readonly values: Float32Array;
  /** The eigenvalues of all its matrices, the largest first. */
  readonly eigenvalues: Float32Array;
}

/** The effective learning zones of a layer: ν of each neuron over the plane, neuron by neuron. */
export interface SeenLayer {
  readonly name: string;
  readonly units: number;
  readonly values: Float32Array;
}

/** What the page shows of a net. */
export interface Seen {
  readonly step: number;
  /** Nats per point. */
  readonly cost: number;
  /** The share of the points on the right side. */
  readonly accuracy: number;
  /** The probability of class 1 over the plane, rows from the top. */
  readonly surface: Float32Array;
  readonly layers: readonly SeenLayer[];
  readonly blocks: readonly SeenBlock[];
}

/** The length of a step in √nats, in all and by block. */
export interface StepLength {
  readonly step: number;
  readonly cost: number;
  readonly lengths: Readonly<Record<string, number>>;
}

/** A small net in training. */
export interface SmallNet {
  readonly points: PlanePoints;
  step(): Promise<StepLength>;
  look(): Promise<Seen>;
  /** Goes on with another damping and learning rate. */
  change(settings: SmallSettings): Promise<void>;
  close(): Promise<void>;
}

/** The points of a grid over the plane, rows from the top. */
function gridOf(side: number): Float32Array {
  const at = (i: number) => reach * ((2 * i + 1) / side - 1);
  return Float32Array.from({ length: 2 * side * side }, (_, i) => {
    const cell = i >> 1;
    return i % 2 === 0 ? at(cell % side) : -at(Math.floor(cell / side));
  });
}

/** Makes the net of some settings, with its data. */
export async function smallNet(backend: Backend, settings: SmallSettings): Promise<SmallNet> {
  const { width, seed } = settings;
  const activation = activations[settings.activation];
  const model = sequential(
    dense(2, width, { activation }),
    dense(width, width, { activation }),
    dense(width, 1),
  ) as Module<Node, Node>;
  const points = planePoints(settings.data, 1);
  const rows = points.y.length;
  const batch = {
    x: tensor(points.x, { shape: [rows, 2] }),
    y: tensor(points.y, { shape: [rows, 1] }),
  };
  const store = await backend.store(model, { seed, float: "f64" });
  const looker = await lookerOf(store, model, rows);
  const metric = await rfim(model, batch.x, {
    store,
    likelihood: bernoulli(),
    metrics: tableOf(settings.table, model as Module),
  });
  let training = await stepOf(store, model, settings, rows);
  let steps = 0;
  return {
    points,
    step: async () => {
      const { loss, report } = await training.run(batch);
      steps++;
      return { step: steps, cost: loss, lengths: lengthsOf(report) };
    },
    look: async () => ({
      step: steps,
      ...(await looker.look(batch)),
      blocks: await blocksOf(metric),
    }),
    change: async (next) => {
      await training.close();
      training = await stepOf(store, model, next, rows);
    },
    close: async () => {
      await training.close();
      await metric.close();
      await looker.close();
      await store.close();
    },
  };
}

type Step = TrainingStep<{ readonly x: readonly number[]; readonly y: readonly number[] }>;

function stepOf(
  store: Store,
  model: Module<Node, Node>,
  { table, lambda, gamma }: SmallSettings,
  rows: number,
): Promise<Step> {
  return trainingStep(store, {
    optimizer: rngd({
      metrics: tableOf(table, model as Module),
      ...{ absolute: lambda, learningRate: gamma, schedule: constantSchedule() },
      ...{ momentum: 0, average: null },
    }),
    resume: false,
    report: true,
    feeds: { x: [rows, 2], y: [rows, 1] },
    loss: ({ x, y }, { apply, observe }) => neg(observe(apply(model, x), bernoulli(), y)),
  });
}

function lengthsOf(report: OptimizerReport | null): Record<string, number> {
  const lengths: Record<string, number> = {};
  for (const { path, params, quantities } of report?.blocks ?? []) {
    const { length } = quantities;
    if (typeof length === "number") lengths[path === "" ? params.join(" + ") : path] = length;
  }
  return lengths;
}

/** Programs that read what is drawn over the plane, and how well the points are told apart. */
async function lookerOf(store: Store, model: Module<Node, Node>, rows: number) {
  const plane = async (side: number) => {
    const x = input("x", [side * side, 2]);
    const grid = { x: tensor(gridOf(side), { shape: [side * side, 2] }) };
    return { applied: applyModel(model, x, { mode: "infer" }), grid };
  };
  const wide = await plane(cells.surface);
  const surface = await compile({ outputs: { p: sigmoid(wide.applied.output) } }, store);
  const small = await plane(cells.zone);
  const layers = small.applied.applications.flatMap(({ path, preActivation, response }) => {
    const unary = (response as Node).op === undefined ? null : unaryOf(response as Node);
    if (preActivation === null || unary === null) return [];
    return [
      {
        name: path,
        units: preActivation.shape[1] as number,
        nu: unitRowOf(unary).nu(preActivation),
      },
    ];
  });
  const zones = await compile({ outputs: layers.map(({ nu }) => nu) }, store);
  const [x, y] = [input("x", [rows, 2]), input("y", [rows, 1])];
  const logits = applyModel(model, x, { mode: "infer" }).output;
  const scores = await compile(
    { outputs: { logits, logProb: bernoulli().logProb(y, logits) } },
    store,
  );
  return {
    look: async (batch: {
      readonly x: ReturnType<typeof tensor>;
      readonly y: ReturnType<typeof tensor>;
    }) => {
      const p = await (await surface.run(wide.grid)).p.read();
      const handles = await zones.run(small.grid);
      const nus = await Promise.all(handles.map((handle) => handle.read()));
      const read = await scores.run(batch);
      const [seen, logProb] = [
        (await read.logits.read()).data(),
        (await read.logProb.read()).data(),
      ];
      const targets = batch.y.data();
      const right = Array.from(seen).filter((value, i) => Number(value > 0) === targets[i]).length;
      return {
        cost: -Array.from(logProb).reduce((sum, value) => sum + Number(value), 0) / rows,
        accuracy: right / rows,
        surface: Float32Array.from(p.data() as Iterable<number>),
        layers: layers.map(({ name, units }, i) => ({
          name,
          units,
          values: byUnit(nus[i]?.data() as Float64Array, units),
        })),
      };
    },
    close: async () => {
      for (const program of [surface, zones, scores]) await program.close();
    },
  };
}

/** Values [points, units] as [units, points]. */
function byUnit(values: ArrayLike<number>, units: number): Float32Array {
  const count = values.length / units;
  return Float32Array.from(
    { length: values.length },
    (_, i) => values[(i % count) * units + Math.floor(i / count)] as number,
  );
}

async function blocksOf(metric: Rfim): Promise<SeenBlock[]> {
  const seen: SeenBlock[] = [];
  for (const block of metric.blocks) {
    const dense = await block.toDense();
    const eigenvalues = Float32Array.from((await block.eigenvalues()).data() as Iterable<number>);
    seen.push({
      name: `${block.path === "" ? block.params.join(" + ") : block.path}: ${block.form}`,
      order: dense.shape[0] as number,
      values: Float32Array.from(dense.data() as Iterable<number>),
      eigenvalues: eigenvalues.sort((a, b) => b - a),
    });
  }
  return seen;
}
