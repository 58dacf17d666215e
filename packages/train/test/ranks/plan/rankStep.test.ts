/** The planned step of a rank, beside what real ranks exchange, hold and compute. */
import { neg, tanh } from "@metrigrad/graph";
import { kfacMetrics, standardMetrics } from "@metrigrad/metric";
import { batchNorm, categorical, dense, sequential } from "@metrigrad/nn";
import { adam, lbfgs, type Optimizer, rngd, sgd } from "@metrigrad/optim";
import {
  type Backend,
  type Communicator,
  reference,
  type Store,
  sizeOf,
  type TypedArray,
  tensor,
} from "@metrigrad/tensor";
import test from "tape";
import { type FitOptions, fit, rankStep, trainingStep } from "../../../src/index.ts";
import { mirrorOf } from "../../../src/ranks/plan/mirror.ts";
import { toyData, toyModel } from "../../toy.ts";
import { localRanks } from "../localRanks.ts";

const normed = () =>
  sequential(dense(2, 6, { activation: tanh }), batchNorm(6), dense(6, 3)) as unknown as ReturnType<
    typeof toyModel
  >;

const settings = (optimizer: Optimizer, backend: Backend): FitOptions =>
  ({
    data: toyData(),
    likelihood: categorical(),
    optimizer,
    batchSize: 10,
    epochs: 3,
    seed: 7,
    backend,
  }) as FitOptions;

/** The bytes of the messages of floats that a rank sends in a step of `fit`, in their order. */
async function sent(model: () => ReturnType<typeof toyModel>, optimizer: Optimizer) {
  const bytes: number[] = [];
  const heard = (rank: Communicator): Communicator => ({
    ...rank,
    allreduce: (values: TypedArray, operation) => {
      if (rank.rank === 0 && !(values instanceof Uint32Array)) bytes.push(values.byteLength);
      return rank.allreduce(values, operation);
    },
  });
  const steps: number[] = [];
  await Promise.all(
    localRanks(2).map(async (rank) => {
      const backend = await reference();
      const run = fit(model(), {
        ...settings(optimizer, backend),
        ...{ evaluate: false, distributed: heard(rank), onStep: () => steps.push(bytes.length) },
      } as FitOptions);
      await run.finish();
      await run.close();
    }),
  );
  const before = steps[0] as number;
  return bytes.slice(0, before);
}

const cases: readonly (readonly [string, () => ReturnType<typeof toyModel>, () => Optimizer])[] = [
  ["sgd", toyModel, sgd],
  ["adam with batchNorm", normed, adam],
  ["rngd", toyModel, () => rngd({ metrics: standardMetrics, over: "batch" })],
  ["kfac", toyModel, () => rngd({ metrics: kfacMetrics(), over: "batch" })],
];

test("rankStep: its messages are those that real ranks send", async (t) => {
  for (const [name, model, optimizer] of cases) {
    const backend = await reference();
    const ranks = { rank: 0, size: 2 };
    const { programs } = await rankStep(model(), settings(optimizer(), backend), ranks);
    t.equal(programs.length, 1, name);
    const planned = programs.flatMap(({ stages }) => stages.flatMap((one) => one.exchanges));
    t.deepEqual(
      planned.map(({ bytes }) => bytes),
      await sent(model, optimizer()),
      name,
    );
    const steps = programs.flatMap(({ stages }) => stages.flatMap(({ plan }) => plan.steps));
    const grams = steps.filter(({ kind }) => kind === "gram");
    t.ok(
      grams.every(({ metric }) => metric === 1),
      `${name}: all of them are of the metric`,
    );
    t.equal(grams.length > 0, ["rngd", "kfac"].includes(name), name);
    t.ok(planned.length > 0 && planned.every(({ kind }) => kind === "allreduce"), name);
  }
});

/** A backend that counts what its stores and their programs take when the last program is made. */
function weighed(backend: Backend) {
  const seen = { store: 0, programs: 0, open: 0, steps: 0 };
  const store = async (...given: Parameters<Backend["store"]>): Promise<Store> => {
    const own = await backend.store(...given);
    seen.open++;
    const methods: Partial<Store> = {
      prepare: async (plan) => {
        const made = await own.prepare(plan);
        seen.programs += made.bytes;
        const bools = own.variables.filter(({ spec }) => spec.type === "bool");
        // A bool has one byte here, and four on a device.
        seen.store = own.bytes + bools.reduce((sum, { spec }) => sum + 3 * sizeOf(spec.shape), 0);
        const close = async () => {
          // Others stay open until the last one was made.
          if (seen.steps === 0) seen.programs -= made.bytes;
          await made.close();
        };
        const run: typeof made.run = async (feeds) => {
          if (plan.feeds.length > 0) seen.steps++;
          return made.run(feeds);
        };
        return Object.create(made, Object.getOwnPropertyDescriptors({ close, run }));
      },
      close: async () => {
        seen.open--;
        await own.close();
      },
    };
    return Object.create(own, Object.getOwnPropertyDescriptors(methods));
  };
  return { seen, backend: { ...backend, store } as Backend };
}

test("rankStep: its memory is what a store and its programs take, and measuring leaves none", async (t) => {
  for (const [name, model, optimizer] of cases) {
    const { seen, backend } = weighed(await reference());
    const step = await rankStep(model(), settings(optimizer(), backend), { rank: 0, size: 2 });
    t.deepEqual(seen, { store: 0, programs: 0, open: 0, steps: 0 }, `${name}: planning takes none`);
    const { compute, metric, factorise } = await step.measure({ seconds: 0 });
    t.equal(step.bytes, seen.store + seen.programs, name);
    t.equal(seen.open, 0, name);
    t.ok(compute > 0 && (metric as number) >= (factorise as number), name);
    t.equal((factorise as number) > 0, ["rngd", "kfac"].includes(name), `${name} ${factorise}`);
  }
});

test("rankStep: kinds of steps, and data with the rows of one rank", async (t) => {
  const backend = await reference();
  const held = rngd({ metrics: standardMetrics, over: { every: 4 } });
  const { programs, batchSize } = await rankStep(toyModel(), settings(held, backend), {
    rank: 3,
    size: 1000,
  });
  t.equal(batchSize, 10);
  t.deepEqual(programs.map(({ share }) => share).sort(), [0.25, 0.75]);
  const bytes = (at: number) =>
    programs
      .filter(({ share }) => share === at)
      .flatMap(({ stages }) => stages.flatMap((one) => one.exchanges))
      .reduce((sum, one) => sum + one.bytes, 0);
  t.ok(bytes(0.25) > bytes(0.75), "a step that makes a metric sends more");
});

test("rankStep: refusals", async (t) => {
  const backend = await reference();
  const given = settings(sgd(), backend);
  const refusal = (more: object, ranks: object = { rank: 0, size: 2 }) =>
    rankStep(toyModel(), { ...given, ...more } as FitOptions, ranks as never).then(
      () => "none",
      String,
    );
  t.match(await refusal({}, { rank: 2, size: 2 }), /a rank from 0 to size − 1, got rank 2 of 2/);
  t.match(await refusal({}, { size: 0, rank: 0 }), /got rank 0 of 0; pass \{ rank: 0, size: 64/);
  t.match(
    await refusal({ distributed: mirrorOf({ rank: 0, size: 2 }) }),
    /distributed must be left out/,
  );
  t.match(await refusal({ optimizer: lbfgs() }), /lbfgs must train in one process/);
  const step = await rankStep(toyModel(), given, { rank: 0, size: 2 });
  t.match(
    await step.measure({ seconds: -1 }).then(() => "none", String),
    /finite number ≥ 0, got -1/,
  );
});

test("mirrorOf: a step on it is that of one process, which each of the others also does", async (t) => {
  const values = async (distributed: Communicator | null) => {
    const model = toyModel();
    const store = await (await reference()).store(model, { seed: 5 });
    const step = await trainingStep(store, {
      optimizer: adam(),
      feeds: { x: [6, 2], y: { shape: [6], type: "i32" } },
      loss: ({ x, y }, { apply, observe }) => neg(observe(apply(model, x), categorical(), y)),
      ...(distributed === null ? {} : { distributed }),
    });
    const x = tensor(
      Float32Array.from({ length: 12 }, (_, at) => Math.sin(3 * at)),
      {
        shape: [6, 2],
      },
    );
    for (let at = 0; at < 3; at++) await step.run({ x, y: [0, 1, 2, 0, 1, 2] });
    const names = store.variables.filter(({ spec }) => spec.role === "parameter");
    const found = await Promise.all(
      names.map(async ({ path }) => [...(await store.read(path)).data()]),
    );
    await store.close();
    return found.flat();
  };
  const mirror = mirrorOf({ rank: 1, size: 4 });
  const [alone, mirrored] = [await values(null), await values(mirror)];
  const gaps = alone.map((value, at) => Math.abs(value - (mirrored[at] as number)));
  t.ok(Math.max(...gaps) < 1e-5, `${Math.max(...gaps)}`);
  t.ok(mirror.seconds > 0);
  const [part, all] = [Float32Array.of(1, 2), new Float32Array(8)];
  await mirror.allgather(part, all);
  t.deepEqual([...all], [1, 2, 1, 2, 1, 2, 1, 2]);
  const uneven = new Float32Array(5);
  await mirror.allgather(part, uneven);
  t.deepEqual([...uneven], [1, 2, 0, 0, 0]);
  await mirror.allgather(new Float32Array(0), new Float32Array(0));
});
