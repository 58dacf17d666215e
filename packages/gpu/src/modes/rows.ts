import { argsOf, type RowStage, type RowsStep, sizeOf } from "@metrigrad/tensor";
import { foldLines } from "./fold.ts";
import type { Held, Launch, Launcher } from "./launcher.ts";
import type { Prepare } from "./steps.ts";
import { kernelText } from "./text.ts";

/** The kernel of a stage, with the arguments that it reads and the numbers that its text needs. */
interface StageKernel {
  readonly launch: Launch;
  readonly args: readonly number[];
  readonly numbers: readonly number[];
}

/** Sizes of a step, and which arguments are a number per row. */
interface Rows {
  readonly count: number;
  readonly length: number;
  readonly isNumber: readonly boolean[];
}

/** Returns a stage as a kernel of its own; null if the host has to compute it. */
function kernelOf(
  { per, op, expr }: RowStage,
  { count, length, isNumber }: Rows,
  launcher: Launcher,
): StageKernel | null {
  const args = argsOf(expr).flatMap((one) => (one?.kind === "arg" ? [one.index] : []));
  const names: string[] = [];
  args.forEach((index, k) => {
    names[index] = `a${k}`;
  });
  const text = kernelText([expr], names);
  if (text === null || args.length === 0 || (op !== undefined && expr.type !== "float"))
    return null;
  const { lines, numbers } = text;
  const result = text.results[0] as string;
  const value = (row: string, element: string) => {
    const loads = args.map(
      (index, k) => `const a${k} = x${k}[${isNumber[index] ? row : element}];`,
    );
    return [...loads, ...lines];
  };
  const make = (body: readonly string[], output: readonly [number] | readonly [number, number]) => {
    return { launch: launcher.kernel(body, args.length, numbers.length, output), args, numbers };
  };
  const [x, y] = ["this.thread.x", "this.thread.y"];
  if (op !== undefined) {
    const at = (place: string) => value(x, `${x} * ${length} + ${place}`).join("\n");
    return make(foldLines(op, length, at, result), [count]);
  }
  if (per === "row") return make([...value(x, x), `return ${result};`], [count]);
  return make([...value(y, `${y} * ${length} + ${x}`), `return ${result};`], [length, count]);
}

/** Prepares a kernel for each stage. Kernels of gpu.js have one output, and their threads cannot meet. */
export const rows: Prepare<RowsStep> = (step, memory, launcher) => {
  const { shape, rowAxes, inputs, stages, results, outputs } = step;
  const lead = shape.length - rowAxes;
  const [count, length] = [sizeOf(shape.slice(0, lead)), sizeOf(shape.slice(lead))];
  const isFloaty = [...inputs, ...outputs].every((view) =>
    ["f32", "bool"].includes(memory.dtype(view)),
  );
  if (count * length === 0 || !isFloaty) return null;
  const isNumber = [
    ...inputs.map((view) => view.shape.length < shape.length),
    ...stages.map(({ per }) => per === "row"),
  ];
  const kernels: StageKernel[] = [];
  for (const stage of stages) {
    const kernel = kernelOf(stage, { count, length, isNumber }, launcher);
    if (kernel === null) return null;
    kernels.push(kernel);
  }
  const run = (given: readonly Held[]) => {
    const values = [...given];
    for (const { launch, args, numbers } of kernels) {
      values.push(launch([...args.map((index) => values[index] as Held), ...numbers]));
    }
    return results.map((stage) => values[inputs.length + stage] as Held);
  };
  return { inputs, outputs, passes: true, run };
};
