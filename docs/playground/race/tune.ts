/**
 * `node --conditions=@metrigrad/source --import tsx docs/playground/race/tune.ts`: tries four settings of each optimizer that the race
 * page takes for digits, and of sgd on Poisson's equation, for five seconds of steps each with seed 101, on one thread. Prints the
 * measures at the end; racers.ts has the settings with the lowest cost of the last tenth of the run.
 */
import { inflateSync } from "node:zlib";
import {
  adam,
  cpu,
  exponentialSchedule,
  groups,
  kfacMetrics,
  muon,
  type Optimizer,
  rngd,
  sgd,
  soap,
} from "metrigrad";
import { digitsOf } from "../digits/load.ts";
import { packedDigits } from "../digits/pack.mjs";
import { digitTask } from "./digits.ts";
import { poisson } from "./poisson.ts";
import { type Lap, raceInTurns } from "./turns.ts";

const [seconds, seed] = [5, 101];
const schedule = exponentialSchedule(0.1);
type Tries = Readonly<Record<string, () => Optimizer>>;
const tries = (list: readonly number[], make: (value: number) => Optimizer): Tries =>
  Object.fromEntries(list.map((value) => [String(value), () => make(value)]));
const forDigits: Readonly<Record<string, Tries>> = {
  sgd: tries([0.05, 0.1, 0.2, 0.4], (learningRate) => sgd({ learningRate, schedule })),
  adam: tries([0.001, 0.002, 0.004, 0.008], (learningRate) => adam({ learningRate, schedule })),
  muon: tries([0.003, 0.01, 0.03, 0.1], (learningRate) =>
    groups({
      "dense3/**": adam({ learningRate: 0.004, schedule }),
      others: muon({ learningRate, schedule }),
    }),
  ),
  soap: tries([0.001, 0.002, 0.004, 0.008], (learningRate) => soap({ learningRate, schedule })),
  rngd: tries([0.05, 0.1, 0.2, 0.4], (learningRate) => rngd({ learningRate })),
  kfac: tries([0.01, 0.02, 0.05, 0.1], (learningRate) =>
    rngd({ metrics: kfacMetrics({ split: true }), over: { every: 10 }, learningRate, absolute: 5 * learningRate }),
  ),
};
const forPoisson: Readonly<Record<string, Tries>> = {
  sgd: tries([0.001, 0.003, 0.01, 0.03], (learningRate) => sgd({ learningRate })),
};

const { train, test } = digitsOf(inflateSync(packedDigits()));
const backend = await cpu({ threads: 1 });
const tasks = [
  { name: "digits", task: digitTask(train, test, seed), all: forDigits },
  { name: "poisson", task: poisson(seed), all: forPoisson },
];
for (const { name, task, all } of tasks) {
  for (const [optimizer, settings] of Object.entries(all)) {
    for (const [value, make] of Object.entries(settings)) {
      const laps: Lap[] = [];
      let fallen = "";
      await raceInTurns(task, backend, [[optimizer, make]], seconds, {
        lap: (lap) => laps.push(lap),
        fallen: ({ message }) => {
          fallen = message;
        },
        stopped: () => false,
      });
      const last = laps.at(-1);
      const numbers = Object.entries(last?.measures ?? {}).map(
        ([measure, number]) => `${measure} ${number.toPrecision(3)}`,
      );
      console.log(name, optimizer, value, `${last?.steps} steps`, ...numbers, fallen.slice(0, 60));
    }
  }
}
await backend.close();
