/** Checks the metric of a program that the visitor writes, and trains its model. */
import { cpu } from "@metrigrad/cpu";
import { compile, input, neg } from "@metrigrad/graph";
import { checkMetric, type Metric, standardMetrics, type UnitRow } from "@metrigrad/metric";
import { applyModel, gaussian, type Module } from "@metrigrad/nn";
import { rngd } from "@metrigrad/optim";
import { tensor, uniformStream } from "@metrigrad/tensor";
import { trainingStep } from "@metrigrad/train";
import { loadProgram, programError } from "../node/loadProgram.ts";
import { answerCalls } from "../shell/answer.ts";

/** One comparison. */
export interface Check {
  readonly name: string;
  readonly passed: boolean;
  readonly detail: string;
}

/** What the check of a program found; a failure has the line of the program if that is known. */
export type Verdict =
  | {
      readonly kind: "report";
      readonly passed: boolean;
      readonly checks: readonly Check[];
      readonly seconds: number;
    }
  | { readonly kind: "failure"; readonly message: string; readonly line: number | null };

export interface NodeMethods {
  check(text: string): Promise<Verdict>;
  /** Trains the model, and sends `epoch` after each epoch. */
  train(text: string): Promise<Verdict | null>;
}

export interface NodeEvents {
  epoch: { readonly epoch: number; readonly cost: number; readonly fit: readonly number[] };
}

const isMetric = (value: unknown): value is Metric | UnitRow =>
  typeof value === "object" &&
  value !== null &&
  ("nu" in value || ("block" in value && "of" in value));

/** What is needed of a program, by the name of its export. Throws an Error that says what to write. */
async function programOf(
  text: string,
): Promise<{ readonly metric: Metric | UnitRow; readonly model: unknown }> {
  const { metric, model } = await loadProgram(text);
  if (!isMetric(metric)) {
    throw new Error(
      `export: the program must export a metric by the name metric, got ${metric === undefined ? "none" : typeof metric}; write export const metric = defMetric(…)`,
    );
  }
  return { metric, model };
}

async function told<T>(work: () => Promise<T>): Promise<T | Verdict> {
  try {
    return await work();
  } catch (error) {
    const { message, line } = programError(error);
    return { kind: "failure", message, line };
  }
}

const rows = 512;
const batch = 32;
const epochs = 20;
const xs = Float32Array.from({ length: rows }, (_, i) => (i / (rows - 1)) * 4 - 2);

async function train(text: string): Promise<null> {
  const { metric, model } = await programOf(text);
  if ((model as Partial<Module> | undefined)?.definition === undefined) {
    throw new Error(
      "export: to train, the program must export a net from one number to one number by the name model; write export const model = sequential(…)",
    );
  }
  const net = model as Module;
  const metrics = "nu" in metric ? standardMetrics : standardMetrics.with(metric);
  const backend = await cpu({ threads: 1 });
  try {
    const store = await backend.store(net, { seed: 1 });
    const step = await trainingStep(store, {
      optimizer: rngd({ metrics, learningRate: 0.1, absolute: 0.1 }),
      steps: epochs * (rows / batch),
      feeds: { x: [batch, 1], y: [batch, 1] },
      loss: ({ x, y }, { apply, observe }) => neg(observe(apply(net, x), gaussian(), y)),
    });
    const all = input("all", [rows, 1]);
    const { output: response } = applyModel(net, all, { mode: "infer" });
    const curve = await compile({ outputs: { response } }, store);
    const stream = uniformStream({ seed: 1, path: "order" });
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const order = Array.from(
        { length: rows },
        (_, i) => [stream.uniform(epoch * rows + i), i] as const,
      )
        .sort(([a], [b]) => a - b)
        .map(([, i]) => i);
      let sum = 0;
      for (let at = 0; at < rows; at += batch) {
        const x = Float32Array.from(order.slice(at, at + batch), (i) => xs[i] as number);
        const y = x.map((value) => Math.sin(3 * value));
        const shape = [batch, 1];
        const { loss } = await step.run({ x: tensor(x, { shape }), y: tensor(y, { shape }) });
        sum += loss;
      }
      const { response: read } = await curve.run({ all: tensor(xs, { shape: [rows, 1] }) });
      const values = (await read.read()).data();
      send("epoch", {
        epoch,
        cost: (sum * batch) / rows,
        fit: Array.from(
          { length: 65 },
          (_, i) => values[Math.round((i / 64) * (rows - 1))] as number,
        ),
      });
    }
  } finally {
    await backend.close();
  }
  return null;
}

const send = answerCalls<NodeMethods, NodeEvents>({
  check: (text) =>
    told(async (): Promise<Verdict> => {
      const { metric } = await programOf(text);
      const start = performance.now();
      const { passed, checks } = await checkMetric(metric);
      const plain = checks.map(({ name, passed: ok, detail }) => ({ name, passed: ok, detail }));
      return { kind: "report", passed, checks: plain, seconds: (performance.now() - start) / 1000 };
    }),
  train: (text) => told(() => train(text)),
});
