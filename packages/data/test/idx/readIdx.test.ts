import { readIdx } from "@metrigrad/data";
import { DataError } from "@metrigrad/tensor";
import test from "tape";

// Every file here is written byte by byte from the description of the format.
const oneAxis = (code: number, size: number, ...elements: number[]) =>
  Uint8Array.from([0, 0, code, 1, 0, 0, 0, size, ...elements]);

const types = [
  { name: "u8", file: oneAxis(0x08, 3, 0x00, 0x7f, 0xff), dtype: "u8", values: [0, 127, 255] },
  { name: "i8", file: oneAxis(0x09, 3, 0x01, 0x80, 0xff), dtype: "i32", values: [1, -128, -1] },
  {
    name: "i16",
    file: oneAxis(0x0b, 3, 0x01, 0x02, 0x80, 0x00, 0xff, 0xfe),
    dtype: "i32",
    values: [258, -32768, -2],
  },
  {
    name: "i32",
    file: oneAxis(0x0c, 2, 0x00, 0x01, 0x00, 0x02, 0x80, 0x00, 0x00, 0x00),
    dtype: "i32",
    values: [65538, -(2 ** 31)],
  },
  {
    name: "f32",
    file: oneAxis(0x0d, 3, 0x3f, 0x80, 0, 0, 0xc0, 0x20, 0, 0, 0x7f, 0xc0, 0, 0),
    dtype: "f32",
    values: [1, -2.5, NaN],
  },
  {
    name: "f64",
    file: oneAxis(
      0x0e,
      2,
      0x3f,
      0xf8,
      0,
      0,
      0,
      0,
      0,
      0,
      0x3f,
      0xb9,
      0x99,
      0x99,
      0x99,
      0x99,
      0x99,
      0x9a,
    ),
    dtype: "f64",
    values: [1.5, 0.1],
  },
];

for (const { name, file, dtype, values } of types) {
  test(`readIdx reads ${name}`, async (t) => {
    const read = readIdx(file);
    t.equal(read.dtype, dtype);
    t.deepEqual(read.shape, [values.length]);
    t.deepEqual(read.toArray(), values);
  });
}

test("readIdx keeps the axes, row-major", async (t) => {
  const axes = [0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3];
  const read = readIdx(Uint8Array.from([0, 0, 8, 3, ...axes, 1, 2, 3, 4, 5, 6]));
  t.deepEqual(read.toArray(), [[[1, 2, 3]], [[4, 5, 6]]]);
  t.deepEqual(readIdx(oneAxis(8, 0)).shape, [0], "an axis may be empty");
  t.equal(readIdx(Uint8Array.from([0, 0, 8, 0, 42])).item(), 42, "rank 0 is a scalar");
});

test("readIdx reads a part of a larger buffer, and owns what it read", async (t) => {
  const file = oneAxis(0x0b, 1, 0x01, 0x02);
  const larger = new Uint8Array(file.length + 7);
  larger.set(file, 3);
  const part = larger.subarray(3, 3 + file.length);
  t.deepEqual(readIdx(part).toArray(), [258]);
  const bytes = oneAxis(8, 2, 1, 2);
  const read = readIdx(bytes);
  bytes.fill(9);
  t.deepEqual(read.toArray(), [1, 2]);
});

test("readIdx reads an axis of 2¹⁶ and more from all four bytes", async (t) => {
  const file = new Uint8Array(8 + 0x010203);
  file.set([0, 0, 8, 1, 0, 1, 2, 3]);
  t.deepEqual(readIdx(file).shape, [0x010203]);
});

const bad = [
  { what: "no bytes", file: [], says: /first four bytes must be 0, 0, .*got \[\]; check/ },
  { what: "a short magic", file: [0, 0, 8], says: /got \[0, 0, 8\]/ },
  { what: "a wrong magic", file: [0, 1, 8, 1, 0], says: /got \[0, 1, 8, 1\]/ },
  { what: "gzip", file: [0x1f, 0x8b, 8, 0, 0], says: /compressed by gzip: unpack/ },
  { what: "an unknown type", file: [0, 0, 10, 1], says: /one of 8 \(u8\), 9 \(i8\).*got 10;/ },
  {
    what: "a short header",
    file: [0, 0, 8, 2, 0, 0, 0, 1],
    says: /rank 2 must have 12 bytes, got 8/,
  },
  {
    what: "missing elements",
    file: [0, 0, 0x0b, 1, 0, 0, 0, 2, 0, 1, 0],
    says: /i16 elements of shape \[2\] must have 12 bytes, got 11; the file is cut short/,
  },
  {
    what: "bytes after the elements",
    file: [0, 0, 8, 1, 0, 0, 0, 1, 7, 7],
    says: /must have 9 bytes, got 10; remove/,
  },
  {
    what: "sizes that no file can have",
    file: [0, 0, 8, 2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
    says: /2³¹−1 elements at most, got shape \[4294967295, 4294967295\]/,
  },
  {
    what: "more axes than an array can have",
    file: [0, 0, 8, 33, ...Array.from({ length: 33 }, () => [0, 0, 0, 1]).flat(), 7],
    says: /an array must have 32 axes at most, got 33/,
  },
];

for (const { what, file, says } of bad) {
  test(`readIdx refuses ${what}`, async (t) => {
    t.throws(() => readIdx(Uint8Array.from(file)), says);
    t.throws(() => readIdx(Uint8Array.from(file)), DataError);
    t.throws(
      () => readIdx(Uint8Array.from(file), { name: "a-file" }),
      /^DataError: readIdx\(a-file\): /,
    );
  });
}
