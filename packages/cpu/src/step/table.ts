import type { PlainStep } from "@metrigrad/tensor";
import { argReduceStep } from "./argReduce.ts";
import { choleskyStep } from "./cholesky.ts";
import type { Lowering, StepContext } from "./context.ts";
import { convolveStep } from "./convolve.ts";
import { copyStep } from "./copy.ts";
import { eighStep } from "./eigh.ts";
import { gatherStep } from "./gather.ts";
import { gramStep } from "./gram.ts";
import { mapStep } from "./map.ts";
import { matmulStep } from "./matmul.ts";
import { randomStep } from "./random.ts";
import { reduceStep } from "./reduce.ts";
import { rowsStep } from "./rowsStep.ts";
import { scatterAddStep } from "./scatterAdd.ts";
import { sortStep } from "./sort.ts";
import { triangularSolveStep } from "./triangularSolve.ts";

type PlainKind = PlainStep["kind"];
type StepOf<K extends PlainKind> = Extract<PlainStep, { readonly kind: K }>;

const lowerings: { readonly [K in PlainKind]: Lowering<StepOf<K>> } = {
  map: mapStep,
  reduce: reduceStep,
  rows: rowsStep,
  argReduce: argReduceStep,
  sort: sortStep,
  matmul: matmulStep,
  convolve: convolveStep,
  gather: gatherStep,
  scatterAdd: scatterAddStep,
  copy: copyStep,
  random: randomStep,
  gram: gramStep,
  cholesky: choleskyStep,
  triangularSolve: triangularSolveStep,
  eigh: eighStep,
};

/** Adds the phases of a step; those of a loop are those of its body. */
export function lowerStep(step: PlainStep, context: StepContext): void {
  (lowerings[step.kind] as Lowering<PlainStep>)(step, context);
}
