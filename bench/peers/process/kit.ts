import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Contestant } from "../../contestant.ts";
import type { Kit, Solvers } from "../../kit.ts";
import {
  checkedModelSteps,
  checkedSteps,
  type ModelProblem,
  type StepProblem,
  type TrainingProblem,
} from "../../problems.ts";
import type { Child } from "./child.ts";

/**
 * A library in a process of its own, which works on one problem at a time: operands and answers go
 * through files of a folder, `start` starts it there. Its solvers are those of `kinds`.
 */
export async function processKit(
  name: string,
  kinds: readonly (keyof Solvers)[],
  start: (folder: string) => Promise<Child>,
): Promise<Kit> {
  const folder = await mkdtemp(join(tmpdir(), "metrigrad-bench-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const child = await start(folder);
    const all = solversOf((kind, sizes, ...operands) =>
      contestant(name, child, folder, [kind, ...sizes].join(" "), operands),
    );
    return {
      name,
      version: child.greeting.trim(),
      solvers: Object.fromEntries(kinds.map((kind) => [kind, all[kind]])),
      close: async () => {
        await child.close();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

type Pose = (
  kind: string,
  sizes: readonly number[],
  ...operands: Float32Array[]
) => Promise<Contestant>;

/** How problems are written down. */
function solversOf(pose: Pose): Solvers {
  const model = (given: ModelProblem) =>
    pose(given.model, modelSizes(given), ...modelOperands(given));
  return {
    images: model,
    sequences: model,
    product: ({ m, k, n, transposed, a, b }) =>
      pose("product", [m, k, n, transposed ? 1 : 0], a, b),
    gram: ({ n, d, x, nu }) => pose("gram", [n, d], x, nu),
    cholesky: ({ count, d, a }) => pose("cholesky", [count, d], a),
    solve: ({ count, d, columns, l, b }) => pose("solve", [count, d, columns], l, b),
    blocks: ({ count, n, d, x, nu, shift }) =>
      pose("blocks", [count, n, d], Float32Array.of(shift), x, nu),
    tiny: ({ count, size, a, x }) => pose("tiny", [count, size], a, x),
    step: (given) => pose("step", stepSizes(given), ...stepOperands(given)),
    natural: (given) => {
      const settings = Float32Array.of(given.damping, given.momentum);
      return pose("natural", trainingSizes(given), settings, ...stepOperands(given));
    },
  };
}

function stepSizes(given: StepProblem): number[] {
  return [given.optimizer === "adam" ? 1 : 0, ...trainingSizes(given)];
}

function trainingSizes({ batch, layers }: TrainingProblem): number[] {
  const sizes = [layers[0]?.inputs ?? 0, ...layers.map(({ outputs }) => outputs)];
  return [batch, checkedSteps, layers.length, ...sizes];
}

function stepOperands({ learningRate, layers, x, labels }: TrainingProblem): Float32Array[] {
  const hot = oneHot(labels, layers.at(-1)?.outputs ?? 1);
  return [Float32Array.of(learningRate), x, hot, ...layers.map(({ w }) => w)];
}

function modelSizes({ optimizer, labels, classes, x: { shape } }: ModelProblem): number[] {
  const adam = optimizer === "adam" ? 1 : 0;
  return [adam, checkedModelSteps, labels.length, classes, shape.length, ...shape];
}

function modelOperands(given: ModelProblem): Float32Array[] {
  const { learningRate, x, labels, classes, weights } = given;
  const values = Object.values(weights).map((one) => one.values);
  return [Float32Array.of(learningRate), x.values, oneHot(labels, classes), ...values];
}

function oneHot(labels: Int32Array, classes: number): Float32Array {
  const hot = new Float32Array(labels.length * classes);
  for (const [row, label] of labels.entries()) hot[row * classes + label] = 1;
  return hot;
}

async function contestant(
  name: string,
  child: Child,
  folder: string,
  line: string,
  operands: readonly Float32Array[],
): Promise<Contestant> {
  const expect = async (asked: string, answer: string) => {
    const got = await child.ask(asked);
    if (got !== answer) throw new Error(`${name} must answer ${asked} with ${answer}, got ${got}`);
  };
  const bytes = operands.map((values) => {
    return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  });
  await writeFile(join(folder, "in"), Buffer.concat(bytes));
  await expect(line, "ready");
  return {
    result: async () => {
      await expect("answer", "written");
      const { buffer, byteOffset, byteLength } = await readFile(join(folder, "out"));
      return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
    },
    time: async (count) => Number(await child.ask(`time ${count}`)),
    close: async () => {},
  };
}
