import { BackendError } from "@metrigrad/tensor";
import type { GpuJsInstance, GpuJsKernel, GpuJsTexture } from "../webgpu/gpujs.ts";

/** Row-major elements, on the host or, in the modes of WebGL, in a texture. */
export type Held = ArrayLike<number> | GpuJsTexture;

/** Runs the text of a kernel. */
export type Launch = (args: readonly (Held | number)[]) => Held;

/** Returns the elements on the host, in row-major order. */
export function toHost(held: Held): ArrayLike<number> {
  return isTexture(held) ? flat(held.toArray()) : held;
}

function isTexture(held: Held | number): held is GpuJsTexture {
  return typeof held === "object" && "toArray" in held;
}

/** The modes in which results stay in textures until the host asks for them. */
const textured: readonly string[] = ["webgl2", "headlessgl"];

/** Makes kernels on one instance of gpu.js, and refuses those that fell back to plain JavaScript. */
export class Launcher {
  private readonly gpu: GpuJsInstance;
  private readonly kernels: GpuJsKernel[] = [];
  private readonly known = new Map<string, GpuJsKernel>();

  constructor(gpu: GpuJsInstance) {
    this.gpu = gpu;
  }

  /**
   * Returns a kernel of `arrays` arrays x0, x1, … and `numbers` numbers c0, c1, … that gives one value for each cell
   * of `output` (x, or x and y). Throws BackendError if it runs elsewhere than asked for.
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
    const source = `function (${[...xs, ...cs].join(", ")}) {\n${body.join("\n")}\n}`;
    const pipeline = textured.includes(this.gpu.mode);
    let kernel: GpuJsKernel | null = null;
    return (args) => {
      // A plan has no branches, so a value that is a texture in one run is a texture in all.
      kernel ??= this.create(source, pipeline, {
        ...{ output, pipeline, precision: "single" },
        // Without this, small kernels have floats of 16 bits where GLSL allows them.
        tactic: "precision",
        argumentTypes: args.map((given) =>
          typeof given === "number" ? "Float" : isTexture(given) ? given.type : "Array",
        ),
      });
      const result = kernel(...args);
      if (kernel.fallbackReason) throw fellBack(this.gpu.mode, kernel.fallbackReason);
      return pipeline ? (result as GpuJsTexture) : flat(result as Rows);
    };
  }

  /** Makes a kernel of its own if the result stays in its texture; otherwise equal kernels are one. */
  private create(source: string, pipeline: boolean, settings: object): GpuJsKernel {
    const key = pipeline ? null : `${source} ${JSON.stringify(settings)}`;
    const known = key === null ? undefined : this.known.get(key);
    if (known !== undefined) return known;
    const kernel = this.gpu.createKernel(source, settings);
    this.kernels.push(kernel);
    if (key !== null) this.known.set(key, kernel);
    return kernel;
  }

  close(): void {
    for (const kernel of this.kernels) kernel.destroy();
    this.kernels.length = 0;
    this.known.clear();
  }
}

type Rows = Float32Array | readonly Float32Array[];

function flat(rows: Rows): Float32Array {
  if (rows instanceof Float32Array) return rows;
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
