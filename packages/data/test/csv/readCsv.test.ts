import { readCsv } from "@metrigrad/data";
import { DataError } from "@metrigrad/tensor";
import test from "tape";

const text = 'name,age,member\r\n"Ada, ""Lovelace""",36,true\r\nGrace,,false\r\n\r\n';

test("readCsv reads rows by column", async (t) => {
  t.deepEqual(readCsv(text), [
    { name: 'Ada, "Lovelace"', age: "36", member: "true" },
    { name: "Grace", age: null, member: "false" },
  ]);
  t.deepEqual(readCsv('a,b\n1,"two\nlines"'), [{ a: "1", b: "two\nlines" }]);
  t.deepEqual(readCsv("a\n"), []);
});

test("readCsv infers no number that would lose digits", async (t) => {
  const ids = ["12345678901234567890", "12345678901234567891"];
  t.deepEqual(
    readCsv(`id\n${ids.join("\n")}`, { types: "infer" }).map(({ id }) => id),
    ids,
  );
  t.deepEqual(readCsv("x\n1e999", { types: "infer" }), [{ x: "1e999" }]);
  t.deepEqual(readCsv("x\n0.1234567890123456789\n9007199254740991\n1e22", { types: "infer" }), [
    { x: 0.12345678901234568 },
    { x: 9007199254740991 },
    { x: 1e22 },
  ]);
});

test("readCsv takes lines that end in different ways", async (t) => {
  const wanted = [
    { a: "1", b: "x" },
    { a: "2", b: "y" },
  ];
  t.deepEqual(readCsv("a,b\n1,x\r\n2,y\r\n"), wanted);
  t.deepEqual(readCsv("a,b\r\n1,x\n2,y\r\n"), wanted);
  t.deepEqual(readCsv("a,b\r1,x\r2,y\r"), wanted);
  t.deepEqual(readCsv("a\r\nx\ny\r\n"), [{ a: "x" }, { a: "y" }]);
  t.deepEqual(readCsv('a,b\r\n1,"two\nlines"\r\n'), [{ a: "1", b: "two\nlines" }]);
  t.deepEqual(readCsv('a\r\n"two\r\nlines"\r\n'), [{ a: "two\r\nlines" }]);
});

test("readCsv takes bytes, with and without a byte order mark", async (t) => {
  const bytes = new TextEncoder().encode("\uFEFFcafé\n1");
  t.deepEqual(readCsv(bytes), [{ café: "1" }]);
  t.deepEqual(readCsv("\uFEFFcafé\n1"), [{ café: "1" }]);
});

test("readCsv takes headers, delimiters and marks of missing cells", async (t) => {
  t.deepEqual(readCsv("1;2", { header: false, delimiter: ";" }), [{ 0: "1", 1: "2" }]);
  t.deepEqual(readCsv("1\tNA", { header: ["x", "y"], delimiter: "\t", missing: ["NA"] }), [
    { x: "1", y: null },
  ]);
});

test("readCsv reads types, named or inferred", async (t) => {
  const inferred = readCsv(text, { types: "infer" });
  t.deepEqual(inferred[0], { name: 'Ada, "Lovelace"', age: 36, member: true });
  t.deepEqual(inferred[1], { name: "Grace", age: null, member: false });
  const table = "zip,x,y\n00123,-1.5e3,1\n";
  t.deepEqual(readCsv(table, { types: { x: "number" } }), [{ zip: "00123", x: -1500, y: "1" }]);
  t.deepEqual(readCsv("a,b\n0x10,.5\n1,", { types: "infer" }), [
    { a: "0x10", b: 0.5 },
    { a: "1", b: null },
  ]);
});

const wrong: [string, Parameters<typeof readCsv>, RegExp][] = [
  [
    "a short row",
    ["a,b\n1,2\n3"],
    /readCsv: a row must have 2 cells, got 1 in row 1; correct the table/,
  ],
  ["a long row", ["a,b\n1,2,3"], /a row must have 2 cells, got 3 in row 0/],
  ["a quote that is not closed", ['a,b\n1,2\n3,"4'], /quotes must be closed, .* \(row 1\)/],
  ["a quote that is not doubled", ['a,b\n1,"2"3"'], /quotes must be closed, .* \(row 0\)/],
  ["a name that comes twice", ["a,a\n1,2"], /columns must have different names, got a twice/],
  ["an empty name", ["a,\n1,2"], /columns must have names, got \["a",""\]/],
  ["no line", [""], /the table must have a line, got none/],
  [
    "a text where numbers are",
    ["a\n1\nx", { types: { a: "number" } }],
    /readCsv, a: a cell must be a number, got "x" in row 1; .* missing/,
  ],
  ["hexadecimal numbers", ["a\n0x1", { types: { a: "number" } }], /a cell must be a number/],
  [
    "a type of no column",
    ["a\n1", { types: { b: "number" } }],
    /types must be of the columns a, got b/,
  ],
  [
    "an unknown type",
    ["a\n1", { types: { a: "date" as never } }],
    /the type of a must be one of text, number, boolean, got date/,
  ],
  [
    "unknown types",
    ["a\n1", { types: "number" as never }],
    /types must be "text", "infer" or a record/,
  ],
  ["a wrong delimiter", ["a\n1", { delimiter: '"' }], /delimiter must be a text without quotes/],
  ["another encoding", [Uint8Array.of(0x61, 0x0a, 0xe9)], /bytes must be UTF-8, got others/],
  ["no text", [7 as never], /the table must be a text or bytes, got a number/],
  [
    "an unknown option",
    ["a\n1", { sep: ";" } as never],
    /readCsv: options must be among header, .* got sep/,
  ],
];

for (const [what, args, says] of wrong) {
  test(`readCsv refuses ${what}`, async (t) => {
    t.throws(() => readCsv(...args), says);
    t.throws(() => readCsv(...args), DataError);
  });
}

test("readCsv names the file", async (t) => {
  t.throws(() => readCsv("", { name: "x.csv" }), /readCsv\(x\.csv\): the table/);
});
