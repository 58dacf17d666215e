import {
  arg,
  compileExprs,
  type Expr,
  type HostMemory,
  type MatmulStep,
  productAxes,
  sizeOf,
} from "@metrigrad/tensor";
import { type Held, type Launcher, toHost } from "./launcher.ts";
import {
  allFloaty,
  allReady,
  argsOf,
  type KernelStep,
  launchAll,
  load,
  nothing,
  type Prepare,
  type Ready,
} from "./steps.ts";
import { kernelText } from "./text.ts";

/** Sizes of a product in which the axes of a group count as one axis. */
interface Sizes {
  readonly batches: number;
  readonly m: number;
  readonly k: number;
  readonly n: number;
}

/**
 * Returns a kernel for the elements of a product of one matrix. Each element passes through an expression of it and
 * of further inputs.
 */
function productKernel({ m, k, n }: Sizes, expr: Expr, inputs: number, launcher: Launcher) {
  const text = kernelText([expr], ["total", ...argsOf(inputs, 2)]);
  if (text === null) return null;
  const { lines, results, numbers } = text;
  const body = [
    "let total = 0.0;",
    `for (let k = 0; k < ${k}; k++) {`,
    `total = total + x0[this.thread.y * ${k} + k] * x1[k * ${n} + this.thread.x];`,
    "}",
    ...argsOf(inputs, 2).map(
      (name, i) => `const ${name} = x${i + 2}[this.thread.y * ${n} + this.thread.x];`,
    ),
    ...lines,
    `return ${results[0]};`,
  ];
  return { launch: launcher.kernel(body, inputs + 2, numbers.length, [n, m]), numbers };
}

/** Returns a kernel for an expression of a finished product and of further inputs. */
function mapKernel({ m, n }: Sizes, expr: Expr, inputs: number, launcher: Launcher): Ready | null {
  const text = kernelText([expr], argsOf(inputs + 1));
  if (text === null) return null;
  const { lines, results, numbers } = text;
  const body = [...load(inputs + 1, () => "this.thread.x"), ...lines, `return ${results[0]};`];
  return { launch: launcher.kernel(body, inputs + 1, numbers.length, [m * n]), numbers };
}

/** Returns the results of one matrix of the batch; null if the host has to finish the product. */
function finisher(
  { epilogue, outputs }: MatmulStep,
  sizes: Sizes,
  memory: HostMemory,
  launcher: Launcher,
): ((held: readonly Held[]) => readonly Held[]) | null {
  const { inputs, exprs } = epilogue ?? { inputs: [], exprs: [arg(0)] };
  if (!allFloaty([...inputs, ...outputs], memory)) return null;
  const count = inputs.length;
  const [only] = exprs;
  if (exprs.length === 1) {
    const kernel = productKernel(sizes, only as Expr, count, launcher);
    return kernel && launchAll([kernel]);
  }
  // A kernel gives one value. So the product is computed before several values are made of it.
  const product = productKernel(sizes, arg(0), 0, launcher);
  const kernels = allReady(exprs.map((expr) => mapKernel(sizes, expr, count, launcher)));
  if (product === null || kernels === null) return null;
  return ([a, b, ...rest]) => {
    const [total] = launchAll([product])([a as Held, b as Held]);
    return launchAll(kernels)([total as Held, ...rest]);
  };
}

/** Runs a function for each matrix of the batch. */
function inTurns(
  run: (held: readonly Held[]) => readonly Held[],
  batches: number,
  sizes: readonly number[],
  outputs: readonly number[],
): KernelStep["run"] {
  return (held) => {
    const results = outputs.map((size) => new Float32Array(batches * size));
    for (let batch = 0; batch < batches; batch++) {
      const own = held.map((array, i) => {
        const size = sizes[i] as number;
        return (array as Float32Array).slice(batch * size, (batch + 1) * size);
      });
      run(own).forEach((result, j) => {
        results[j]?.set(toHost(result), batch * (outputs[j] as number));
      });
    }
    return results;
  };
}

/** Computes expressions of elements on the host. */
function onHost(exprs: readonly Expr[], held: readonly Held[], size: number): Held[] {
  const program = compileExprs(exprs);
  const sources = held.map(toHost);
  const results = exprs.map(() => new Float64Array(size));
  const args = new Array<number>(held.length).fill(0);
  const values = new Array<number>(exprs.length).fill(0);
  for (let at = 0; at < size; at++) {
    sources.forEach((source, i) => {
      args[i] = source[at] as number;
    });
    program(args, values);
    results.forEach((result, j) => {
      result[at] = values[j] as number;
    });
  }
  return results;
}

/**
 * Prepares a product: a kernel runs once for each matrix of the batch.
 *
 * An epilogue of one expression is part of the kernel. Several expressions are kernels of their own. Expressions that
 * kernels cannot compute are left to the host.
 */
export const matmul: Prepare<MatmulStep> = (step, memory, launcher) => {
  const { a, b, epilogue, outputs } = step;
  const { batch, rows, inner, columns } = productAxes(step);
  // Operands are row-major, so the axes of a group count as one.
  const [batches, m, k, n] = [batch, rows, inner, columns].map(sizeOf) as [
    number,
    number,
    number,
    number,
  ];
  const sizes = { batches, m, k, n };
  if (batches * m * n === 0) return nothing;
  if (k === 0 || !allFloaty([a, b], memory)) return null;
  const inputs = [a, b, ...(epilogue?.inputs ?? [])];
  const each = [m * k, k * n, ...inputs.slice(2).map(() => m * n)];
  const all = { inputs, outputs };
  const run = finisher(step, sizes, memory, launcher);
  if (run !== null) {
    if (batches === 1) return { ...all, passes: true, run };
    return {
      ...all,
      passes: false,
      run: inTurns(
        run,
        batches,
        each,
        outputs.map(() => m * n),
      ),
    };
  }
  const product = productKernel(sizes, arg(0), 0, launcher);
  if (product === null || epilogue === undefined) return null;
  const products = inTurns(launchAll([product]), batches, each, [m * n]);
  return {
    ...all,
    passes: false,
    run: ([x, y, ...rest]) => {
      const [total] = products([x as Held, y as Held]);
      return onHost(epilogue.exprs, [total as Held, ...rest], batches * m * n);
    },
  };
};
