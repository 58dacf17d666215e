import { readSafetensors, writeSafetensors } from "@metrigrad/data";
import { DataError, tensor } from "@metrigrad/tensor";
import test from "tape";
import { repeatedName } from "../../src/safetensors/repeatedName.ts";

/** A file by hand, as the format says. */
function fileOf(header: unknown, elements: ArrayLike<number> = []): Uint8Array {
  const text = new TextEncoder().encode(
    typeof header === "string" ? header : JSON.stringify(header),
  );
  const file = new Uint8Array(8 + text.length + elements.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  file.set(Uint8Array.from(elements), 8 + text.length);
  return file;
}

const f32 = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);

test("tensors of all types come back as they were, with texts", async (t) => {
  const tensors = new Map([
    ["ä", tensor(Uint8Array.of(1, 2, 255))],
    ["u32", tensor(Uint32Array.of(2 ** 32 - 1, 7), { shape: [2, 1] })],
    ["10", tensor(Int32Array.of(-5))],
    ["bool", tensor([true, false, true])],
    ["scalar", tensor(Math.PI)],
    ["none", tensor(new Float32Array(0), { shape: [0, 4] })],
    ["__proto__", tensor(Float32Array.of(0.5))],
  ]);
  const bytes = writeSafetensors(tensors, { made: "by hand" });
  const back = readSafetensors(bytes);
  t.deepEqual(back.metadata, { made: "by hand" });
  t.equal(back.tensors.size, tensors.size);
  for (const [name, value] of tensors) {
    const other = back.tensors.get(name);
    t.deepEqual([other?.dtype, other?.shape], [value.dtype, value.shape]);
    t.deepEqual([...(other?.data() ?? [])], [...value.data()]);
  }
  t.deepEqual(readSafetensors(writeSafetensors({ x: tensor([1]) })).metadata, {});
  t.equal(readSafetensors(writeSafetensors({})).tensors.size, 0);
});

test("f16 takes two bytes in a file, and is read as f32", async (t) => {
  const halves = [1.5, -2, 2 ** -24, 65504, -0, Infinity, 1638 / 2 ** 14];
  const tensors = {
    a: tensor(Uint8Array.of(7)),
    x: tensor([...halves.slice(0, 6), 0.1], { dtype: "f16" }),
  };
  const bytes = writeSafetensors(tensors);
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  t.deepEqual(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))).x, {
    dtype: "F16",
    shape: [7],
    data_offsets: [0, 14],
  });
  const elements = [0x3e00, 0xc000, 0x0001, 0x7bff, 0x8000, 0x7c00, 0x2e66];
  t.deepEqual(
    [...bytes.subarray(8 + length)],
    [...elements.flatMap((bits) => [bits & 255, bits >> 8]), 7],
  );
  const back = readSafetensors(bytes).tensors.get("x");
  t.equal(back?.dtype, "f32");
  t.deepEqual([...(back?.data() ?? [])], halves.map(Math.fround));
});

test("the layout is that of the format, aligned", async (t) => {
  const bytes = writeSafetensors({ a: tensor(Uint8Array.of(7)), b: tensor(Float32Array.of(1)) });
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  t.equal(length % 8, 0);
  t.deepEqual(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))), {
    a: { dtype: "U8", shape: [1], data_offsets: [4, 5] },
    b: { dtype: "F32", shape: [1], data_offsets: [0, 4] },
  });
  t.deepEqual([...bytes.subarray(8 + length)], [0, 0, 128, 63, 7]);
});

test("narrow and wide types are read into those that there are", async (t) => {
  const values: [string, number[], number[], string][] = [
    // Binary16: 1.5, −2, the smallest subnormal 2⁻²⁴, the largest 65504, −0, ∞.
    [
      "F16",
      [0x00, 0x3e, 0x00, 0xc0, 0x01, 0x00, 0xff, 0x7b, 0x00, 0x80, 0x00, 0x7c],
      [1.5, -2, 2 ** -24, 65504, -0, Infinity],
      "f32",
    ],
    ["BF16", [0xc0, 0x3f, 0x00, 0xc0, 0x80, 0x7f], [1.5, -2, Infinity], "f32"],
    [
      "I64",
      [255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 128, 255, 255, 255, 255],
      [-1, -(2 ** 31)],
      "i32",
    ],
    ["U64", [255, 255, 255, 127, 0, 0, 0, 0], [2 ** 31 - 1], "i32"],
    ["I16", [0xff, 0xff, 0x00, 0x80], [-1, -32768], "i32"],
    ["U16", [0xff, 0xff], [65535], "i32"],
    ["I8", [0xff, 0x7f], [-1, 127], "i32"],
    ["BOOL", [0, 1, 3], [0, 1, 1], "bool"],
  ];
  for (const [dtype, bytes, expected, type] of values) {
    const entry = { dtype, shape: [expected.length], data_offsets: [0, bytes.length] };
    const x = readSafetensors(fileOf({ x: entry }, bytes)).tensors.get("x");
    t.deepEqual([x?.dtype, x?.toArray()], [type, expected], dtype);
  }
  const nan = readSafetensors(
    fileOf({ x: { dtype: "F16", shape: [], data_offsets: [0, 2] } }, [1, 0x7c]),
  );
  t.ok(Number.isNaN(nan.tensors.get("x")?.item()));
});

test("the header may have any order", async (t) => {
  const header = {
    b: { dtype: "F32", shape: [1], data_offsets: [8, 12] },
    a: { dtype: "F32", shape: [2], data_offsets: [0, 8] },
  };
  const { tensors } = readSafetensors(fileOf(header, f32(1, 2, 3)));
  t.deepEqual([tensors.get("a")?.toArray(), tensors.get("b")?.toArray()], [[1, 2], [3]]);
});

const entry = (change: object = {}) => ({
  dtype: "F32",
  shape: [1],
  data_offsets: [0, 4],
  ...change,
});
const one = f32(1);
const wrong: [string, Uint8Array, RegExp][] = [
  [
    "no bytes",
    new Uint8Array(0),
    /readSafetensors: the file must begin with the length of its header, got 0 bytes/,
  ],
  ["a header beyond the file", fileOf({}).subarray(0, 9), /got a header of 2 bytes in 9/],
  ["a header of 2⁶⁴−1 bytes", new Uint8Array(16).fill(255), /must begin with the length/],
  ["text", new TextEncoder().encode("\x05\0\0\0\0\0\0\0hello"), /the header must be a JSON object/],
  [
    "bytes that are no text",
    Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 255),
    /the header must be a JSON object/,
  ],
  ["a list", fileOf([1]), /the header must be a JSON object/],
  [
    "a name twice",
    fileOf(`{"x":${JSON.stringify(entry())},"\\u0078":${JSON.stringify(entry())}}`, one),
    /each name must come once in the header, got "x" twice/,
  ],
  [
    "a part twice",
    fileOf('{"x":{"dtype":"F64","dtype":"F32","shape":[1],"data_offsets":[0,4]}}', one),
    /got "dtype" twice/,
  ],
  [
    "a dtype that is an object",
    fileOf({ x: entry({ dtype: {} }) }, one),
    /readSafetensors, x: it must have a shape and a type of F64, .* got \{"dtype":\{\},"shape":\[1\]\}/,
  ],
  [
    "a dtype that is a list",
    fileOf({ x: entry({ dtype: ["F32"] }) }, one),
    /it must have a shape and a type/,
  ],
  [
    "a dtype of a prototype",
    fileOf({ x: entry({ dtype: "constructor" }) }, one),
    /it must have a shape and a type/,
  ],
  ["null", fileOf({ x: null }), /it must have a shape and a type/],
  [
    "a shape that is a text",
    fileOf({ x: entry({ shape: "1" }) }, one),
    /it must have a shape and a type/,
  ],
  [
    "a negative size",
    fileOf({ x: entry({ shape: [-1] }) }, one),
    /sizes must be non-negative integers, got \[-1\]/,
  ],
  [
    "rank 3000",
    fileOf({ x: entry({ shape: new Array(3000).fill(1) }) }, one),
    /an array must have 32 axes at most, got 3000/,
  ],
  [
    "sizes beyond 2⁵³",
    fileOf({ x: entry({ shape: [2 ** 40, 2 ** 40] }) }, one),
    /2³¹−1 elements at most/,
  ],
  [
    "huge axes of an empty array",
    fileOf({ x: entry({ shape: [0, 2 ** 40], data_offsets: [0, 0] }) }),
    /2³¹−1 elements at most/,
  ],
  [
    "offsets that do not fit the shape",
    fileOf({ x: entry({ shape: [2] }) }, one),
    /its offsets must be two integers, 8 bytes apart, got \[0,4\]/,
  ],
  [
    "no offsets",
    fileOf({ x: entry({ data_offsets: undefined }) }, one),
    /its offsets must be two integers, 4 bytes apart, got nothing/,
  ],
  [
    "three offsets",
    fileOf({ x: entry({ data_offsets: [0, 4, 4] }) }, one),
    /its offsets must be two integers/,
  ],
  [
    "a gap",
    fileOf({ x: entry({ data_offsets: [4, 8] }) }, f32(0, 1)),
    /x: its elements must begin at 0, got 4: there is a gap/,
  ],
  [
    "elements that overlap",
    fileOf(
      { x: entry({ shape: [2], data_offsets: [0, 8] }), y: entry({ data_offsets: [4, 8] }) },
      f32(0, 1),
    ),
    /y: its elements must begin at 8, got 4: it overlaps/,
  ],
  [
    "a file cut short",
    fileOf({ x: entry() }, one.subarray(0, 3)),
    /x: the file must hold its 4 bytes, got 3: it is cut short/,
  ],
  [
    "bytes after the elements",
    fileOf({ x: entry() }, f32(1, 2)),
    /there must be 4 bytes of elements, got 8/,
  ],
  [
    "metadata that are no texts",
    fileOf({ __metadata__: { a: 1 } }),
    /__metadata__ must be a record of texts, got \{"a":1\}/,
  ],
  [
    "an integer beyond i32",
    fileOf({ x: entry({ dtype: "I64", data_offsets: [0, 8] }) }, [0, 0, 0, 128, 0, 0, 0, 0]),
    /x: 64-bit integers must lie in .* got 2147483648 at element 0; store them as float64/,
  ],
];

for (const [what, file, says] of wrong) {
  test(`readSafetensors refuses ${what}`, async (t) => {
    t.throws(() => readSafetensors(file), says);
    t.throws(() => readSafetensors(file), DataError);
    t.throws(() => readSafetensors(file, { name: "a" }), /^DataError: readSafetensors\(a\)/);
  });
}

test("writeSafetensors refuses what the format cannot hold", async (t) => {
  t.throws(
    () => writeSafetensors({ x: 1 as never }),
    /writeSafetensors: x must be a tensor, got a number/,
  );
  t.throws(() => writeSafetensors({ __metadata__: tensor([1]) }), /names must not be __metadata__/);
  t.throws(() => writeSafetensors({}, { n: 1 as never }), /metadata must be texts by name, n too/);
});

test("repeatedName finds names, not values", async (t) => {
  t.equal(repeatedName('{"a":{"b":"a"},"c":["a:",{"b":1},{"b":2}],"d":"\\"a\\":"}'), undefined);
  t.equal(repeatedName('{"a":[{"b":1,"b" : 2}]}'), "b");
  t.equal(repeatedName('{"a":{"x":1},"a":2}'), "a");
});

test("a file may hold very many tensors", async (t) => {
  const one = tensor([1]);
  const many = new Map(Array.from({ length: 150_000 }, (_, at) => [`t${at}`, one] as const));
  t.equal(new DataView(writeSafetensors(many).buffer).getBigUint64(0, true) % 8n, 0n);
});
