import { streamData } from "@metrigrad/data";
import { mul } from "@metrigrad/graph";
import { categorical } from "@metrigrad/nn";
import { type Optimizer, sgd } from "@metrigrad/optim";
import { type Communicator, GraphError, reference, tensor } from "@metrigrad/tensor";
import test from "tape";
import { fit } from "../../src/index.ts";
import { toyData, toyModel } from "../toy.ts";
import { localRanks } from "./localRanks.ts";

const settings = { likelihood: categorical(), optimizer: sgd(), epochs: 2, seed: 1 };
const batch = (at: number) => ({
  inputs: tensor([
    [at, 1],
    [1, at],
  ]),
  targets: tensor(Int32Array.of(0, 1)),
});
const streamOf = (count: number) =>
  streamData({
    train: async function* () {
      for (let at = 0; at < count; at++) yield batch(at);
    },
    classes: 3,
  });

const errorOf = (one: Promise<unknown>) => one.then(() => null).catch((error) => error);

test("streams that end at different batches are an error on all ranks", async (t) => {
  const ends = await Promise.all(
    localRanks(2).map((distributed, rank) => {
      const run = fit(toyModel(), {
        ...settings,
        data: streamOf(3 + rank),
        backend: reference,
        distributed,
      });
      return errorOf(run.finish().finally(() => run.close()));
    }),
  );
  for (const error of ends) {
    t.ok(error instanceof GraphError);
    t.match(error.message, /streams of all ranks must have as many batches/);
  }
});

test("if one rank is stopped, all end after the same step", async (t) => {
  const counts = await Promise.all(
    localRanks(2).map(async (distributed, rank) => {
      const stop = new AbortController();
      let last = 0;
      const run = fit(toyModel(), {
        ...settings,
        data: toyData(),
        batchSize: 5,
        epochs: 50,
        backend: reference,
        distributed,
        signal: stop.signal,
        onStep: ({ step }) => {
          last = step;
          if (rank === 1 && step === 21) stop.abort();
        },
      });
      await run.finish();
      t.equal(run.aborted, true);
      await run.close();
      return last;
    }),
  );
  t.deepEqual(counts, [24, 24], "they ask each other every eighth step");
});

test("ranks that train something else are told what differs", async (t) => {
  const errors = await Promise.all(
    localRanks(2).map((distributed, rank) => {
      const run = fit(toyModel(), {
        ...settings,
        data: toyData(),
        batchSize: 10,
        l2: 0.1 * rank,
        backend: reference,
        distributed,
      });
      return errorOf(run.finish().finally(() => run.close()));
    }),
  );
  for (const error of errors) t.match(String(error), /all 2 ranks must train the same.*l2 0/);
});

test("batches of all ranks must fit the rows", (t) => {
  const [distributed] = localRanks(4);
  const make = () =>
    fit(toyModel(), {
      ...settings,
      data: toyData(),
      batchSize: 40,
      backend: reference,
      distributed: distributed as Communicator,
    });
  t.throws(make, /from 1 to the number of training rows of each of 4 ranks, 22, got 40/);
  t.throws(
    () =>
      fit(toyModel(), {
        ...settings,
        data: toyData(),
        batchSize: 4,
        backend: reference,
        distributed: 2 as never,
      }),
    /distributed must be a communicator/,
  );
  t.end();
});

test("an update that follows from the rows of one rank is refused", async (t) => {
  const drifting: Optimizer = {
    name: "drifting",
    settings: {},
    update: ({ parameters, loss }) => {
      return [
        { every: 1, updates: parameters.map(({ variable }) => [variable, mul(variable, loss)]) },
      ];
    },
  };
  const errors = await Promise.all(
    localRanks(2).map((distributed) => {
      const run = fit(toyModel(), {
        ...settings,
        optimizer: drifting,
        data: toyData(),
        batchSize: 10,
        backend: reference,
        distributed,
      });
      return errorOf(run.finish().finally(() => run.close()));
    }),
  );
  for (const error of errors) {
    t.ok(error instanceof GraphError);
    t.match(error.message, /update of dense0\/w: it must be the same on all ranks/);
  }
});
