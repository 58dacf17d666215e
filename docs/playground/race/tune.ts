/**
 * `node --conditions=@metrigrad/source --import tsx docs/playground/race/tune.ts [TASK]`: tries four settings of each optimizer that the
 * race page takes for digits, and of sgd on Poisson's equation, for 1,000 and 3,000 steps with seed 101. Prints the measures at the end.
 * The test digits are others than those of the pages. racers.ts has the settings with the lowest error.
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
} from "metrigrad";
import { digitsOf } from "../digits/load.ts";
import { packedDigits } from "../digits/pack.mjs";
import { digitTask } from "./digits.ts";
import { poisson } from "./poisson.ts";
import type { Task } from "./task.ts";

const seed = 101;
const schedule = exponentialSchedule(0.1);
type Tries = Readonly<Record<string, () => Optimizer>>;
const tries = (list: readonly number[], make: (value: number) => Optimizer): Tries =>
  Object.fromEntries(list.map((value) => [String(value), () => make(value)]));
const forDigits: Readonly<Record<string, Tries>> = {
  sgd: tries([0.1, 0.2, 0.4, 0.8], (learningRate) => sgd({ learningRate, schedule })),
  adam: tries([0.001, 0.002, 0.004, 0.008], (learningRate) => adam({ learningRate, schedule })),
  muon: tries([0.003, 0.01, 0.03, 0.1], (learningRate) =>
    groups({
      "dense3/**": adam({ learningRate: 0.004, schedule }),
      others: muon({ learningRate, schedule }),
    }),
  ),
  rngd: tries([0.05, 0.1, 0.2, 0.4], (learningRate) => rngd({ learningRate })),
  kfac: tries([0.01, 0.02, 0.05, 0.1], (learningRate) =>
    rngd({
      metrics: kfacMetrics({ split: true }),
      over: { every: 10 },
      learningRate,
      absolute: 5 * learningRate,
    }),
  ),
};
const forPoisson: Readonly<Record<string, Tries>> = {
  sgd: tries([0.001, 0.003, 0.01, 0.03], (learningRate) => sgd({ learningRate })),
};

const { train, test } = digitsOf(inflateSync(packedDigits(5)));
const backend = await cpu({ threads: 1 });
const tasks = [
  { name: "digits", task: digitTask(train, test, seed), all: forDigits, steps: 1000 },
  { name: "poisson", task: poisson(seed), all: forPoisson, steps: 3000 },
];
const [only = ""] = process.argv.slice(2);
for (const { name, task, all, steps } of tasks.filter((one) => one.name.startsWith(only))) {
  for (const [optimizer, settings] of Object.entries(all)) {
    for (const [value, make] of Object.entries(settings)) {
      const said = await tried(task, make(), steps).catch((error: Error) =>
        error.message.slice(0, 60),
      );
      console.log(name, optimizer, value, said);
    }
  }
}
await backend.close();

async function tried(task: Task, optimizer: Optimizer, steps: number): Promise<string> {
  const runner = await task.start(backend, optimizer, steps);
  try {
    for (let i = 0; i < steps; i++) await runner.step();
    await runner.settle();
    const measured = Object.entries(await runner.measure());
    return measured.map(([measure, number]) => `${measure} ${number.toPrecision(3)}`).join(" ");
  } finally {
    await runner.close();
  }
}
