import type { PlainStep } from "@metrigrad/tensor";
import type { Dispatch, Memory } from "../wgsl/kernel.ts";
import { argReduce } from "./argReduce.ts";
import { cholesky } from "./cholesky.ts";
import { convolve } from "./convolve.ts";
import { copy } from "./copy.ts";
import { eigh } from "./eigh.ts";
import { gather } from "./gather.ts";
import { gram } from "./gram.ts";
import type { Lower } from "./lower.ts";
import { map } from "./map.ts";
import { matmul } from "./matmul.ts";
import { random } from "./random.ts";
import { reduce } from "./reduce.ts";
import { rows } from "./rows.ts";
import { scatterAdd } from "./scatterAdd.ts";
import { sort } from "./sort.ts";
import { triangularSolve } from "./triangularSolve.ts";

const table: {
  readonly [K in PlainStep["kind"]]: Lower<Extract<PlainStep, { kind: K }>>;
} = {
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

/** Returns the dispatches of a step that is not a loop; those without work are left out. */
export function lowerStep(step: PlainStep, memory: Memory): readonly Dispatch[] {
  const lower = table[step.kind] as Lower<PlainStep>;
  return lower(step, memory).filter(({ groups }) => groups > 0);
}
