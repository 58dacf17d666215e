import { BackendError } from "@metrigrad/tensor";
import type { GpuJsInstance, GpuJsKernel } from "../webgpu/gpujs.ts";

/** Runs a kernel's text; the result row-major. */
export type Launch = (args: readonly (Float32Array | number)[]) => ArrayLike<number>;

/** Makes kernels on one instance of gpu.js and refuses what fell back to plain JavaScript. */
export class Launcher {
  private readonly gpu: GpuJsInstance;
  private readonly kernels: GpuJsKernel[] = [];

  constructor(gpu: GpuJsInstance) {
    this.gpu = gpu;
  }

  /**
   * A kernel of `arrays` arrays x0, x1, … and `numbers` numbers c0, c1, … that gives one value for
   * each cell of `output` (x, or x and y). Throws BackendError when it runs elsewhere than asked for.
   */
  kernel(
    body: readonly string[],
    arrays: number,
    numbers: number,
    output: readonly [number] | readonly [number, number],
  ): Launch {
    const names = (count: number, letter: string) =>
      Array.from({ length: count }, (_, i) => `${letter}${i}`);
    const [xs, cs] = [names(arrays, "x"), names(numbers, "c")];
    const argumentTypes = [...xs.map(() => "Array"), ...cs.map(() => "Float")];
    const source = `function (${[...xs, ...cs].join(", ")}) {\n${body.join("\n")}\n}`;
    const kernel = this.gpu.createKernel(source, {
      ...{ output, argumentTypes, precision: "single" },
      // Else small kernels have 16-bit floats where GLSL lets them.
      tactic: "precision",
    });
    this.kernels.push(kernel);
    return (args) => {
      const result = kernel(...args);
      if (kernel.fallbackReason) throw fellBack(this.gpu.mode, kernel.fallbackReason);
      return output.length === 1
        ? (result as Float32Array)
        : flat(result as readonly Float32Array[]);
    };
  }

  close(): void {
    for (const kernel of this.kernels) kernel.destroy();
    this.kernels.length = 0;
  }
}

function flat(rows: readonly Float32Array[]): Float32Array {
  const width = rows[0]?.length ?? 0;
  const result = new Float32Array(rows.length * width);
  rows.forEach((row, i) => {
    result.set(row, i * width);
  });
  return result;
}

function fellBack(mode: string, reason: string): BackendError {
  return new BackendError({
    where: `gpu({ mode: "${mode}" })`,
    must: "gpu.js must run kernels in that mode",
    got: `a fall-back to cpu (${reason})`,
    todo: "choose another mode",
  });
}
