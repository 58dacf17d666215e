import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dataSet, streamData } from "@metrigrad/data";
import { mul, tanh } from "@metrigrad/graph";
import { ekfacMetrics, kfacMetrics } from "@metrigrad/metric";
import { categorical, dense, dropout, sequential } from "@metrigrad/nn";
import { lbfgs, type Optimizer, rngd, sgd } from "@metrigrad/optim";
import { type Communicator, GraphError, reference, tensor } from "@metrigrad/tensor";
import test from "tape";
import { type FitOptions, fit } from "../../src/index.ts";
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

test("what the ranks cannot share is refused, also where the communicator is a promise", async (t) => {
  const messages = (options: Partial<FitOptions>) =>
    Promise.all(
      localRanks(2).map((rank) => {
        const run = fit(toyModel(), {
          ...settings,
          data: toyData(),
          batchSize: 10,
          backend: reference,
          distributed: Promise.resolve(rank),
          ...options,
        } as FitOptions);
        return errorOf(run.finish().finally(() => run.close())).then(String);
      }),
    );
  const every = async (options: Partial<FitOptions>, message: RegExp) => {
    for (const one of await messages(options)) t.match(one, message);
  };
  await every({ batchSize: 60 }, /rows of each of 2 ranks, 45, got 60/);
  await every({ optimizer: lbfgs(), batchSize: 45 }, /lbfgs must train in one process/);
  await every({ optimizer: rngd({ metrics: ekfacMetrics() }) }, /eigenbasis of this rank/);
  const { train, ...others } = toyData();
  const weights = tensor(Float64Array.from({ length: 90 }, (_, row) => 1 + (row % 3)));
  const weighted = dataSet({ ...others, train: { ...train, weights } });
  const optimizer = rngd({ metrics: kfacMetrics(), relative: 0.1 });
  await every({ data: weighted, optimizer }, /Kronecker factors of weighted samples/);
  await every({ data: weighted }, /^null$/);
  const odd = fit(toyModel(), {
    ...settings,
    data: toyData(),
    batchSize: 10,
    backend: reference,
    distributed: Promise.resolve({} as never),
  });
  t.match(String(await errorOf(odd.finish())), /distributed must be a communicator/);
});

test("a run with draws goes on from a checkpoint of rank 0", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "metrigrad-"));
  const model = () => sequential(dense(2, 8, { activation: tanh }), dropout(0.3), dense(8, 3));
  const train = (epochs: number, checkpoint?: FitOptions["checkpoint"]) =>
    Promise.all(
      localRanks(2).map(async (distributed) => {
        const run = fit(model(), {
          ...settings,
          data: toyData(),
          batchSize: 10,
          epochs,
          backend: reference,
          distributed,
          ...(checkpoint && { checkpoint }),
        });
        const history = await run.finish();
        await run.close();
        return history.map(({ trainCost }) => trainCost);
      }),
    );
  await train(2, { folder });
  const gone = await train(4, { folder, resume: true });
  t.deepEqual(gone, await train(4), "as if it had never stopped");
  rmSync(folder, { recursive: true });
});

test("a network that is none is refused, and ranks with different ones do not wait for each other", async (t) => {
  const ended = (networks: readonly unknown[]) =>
    Promise.all(
      localRanks(2).map((one, rank) => {
        const distributed = { ...one, network: networks[rank] } as Communicator;
        const options = {
          ...settings,
          data: toyData(),
          batchSize: 10,
          backend: reference,
          distributed,
        };
        const end = async () => {
          const run = fit(toyModel(), options);
          await run.finish().finally(() => run.close());
        };
        return errorOf(end());
      }),
    );
  for (const odd of [
    null,
    "100Gbit,2us",
    {},
    { latency: -1, bandwidth: 1 },
    { latency: 0, bandwith: 1 },
  ]) {
    for (const error of await ended([odd, odd])) {
      t.ok(error instanceof GraphError);
      t.match(error.message, /fit: network must be \{ latency, bandwidth \}/);
    }
  }
  const [slow, fast] = [
    { latency: 1, bandwidth: 1 },
    { latency: 0, bandwidth: 1e12 },
  ];
  const [first, second] = await ended([slow, fast]);
  t.match(first.message, /network 1 s, 1 B\/s here, and another one on some/);
  t.match(second.message, /network 0 s, 1000000000000 B\/s here, and 1 s, 1 B\/s on rank 0/);
});
