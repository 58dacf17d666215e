import { DataError } from "@metrigrad/tensor";
import test from "tape";
import { readDigits } from "../../src/mnist/readDigits.ts";

const idx = (shape: number[], bytes: ArrayLike<number>) => {
  const sizes = shape.flatMap((n) => [0, 0, n >> 8, n & 255]);
  return Uint8Array.from([0, 0, 8, shape.length, ...sizes, ...Array.from(bytes)]);
};
const n = 20;
const labels = Array.from({ length: n }, (_, row) => row % 10);
const ink = Uint8Array.from({ length: n * 784 }, (_, at) => (at % 784 === 400 ? 255 : 0));
const read = (images: Uint8Array, digits: Uint8Array) =>
  readDigits({ name: "images", bytes: images }, { name: "labels", bytes: digits });

test("readDigits reads a pair of files", async (t) => {
  const { inputs, targets } = await read(idx([n, 28, 28], ink), idx([n], labels));
  t.deepEqual([inputs.dtype, inputs.shape], ["u8", [n, 784]]);
  t.deepEqual([targets.dtype, targets.toArray()], ["i32", labels]);
});

const wrong: [string, Uint8Array, Uint8Array, RegExp][] = [
  [
    "images of 14×56",
    idx([n, 14, 56], ink),
    idx([n], labels),
    /mnist\(images\): the file must be u8 \[20, 28, 28\], got u8 \[20, 14, 56\]/,
  ],
  [
    "images of zeros",
    idx([n, 28, 28], new Uint8Array(n * 784)),
    idx([n], labels),
    /mnist\(images\): each image must have ink, got none in row 0/,
  ],
  [
    "an image of zeros",
    idx(
      [n, 28, 28],
      ink.map((x, at) => (at < 7 * 784 || at >= 8 * 784 ? x : 0)),
    ),
    idx([n], labels),
    /none in row 7/,
  ],
  [
    "labels of zeros",
    idx([n, 28, 28], ink),
    idx([n], new Uint8Array(n)),
    /mnist\(labels\): every digit must occur, got no 1/,
  ],
  [
    "a label of 10",
    idx([n, 28, 28], ink),
    idx(
      [n],
      labels.map((d) => (d === 3 ? 10 : d)),
    ),
    /labels must be digits 0 … 9, got 10 in row 3/,
  ],
  [
    "fewer labels",
    idx([n, 28, 28], ink),
    idx([n - 1], labels.slice(1)),
    /mnist\(labels\): the file must be u8 \[20\], got u8 \[19\]/,
  ],
  ["no image", idx([0, 28, 28], []), idx([0], []), /every digit must occur/],
];

for (const [what, images, digits, says] of wrong) {
  test(`readDigits refuses ${what}`, async (t) => {
    const error = await read(images, digits).then(
      () => null,
      (reason: unknown) => reason,
    );
    t.ok(error instanceof DataError);
    t.match(String(error), says);
  });
}
