import type { PlainStep } from "../plan/step.ts";
import type { HostSteps, Kernel, Kernels } from "./kernel.ts";
import type { Memory } from "./memory.ts";
import { argReduce } from "./steps/argReduce.ts";
import { cholesky } from "./steps/cholesky.ts";
import { convolve } from "./steps/convolve.ts";
import { copy } from "./steps/copy.ts";
import { eigh } from "./steps/eigh.ts";
import { gather } from "./steps/gather.ts";
import { gram } from "./steps/gram.ts";
import { map } from "./steps/map.ts";
import { matmul } from "./steps/matmul.ts";
import { random } from "./steps/random.ts";
import { reduce } from "./steps/reduce.ts";
import { rows } from "./steps/rows.ts";
import { scatterAdd } from "./steps/scatterAdd.ts";
import { sort } from "./steps/sort.ts";
import { triangularSolve } from "./steps/triangularSolve.ts";

const kernels: Kernels = {
  map,
  reduce,
  rows,
  argReduce,
  sort,
  matmul,
  convolve,
  gather,
  scatterAdd,
  copy,
  random,
  gram,
  cholesky,
  triangularSolve,
  eigh,
};

/**
 * The plain loops of the reference backend. Other backends run with them the steps that they leave to the host.
 *
 * @category For authors of backends
 */
export const hostSteps: HostSteps = Object.freeze({ prepare: prepareStep, close: () => undefined });

function prepareStep(step: PlainStep, memory: Memory): () => void {
  return (kernels[step.kind] as Kernel<PlainStep["kind"]>)(step as never, memory);
}
