import { hashPath, tensor, threefry2x32, uniformStream } from "@metrigrad/tensor";
import { add, bernoulliDraws, constant, normal, randomBits, uniform } from "../../ops/index.ts";
import type { OpRow } from "../case.ts";
import { spread, u32 } from "./values.ts";

const seed = 123;
const counter = 5;
const state = u32([seed, counter]);
const key = "cases/draws";
const stream = uniformStream({ seed, path: key, counter });

/** Returns the words of Threefry at row-major positions. */
function words(size: number): number[] {
  return Array.from({ length: size }, (_, i) => {
    return threefry2x32(hashPath(key), seed, Math.floor(i / 2), counter)[i % 2] as number;
  });
}

/** Rows of random draws, from a given state. */
export const drawRows: readonly OpRow[] = [
  {
    op: "randomBits",
    f: (from) => randomBits([3, 3], { key, state: from }),
    cases: [
      {
        name: "an odd number of words",
        inputs: [state],
        value: u32(words(9), [3, 3]),
        batch: false,
      },
    ],
  },
  {
    op: "randomBits",
    f: (from) => randomBits([1031], { key, state: from }),
    cases: [{ name: "many words", inputs: [state], value: u32(words(1031)), batch: false }],
  },
  {
    op: "randomBits",
    f: () => randomBits([64], { key }),
    cases: [{ name: "of the store's own state", inputs: [], shape: [64], type: "u32" }],
  },
  {
    op: "uniform",
    f: (from) => uniform([40], { key, state: from }),
    cases: [
      {
        name: "the stream of the host",
        inputs: [state],
        value: tensor(Float64Array.from({ length: 40 }, (_, i) => stream.uniform(i))),
        tolerance: 0,
        batch: false,
      },
    ],
  },
  {
    op: "normal",
    f: (from) => normal([5, 4], { key, state: from }),
    cases: [
      {
        name: "the stream of the host",
        inputs: [state],
        value: tensor(
          Float64Array.from({ length: 20 }, (_, i) => stream.normal(i)),
          { shape: [5, 4] },
        ),
        batch: false,
      },
    ],
  },
  {
    op: "bernoulliDraws",
    f: (from, p) => bernoulliDraws(p, { key, state: from, shape: [2, 30] }),
    cases: [
      {
        name: "a chance per column",
        inputs: [state, spread([30], 0, 1)],
        shape: [2, 30],
        type: "bool",
        batch: false,
      },
    ],
  },
  {
    op: "uniform",
    f: (x) => add(x, uniform([3], { key, state: constant(state) })),
    cases: [{ name: "beside a batched value", inputs: [[1, 2, 3]] }],
  },
];
