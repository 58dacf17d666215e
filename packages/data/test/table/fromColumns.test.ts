import { boolean, category, dataSet, fromColumns, number, readCsv } from "@metrigrad/data";
import { DataError, type Tensor } from "@metrigrad/tensor";
import test from "tape";

const rows = [
  { city: "Oslo", age: "20", member: "yes", word: "b", price: 1 },
  { city: "Bergen", age: 40, member: false, word: "a", price: 2 },
  { city: "Oslo", age: 60, member: 1, word: "c", price: 4 },
];
const close = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((x, i) => Math.abs(x - (b[i] as number)) < 1e-6);

test("features are columns of one matrix, in the order of the columns", async (t) => {
  const table = fromColumns({ member: boolean(), city: category(), age: number() }, rows);
  const inputs: Tensor = table.inputs;
  t.equal(inputs.dtype, "f32");
  t.deepEqual(inputs.toArray(), [
    [1, 0, 1, 20],
    [0, 1, 0, 40],
    [1, 0, 1, 60],
  ]);
  t.deepEqual(table.names, ["member", "city=Bergen", "city=Oslo", "age"]);
  t.deepEqual(table.categories, { city: ["Bergen", "Oslo"] });
  t.deepEqual(table.statistics, {});
  t.notOk("targets" in table || "classes" in table);
});

test("numbers are standardised by what the first rows teach", async (t) => {
  const table = fromColumns({ age: number({ standardise: true }) }, rows);
  // Mean 40, population deviation √(800/3), as scikit-learn's StandardScaler has it.
  const deviation = Math.sqrt(800 / 3);
  t.deepEqual(Object.keys(table.statistics), ["age"]);
  t.ok(
    close([table.statistics.age?.mean ?? 0, table.statistics.age?.deviation ?? 0], [40, deviation]),
  );
  t.ok(close([...table.inputs.data()], [-20 / deviation, 0, 20 / deviation]));
  t.ok(close([...table.transform([{ age: 50 }]).inputs.data()], [10 / deviation]));
  const constant = fromColumns({ x: number({ standardise: true }) }, [{ x: 3 }, { x: 3 }]);
  t.deepEqual(constant.inputs.toArray(), [[0], [0]]);
});

test("a constant column becomes 0, whatever its sum rounds to", async (t) => {
  for (const [value, count] of [
    [0.1, 6],
    [0.7, 10],
    [1e10 / 3, 5],
  ] as const) {
    const same = Array.from({ length: count }, () => ({ x: value }));
    const table = fromColumns({ x: number({ standardise: true }) }, same);
    t.ok(
      table.inputs.data().every((x) => x === 0),
      `${count} times ${value}`,
    );
    t.deepEqual(table.statistics.x, { mean: value, deviation: 1 });
  }
});

test("missing numbers become the mean, or a number", async (t) => {
  const gaps = [{ x: 1 }, { x: null }, { x: "" }, { x: 5 }, {}];
  const filled = (missing: "mean" | number) =>
    fromColumns({ x: number({ missing }) }, gaps).inputs.toArray();
  t.deepEqual(filled("mean"), [[1], [3], [3], [5], [3]]);
  t.deepEqual(filled(-1), [[1], [-1], [-1], [5], [-1]]);
  const both = fromColumns({ x: number({ missing: "mean", standardise: true }) }, gaps);
  t.ok(close([...both.inputs.data()], [-1, 0, 0, 1, 0]));
  t.deepEqual(both.transform([{ x: null }]).inputs.toArray(), [[0]]);
});

test("indices are leaves of their own beside the matrix", async (t) => {
  const table = fromColumns({ word: category({ as: "index" }), age: number() }, rows);
  const { word, features }: { word: Tensor; features: Tensor } = table.inputs;
  t.deepEqual([word.dtype, word.toArray()], ["i32", [1, 0, 2]]);
  t.deepEqual(features.toArray(), [[20], [40], [60]]);
  t.deepEqual(table.names, ["age"]);
  const alone = fromColumns({ word: category({ as: "index" }) }, rows);
  t.deepEqual(Object.keys(alone.inputs), ["word"]);
});

test("categories are sorted, as numbers where all are", async (t) => {
  const of = (values: unknown[]) =>
    fromColumns(
      { x: category() },
      values.map((x) => ({ x })),
    ).categories.x;
  t.deepEqual(of([10, "9", 2, "10"]), ["2", "9", "10"]);
  t.deepEqual(of(["b", "a", true]), ["a", "b", "true"]);
});

test("what is no known category becomes other", async (t) => {
  const known = [{ c: "a" }, { c: "a" }, { c: "b" }];
  const more = [{ c: "z" }, { c: null }, { c: "b" }];
  // Without a row to learn "other" from, it is 0 in every feature.
  const plain = fromColumns({ c: category({ unknown: "other" }) }, known);
  t.deepEqual(plain.names, ["c=a", "c=b"]);
  t.deepEqual(plain.transform(more).inputs.toArray(), [
    [0, 0],
    [0, 0],
    [0, 1],
  ]);
  const rare = fromColumns({ c: category({ unknown: "other", minCount: 2 }) }, known);
  t.deepEqual(rare.names, ["c=a", "c=other"]);
  t.deepEqual(rare.inputs.toArray(), [
    [1, 0],
    [1, 0],
    [0, 1],
  ]);
  t.deepEqual(rare.transform(more).inputs.toArray(), [
    [0, 1],
    [0, 1],
    [0, 1],
  ]);
  const index = fromColumns({ c: category({ as: "index", unknown: "other" }) }, known);
  t.deepEqual(index.categories, { c: ["a", "b", "other"] });
  t.deepEqual(index.transform(more).inputs.c.toArray(), [2, 2, 1]);
});

test("targets and weights are no inputs", async (t) => {
  const columns = { age: number(), city: category(), price: number(), member: boolean() };
  const one = fromColumns(columns, rows, { targets: "city", weights: "price" });
  const classes: Tensor = one.targets;
  t.deepEqual([classes.dtype, classes.toArray()], ["i32", [1, 0, 1]]);
  t.equal(one.classes, 2);
  t.deepEqual(one.weights?.toArray(), [1, 2, 4]);
  t.deepEqual(one.names, ["age", "member"]);
  const price: Tensor = fromColumns(columns, rows, { targets: "price" }).targets;
  t.deepEqual(price.toArray(), [[1], [2], [4]]);
  const two: Tensor = fromColumns(columns, rows, { targets: ["price", "member"] }).targets;
  t.deepEqual(two.toArray(), [
    [1, 1],
    [2, 0],
    [4, 1],
  ]);
  const mixed = fromColumns(columns, rows, { targets: ["price", "city"] });
  const leaves: { price: Tensor; city: Tensor } = mixed.targets;
  t.deepEqual(
    [leaves.price.shape, leaves.city.toArray()],
    [
      [3, 1],
      [1, 0, 1],
    ],
  );
  t.deepEqual(mixed.classes, { city: 2 });
});

test("a table is a split, and reads further rows", async (t) => {
  const columns = { age: number(), city: category() };
  const text = "age,city\n1,Oslo\n2,Bergen\n3,Oslo\n";
  const table = fromColumns(columns, readCsv(text), { targets: "city" });
  const test = table.transform(readCsv("city,age\nBergen,7\n"));
  const data = dataSet({ train: table, test, ...(table.classes && { classes: table.classes }) });
  t.deepEqual(data.test.inputs.toArray(), [[7]]);
  t.deepEqual(data.test.targets.toArray(), [0]);
  t.deepEqual(table.transformInputs([{ age: 5 }]).toArray(), [[5]]);
  t.deepEqual(table.transform([]).inputs.shape, [0, 1]);
  t.throws(
    () => table.transform([{ age: 5 }]),
    /fromColumns: rows must have the column city, got age; correct the name/,
  );
});

const columns = { age: number(), city: category(), member: boolean() };
const change = (part: object) => [{ ...rows[0], ...part }];
const wrong: [string, () => unknown, RegExp][] = [
  [
    "a text for a number",
    () => fromColumns(columns, change({ age: "old" })),
    /fromColumns, age: a cell must hold a finite number, got "old" in row 0/,
  ],
  [
    "infinity",
    () => fromColumns(columns, change({ age: Infinity })),
    /a finite number, got Infinity in row 0/,
  ],
  [
    "a missing number",
    () => fromColumns(columns, change({ age: null })),
    /got null in row 0; fill it in, .* number\(\{ missing: "mean" \}\)/,
  ],
  [
    "a missing category",
    () => fromColumns(columns, change({ city: "" })),
    /fromColumns, city: a cell must hold a category, got "" in row 0/,
  ],
  [
    "a record as a category",
    () => fromColumns(columns, change({ city: {} })),
    /must be a text, a number or a boolean, got an object in row 0/,
  ],
  [
    "an unknown category",
    () => fromColumns(columns, rows).transform(change({ city: "Rome" })),
    /a cell must be one of Bergen, Oslo, got "Rome" in row 0; .* unknown: "other"/,
  ],
  [
    "another boolean",
    () => fromColumns(columns, change({ member: "maybe" })),
    /fromColumns, member: a cell must be true or false, got "maybe" in row 0/,
  ],
  [
    "a column that no row has",
    () => fromColumns({ size: number() }, rows),
    /rows must have the column size, got city, age/,
  ],
  [
    "a mean of nothing",
    () => fromColumns({ x: number({ missing: "mean" }) }, [{ x: null }]),
    /fromColumns, x: the column must have a number/,
  ],
  ["no columns", () => fromColumns({}, rows), /columns must be a record of columns, got none/],
  [
    "what is no column",
    () => fromColumns({ age: "number" as never }, rows),
    /got a string for age; use number\(\)/,
  ],
  [
    "what is no list",
    () => fromColumns(columns, "a" as never),
    /rows must be a list of records by column, got a string/,
  ],
  ["what is no row", () => fromColumns(columns, [rows[0], 7] as never), /got a number in row 1/],
  [
    "a target of no column",
    () => fromColumns(columns, rows, { targets: "price" as "age" }),
    /must be among the columns age, city, member, got "price"/,
  ],
  [
    "weights that are targets",
    () => fromColumns(columns, rows, { targets: "age", weights: "age" }),
    /must be different columns/,
  ],
  [
    "weights of categories",
    () => fromColumns(columns, rows, { weights: "city" }),
    /the column of weights must be numbers/,
  ],
  [
    "an unknown role",
    () => fromColumns(columns, rows, { target: "age" } as never),
    /options must be among targets, weights, got target/,
  ],
  [
    "indices called features",
    () => fromColumns({ features: category({ as: "index" }) }, [{ features: 1 }]),
    /must not be called features/,
  ],
  [
    "an unknown option of number",
    () => number({ standardize: true } as never),
    /number: options must be among standardise, missing, got standardize/,
  ],
  [
    "an unknown filling",
    () => number({ missing: "median" as never }),
    /number: missing must be "error", "mean" or a finite number, got median/,
  ],
  [
    "an unknown form",
    () => category({ as: "embed" as never }),
    /category: as must be "onehot" or "index", got embed/,
  ],
  [
    "an unknown reading of the unknown",
    () => category({ unknown: "zero" as never }),
    /unknown must be "error" or "other", got zero/,
  ],
  [
    "a minCount of 0",
    () => category({ unknown: "other", minCount: 0 }),
    /minCount must be an integer, 1 or more, got 0/,
  ],
  ["a minCount without other", () => category({ minCount: 2 }), /minCount needs unknown: "other"/],
];

for (const [what, make, says] of wrong) {
  test(`a table refuses ${what}`, async (t) => {
    t.throws(make, says);
    t.throws(make, DataError);
  });
}
