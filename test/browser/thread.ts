/**
 * Training on the main thread of a page. What is asserted does not depend on the speed of the machine: a clock that goes on by 13 ms
 * each time it is read makes every pause due, so turns of the event loop can be counted. The longest blocks by the real clock are
 * printed beside it.
 */
import {
  adam,
  type Backend,
  categorical,
  checkpointBytes,
  cpu,
  type DataSet,
  dense,
  evaluate,
  type Field,
  fit,
  input,
  loadCheckpoint,
  mean,
  mnist,
  predict,
  relu,
  responses,
  rfim,
  rngd,
  type Store,
  sequential,
  solve,
  square,
  sub,
  type TrainingStep,
  tanh,
  tensor,
  trainingStep,
  uniformPoints,
} from "metrigrad";
import { blocks } from "./blocks.ts";
import type { Line } from "./cpu.ts";
import { digitFiles, packed } from "./digits.ts";

const hidden = { activation: relu };

const model = sequential(
  dense(784, 80, hidden),
  dense(80, 80, hidden),
  dense(80, 80, hidden),
  dense(80, 10),
);

async function digits(rows: number): Promise<DataSet> {
  const split = [rows - 200, 100, 100] as const;
  return mnist({ subset: "10k", split, bytes: digitFiles(rows) });
}

/** Counts the turns of the event loop while work runs, by messages that the page sends to itself. */
async function turnsOf(work: () => Promise<unknown>): Promise<number> {
  const { port1, port2 } = new MessageChannel();
  let turns = 0;
  port1.onmessage = () => {
    turns++;
    port2.postMessage(null);
  };
  port2.postMessage(null);
  await work();
  port1.close();
  return turns;
}

const real = performance.now.bind(performance);
/** How far the page's clock is ahead, in milliseconds, and how far it jumps when it is read. */
const clock = { ahead: 0, jump: 0 };
Object.defineProperty(performance, "now", {
  value: () => {
    clock.ahead += clock.jump;
    return real() + clock.ahead;
  },
});

/** Runs with a clock that goes on by 13 ms each time it is read. */
async function withFastClock<T>(run: () => Promise<T>): Promise<T> {
  clock.jump = 13;
  try {
    return await run();
  } finally {
    clock.jump = 0;
  }
}

/** A call that takes long, and the least number of turns that it must give. */
interface Door {
  readonly name: string;
  readonly least: number;
  readonly run: () => Promise<unknown>;
}

const problem = responses({
  line: { at: uniformPoints(20, { low: [0], high: [1] }), of: (u: Field, x) => sub(u(x), x) },
});

function doors(store: Store, step: TrainingStep, data: DataSet): readonly Door[] {
  const x = input("x", [50, 784]);
  const images = tensor(new Float32Array(50 * 784).fill(0.5), { shape: [50, 784] });
  const { backend } = store;
  const steps = async () => {
    for (let at = 0; at < 30; at++) await step.advance({ x: images });
  };
  const curve = sequential(dense(1, 8, { activation: tanh }), dense(8, 1));
  return [
    { name: "evaluate", least: 5, run: () => evaluate(mean(x), { store, feeds: { x: images } }) },
    {
      name: "predict",
      least: 20,
      run: () => predict(model, store, data.train, { batchSize: 50 }),
    },
    {
      name: "rfim",
      least: 785,
      run: async () => {
        const metric = await rfim(model, images, { store });
        await metric.blocks[0]?.eigenvalues();
        await metric.close();
      },
    },
    { name: "trainingStep", least: 30, run: steps },
    {
      name: "solve",
      least: 20,
      run: async () => (await solve(curve, problem, { steps: 20, seed: 1, backend })).close(),
    },
    {
      name: "fit",
      least: 20,
      run: async () => {
        const run = fit(model, { ...common(data), backend, optimizer: rngd() });
        await run.finish();
        await run.close();
      },
    },
    { name: "checkpointBytes", least: 4, run: () => checkpointBytes(store) },
  ];
}

/** Every door gives the event loop its turns. */
async function turnLine(backend: Backend): Promise<Line> {
  const store = await backend.store(model, { seed: 1 });
  const step = await trainingStep(store, {
    optimizer: adam(),
    feeds: { x: [50, 784] },
    loss: ({ x }, { apply }) => mean(square(apply(model, x))),
  });
  const problems: string[] = [];
  const told: string[] = [];
  for (const { name, least, run } of doors(store, step as TrainingStep, await digits(1200))) {
    const turns = await withFastClock(() => turnsOf(run));
    told.push(`${name} ${turns}`);
    if (turns < least) problems.push(`${name} gave ${turns} turns, and must give ${least}`);
  }
  await step.close();
  await store.close();
  return { name: "turns of the event loop", described: told.join(", "), problems };
}

function common(data: DataSet) {
  return { data, likelihood: categorical(), batchSize: 50, epochs: 1, seed: 1 };
}

/** A click in mid-epoch ends the run at the next step, and a run that goes on ends as one that was never ended. */
async function clickLine(backend: Backend): Promise<Line> {
  const data = await digits(2200);
  const train = (store: Store, more: object) =>
    fit(model, { ...common(data), store, optimizer: rngd(), ...more });
  const whole = await backend.store(model, { seed: 1 });
  await train(whole, {}).finish();
  const halved = await backend.store(model, { seed: 1 });
  const button = document.body.appendChild(document.createElement("button"));
  const control = new AbortController();
  let [step, clicked] = [0, 0];
  button.addEventListener("click", () => {
    clicked = step;
    control.abort();
  });
  const onStep = (event: { readonly step: number }) => {
    step = event.step;
    // Another task clicks, while the run goes on.
    if (step === 12) setTimeout(() => button.click());
  };
  const run = train(halved, { signal: control.signal, onStep });
  await withFastClock(() => run.finish());
  button.remove();
  const problems: string[] = [];
  if (!run.aborted || clicked < 12 || clicked > 14) problems.push(`clicked at step ${clicked}`);
  // The click comes behind a step that `onStep` has not told yet.
  if (step > clicked + 1) problems.push(`clicked behind step ${clicked}, ended behind ${step}`);
  await train(halved, {}).finish();
  const [one, other] = [await checkpointBytes(whole), await checkpointBytes(halved)];
  if (one.length < 100_000 || !one.every((byte, at) => byte === other[at])) {
    problems.push("the run that went on has other bits");
  }
  await whole.close();
  await halved.close();
  return { name: "a click ends a run", described: `at step ${clicked} of 40`, problems };
}

/** Another window asks for the step, again and again, and is answered while the run goes on. */
async function windowLine(backend: Backend): Promise<Line> {
  const frame = document.createElement("iframe");
  frame.srcdoc = `<script>
    onmessage = ({ data }) => parent.postMessage({ heard: data });
    parent.postMessage({ heard: null });
  </script>`;
  let step = 0;
  const heard = new Set<number>();
  const answer = ({ data, source }: MessageEvent) => {
    if (source !== frame.contentWindow) return;
    if (data.heard !== null) heard.add(data.heard);
    (source as Window).postMessage(step);
  };
  window.addEventListener("message", answer);
  document.body.append(frame);
  await new Promise((loaded) => frame.addEventListener("load", loaded));
  const onStep = (event: { readonly step: number }) => {
    step = event.step;
  };
  const data = await digits(2200);
  const run = fit(model, { ...common(data), backend, optimizer: rngd(), onStep });
  await withFastClock(() => run.finish());
  await run.close();
  window.removeEventListener("message", answer);
  frame.remove();
  const problems = heard.size < 10 ? [`it heard of ${heard.size} of 40 steps`] : [];
  return { name: "another window", described: `heard of ${heard.size} of 40 steps`, problems };
}

/** Packed files are unpacked, and damaged ones are refused. */
async function packedLine(): Promise<Line> {
  const files = digitFiles(300);
  const split = [200, 50, 50] as const;
  const plain = await mnist({ subset: "10k", split, bytes: files });
  const bytes = Object.fromEntries(
    await Promise.all(
      Object.entries(files).map(async ([name, file]) => [name, await packed(file)]),
    ),
  ) as typeof files;
  const unpacked = await mnist({ subset: "10k", split, bytes });
  const problems: string[] = [];
  const [a, b] = [plain.train.inputs.data(), unpacked.train.inputs.data()];
  if (!a.every((value, at) => value === b[at])) problems.push("packed files have other rows");
  const name = "t10k-images-idx3-ubyte";
  const cut = { ...bytes, [name]: bytes[name]?.subarray(0, 500) as Uint8Array };
  const message = await mnist({ subset: "10k", split, bytes: cut }).then(() => "none", String);
  if (!/^DataError: mnist: t10k-images-idx3-ubyte must be whole, got /.test(message)) {
    problems.push(message);
  }
  return { name: "files packed by gzip", described: "as unpacked ones", problems };
}

/** The longest blocks of a training of the paper's network, by what the page was doing. */
async function measured(): Promise<Line> {
  const seen = blocks();
  const bytes = digitFiles(10_000);
  const data = await seen.during("reading 10,000 digits", () => mnist({ subset: "10k", bytes }));
  const backend = await seen.during("cpu()", () => cpu({ threads: 1 }));
  const times: number[] = [];
  let last = 0;
  const settings = { ...common(data), epochs: 3, optimizer: rngd(), backend };
  const run = fit(model, {
    ...settings,
    onStep: ({ step }) => {
      const now = performance.now();
      if (step > 2) times.push(now - last);
      last = now;
      seen.now(step % 160 === 0 ? "end of an epoch" : step > 2 ? "steps" : "first steps");
    },
  });
  await seen.during("first steps", () => run.finish());
  const saved = await seen.during("checkpointBytes", () => checkpointBytes(run.store));
  await seen.during("loadCheckpoint", () => loadCheckpoint(saved, run.store));
  await seen.during("predict", () => predict(model, run.store, data.train));
  await seen.during("test()", () => run.test());
  await run.close();
  await backend.close();
  const step = times.sort((a, b) => a - b)[times.length >> 1] ?? 0;
  const described = `${seen.text()}; a step takes ${step.toFixed(1)} ms`;
  return { name: "longest blocks", described, problems: [] };
}

async function check(): Promise<Line[]> {
  const backend = await cpu({ threads: 1 });
  const lines = [
    await turnLine(backend),
    await clickLine(backend),
    await windowLine(backend),
    await packedLine(),
  ];
  await backend.close();
  return [...lines, await measured()];
}

// The page's runner calls it by this name.
Object.assign(globalThis, { check });
