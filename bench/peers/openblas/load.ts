import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Contestant } from "../../contestant.ts";
import type { Kit, Peer } from "../../kit.ts";
import { checkedSteps, type StepProblem } from "../../problems.ts";
import { type Child, startChild } from "./child.ts";
import { compileProgram } from "./compile.ts";

/** OpenBLAS and its LAPACK, called from C on one thread, with the kernels of this processor. */
export const openblas: Peer = {
  name: "OpenBLAS",
  load: () => start("OpenBLAS", "native", {}),
};

/**
 * The same held to 256-bit vectors, which processors with AVX-512 go beyond: what machines of most
 * users have, and comparable between machines.
 */
export const openblasAvx2: Peer = {
  name: "OpenBLAS AVX2",
  load: () => start("OpenBLAS AVX2", "haswell", { OPENBLAS_CORETYPE: "Haswell" }),
};

/** Kernels are chosen by the processor, whatever else on this machine asks for. */
function environment(own: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { OPENBLAS_CORETYPE: _, OPENBLAS_L2_SIZE: __, ...rest } = process.env;
  return { ...rest, OPENBLAS_NUM_THREADS: "1", OMP_NUM_THREADS: "1", ...own };
}

/** A process that works on one problem at a time. */
async function start(name: string, processor: string, own: NodeJS.ProcessEnv): Promise<Kit> {
  const folder = await mkdtemp(join(tmpdir(), "metrigrad-bench-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const program = compileProgram(folder, processor);
    const child = await startChild(program, folder, environment(own));
    const problem = (kind: string, sizes: readonly number[], ...operands: Float32Array[]) =>
      contestant(child, folder, [kind, ...sizes].join(" "), operands);
    return {
      name,
      version: child.greeting.trim(),
      solvers: {
        product: ({ m, k, n, transposed, a, b }) =>
          problem("product", [m, k, n, transposed ? 1 : 0], a, b),
        gram: ({ n, d, x, nu }) => problem("gram", [n, d], x, nu),
        cholesky: ({ count, d, a }) => problem("cholesky", [count, d], a),
        solve: ({ count, d, columns, l, b }) => problem("solve", [count, d, columns], l, b),
        step: (given) => problem("step", stepSizes(given), ...stepOperands(given)),
      },
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

function stepSizes({ optimizer, batch, layers }: StepProblem): number[] {
  const sizes = [layers[0]?.inputs ?? 0, ...layers.map(({ outputs }) => outputs)];
  return [optimizer === "adam" ? 1 : 0, batch, checkedSteps, layers.length, ...sizes];
}

function stepOperands({ learningRate, batch, layers, x, labels }: StepProblem): Float32Array[] {
  const classes = layers.at(-1)?.outputs ?? 1;
  const hot = new Float32Array(batch * classes);
  for (const [row, label] of labels.entries()) hot[row * classes + label] = 1;
  return [Float32Array.of(learningRate), x, hot, ...layers.map(({ w }) => w)];
}

async function contestant(
  child: Child,
  folder: string,
  line: string,
  operands: readonly Float32Array[],
): Promise<Contestant> {
  const bytes = operands.map((values) => {
    return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  });
  await writeFile(join(folder, "in"), Buffer.concat(bytes));
  await expect(child, line, "ready");
  return {
    result: async () => {
      await expect(child, "answer", "written");
      const { buffer, byteOffset, byteLength } = await readFile(join(folder, "out"));
      return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
    },
    time: async (count) => Number(await child.ask(`time ${count}`)),
    close: async () => {},
  };
}

async function expect(child: Child, line: string, answer: string): Promise<void> {
  const got = await child.ask(line);
  if (got !== answer) throw new Error(`OpenBLAS must answer ${line} with ${answer}, got ${got}`);
}
