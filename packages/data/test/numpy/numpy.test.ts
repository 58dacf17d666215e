/** Files that NumPy wrote (record.py), and their bytes written again. */
import { readFileSync } from "node:fs";
import { readNpy, readNpz, writeNpy, writeNpz } from "@metrigrad/data";
import { convert, DataError, tensor } from "@metrigrad/tensor";
import test from "tape";

interface Recorded {
  readonly arrays: readonly { name: string; file: string; shape: number[]; values: unknown }[];
  readonly wrong: Readonly<Record<string, string>>;
  readonly archives: readonly string[];
}
const recorded: Recorded = JSON.parse(
  readFileSync(new URL("recorded.json", import.meta.url), "utf8"),
);
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, "base64"));
const fileOf = (name: string) =>
  bytesOf(recorded.arrays.find((one) => one.name === name)?.file as string);
/** NumPy's booleans as the numbers that tensors hold. */
const numbers = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(numbers) : Number(value);

test("readNpy reads what NumPy wrote", async (t) => {
  t.equal(recorded.arrays.length, 24);
  for (const { name, file, shape, values } of recorded.arrays) {
    const read = readNpy(bytesOf(file));
    t.deepEqual(read.shape, shape, name);
    t.deepEqual(read.toArray(), numbers(values), name);
  }
  const types = Object.fromEntries(
    recorded.arrays.map(({ name, file }) => [name, readNpy(bytesOf(file)).dtype]),
  );
  const same = ["f32", "f64", "i32", "u32", "u8", "bool"];
  t.deepEqual(
    same.map((name) => types[name]),
    same,
  );
  t.deepEqual(
    ["i8", "i16", "u16", "i64", "u64"].map((name) => types[name]),
    new Array(5).fill("i32"),
  );
  t.equal(types.f16, "f32");
});

test("writeNpy writes the bytes that NumPy writes", async (t) => {
  for (const name of ["f32", "f64", "i32", "u32", "u8", "bool", "empty", "deep"]) {
    const file = fileOf(name);
    t.deepEqual(writeNpy(readNpy(file)), file, name);
  }
  const halves = fileOf("f16");
  t.deepEqual(writeNpy(convert(readNpy(halves), "f16")), halves, "f16");
  t.throws(() => writeNpy([1] as never), /writeNpy: the value must be a tensor, got a object/);
});

test("archives are read, compressed or not, and written", async (t) => {
  const grid = tensor(
    Float32Array.from({ length: 24 }, (_, i) => i),
    { shape: [2, 3, 4] },
  );
  const zeros = tensor(new Int32Array(1000));
  const archives = [
    ...recorded.archives.map(bytesOf),
    writeNpz({ a: grid, b: zeros }),
    writeNpz(
      new Map([
        ["a", grid],
        ["b", zeros],
      ]),
      { compress: true },
    ),
  ];
  for (const bytes of archives) {
    const arrays = readNpz(bytes);
    t.deepEqual([...arrays.keys()], ["a", "b"]);
    t.deepEqual(arrays.get("a"), grid);
    t.deepEqual(arrays.get("b"), zeros);
  }
  const [, , plain, compressed] = archives.map(({ length }) => length);
  t.ok((compressed as number) < (plain as number) / 3);
  t.throws(() => writeNpz({ a: 1 as never }), /writeNpz: a must be a tensor, got a number/);
});

/** A version 1 file by hand. */
const handmade = (header: string, elements: ArrayLike<number> = []) =>
  Uint8Array.from([
    ...[0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0],
    ...[header.length & 255, header.length >> 8],
    ...new TextEncoder().encode(header),
    ...Array.from(elements),
  ]);
const dict = (shape: string, descr = "'|u1'") =>
  `{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }`;
const wrongType = /descr must be < or > and one of b1, .* astype\('float32'\)/;

const wrong: [string, Uint8Array, RegExp][] = [
  ["no bytes", new Uint8Array(0), /readNpy: the file must begin with \\x93NUMPY, got bytes \[\]/],
  ["text", new TextEncoder().encode("1,2,3,4"), /must begin with/],
  ["version 4", fileOf("f64").with(6, 4), /the version must be 1, 2 or 3, got 4/],
  [
    "a header cut short",
    fileOf("f64").subarray(0, 50),
    /the header must have 128 bytes, got 50: the file is cut short/,
  ],
  ["no length of the header", fileOf("f64").subarray(0, 9), /the header must have 10 bytes, got 9/],
  [
    "elements cut short",
    fileOf("f64").subarray(0, -1),
    /a file of f64 of shape \[\] must have 136 bytes, got 135: the file is cut short/,
  ],
  ["more after the elements", Uint8Array.from([...fileOf("f64"), 0]), /got 137: more follows/],
  ["complex numbers", bytesOf(recorded.wrong.complex as string), wrongType],
  ["texts", bytesOf(recorded.wrong.text as string), wrongType],
  ["times", bytesOf(recorded.wrong.time as string), wrongType],
  ["long doubles", bytesOf(recorded.wrong.long as string), wrongType],
  [
    "fields",
    bytesOf(recorded.wrong.fields as string),
    /the header must have a plain descr, fortran_order and shape, got \{'descr': \[/,
  ],
  [
    "integers beyond i32",
    bytesOf(recorded.wrong.large as string),
    /64-bit integers must lie in .* got 2147483648 at element 0/,
  ],
  [
    "unsigned integers beyond i32",
    bytesOf(recorded.wrong["large u64"] as string),
    /got 9223372036854775808 at element 0/,
  ],
  ["a byte order of one byte for two", handmade(dict("(1,)", "'|i2'"), [0, 0]), wrongType],
  [
    "rank 1000",
    handmade(dict(`(${"1, ".repeat(1000)})`), [7]),
    /an array must have 32 axes at most, got 1000/,
  ],
  ["sizes beyond 2⁵³", handmade(dict("(99999999999, 99999999999)")), /2³¹−1 elements at most/],
  ["a size that is a text", handmade(dict("('a',)")), /sizes must be non-negative integers/],
  ["a negative size", handmade(dict("(-1,)")), /sizes must be non-negative integers/],
  [
    "two sizes without a comma",
    handmade(dict("(1 1)"), [7]),
    /sizes must be non-negative integers/,
  ],
  [
    "code",
    handmade("{'descr': '|u1', 'fortran_order': False, 'shape': print(1), }"),
    /the header must have a plain descr/,
  ],
  ["a further key", handmade(dict("(1,), 'more': 'x'"), [7]), /the header must have a plain descr/],
];

for (const [what, file, says] of wrong) {
  test(`readNpy refuses ${what}`, async (t) => {
    t.throws(() => readNpy(file), says);
    t.throws(() => readNpy(file), DataError);
    t.throws(() => readNpy(file, { name: "x.npy" }), /^DataError: readNpy\(x\.npy\): /);
  });
}

test("readNpz refuses what is no archive of arrays", async (t) => {
  const good = bytesOf(recorded.archives[1] as string);
  const refuses = (bytes: Uint8Array, says: RegExp) => {
    t.throws(() => readNpz(bytes, { name: "x.npz" }), says);
    t.throws(() => readNpz(bytes), DataError);
  };
  refuses(new Uint8Array(0), /readNpz\(x\.npz\): the file must be a zip archive of npy files, got/);
  refuses(fileOf("f32"), /must be a zip archive/);
  refuses(good.subarray(0, 300), /must be a zip archive/);
  // A bit of the compressed elements flipped.
  refuses(good.with(120, (good[120] as number) ^ 255), /readNpz/);
  // A bit of elements that are not compressed.
  const plain = bytesOf(recorded.archives[0] as string);
  refuses(plain.with(400, 1 ^ (plain[400] as number)), /, [ab]: its bytes must have the checksum/);
  const bare = (name: string) => writeNpz({ [name]: tensor([1]) });
  const renamed = bare("a.npy").map((byte, at, all) =>
    // a.npy.npy becomes a.npy.txt in both headers.
    String.fromCharCode(...all.subarray(at - 6, at)) === ".npy.n" ? 0x78 : byte,
  );
  refuses(renamed, /must be a zip archive of npy files, got a\.npy\.nxy/);
  refuses(bombOf(good), /a\.npy of \d+ bytes in \d+/);
});

/** The archive with another size of what is in its first file, 1 GB. */
function bombOf(archive: Uint8Array): Uint8Array {
  const bomb = archive.slice();
  const view = new DataView(bomb.buffer);
  for (let at = 0; at + 46 < bomb.length; at++) {
    if (view.getUint32(at, true) !== 0x02014b50) continue;
    view.setUint32(at + 24, 2 ** 30, true);
    break;
  }
  return bomb;
}
