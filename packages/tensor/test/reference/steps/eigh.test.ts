import test from "tape";
import { type Bench, bench, benches } from "../bench.ts";

const pairsOf = async (b: Bench, a: readonly number[], d: number) => {
  const batch = a.length / (d * d);
  const [vectors, values] = await b.run({
    kind: "eigh",
    a: b.input(a, [batch, d, d]),
    output: b.output([batch, d, d]),
    values: b.output([batch, d]),
    label: "",
  });
  return { vectors: vectors as readonly number[], values: values as readonly number[] };
};

const near = (x: readonly number[], y: readonly number[], bound: number) =>
  x.length === y.length && x.every((value, i) => Math.abs(value - (y[i] as number)) <= bound);

for (const [name, make] of benches) {
  test(`eigh gives ascending values and upright columns, ${name}`, async (t) => {
    // [[2, 1], [1, 2]] and diag(3, −1); 99 above the diagonal is not read.
    const { vectors, values } = await pairsOf(make(), [2, 99, 1, 2, 3, 99, 0, -1], 2);
    const half = Math.SQRT1_2;
    t.ok(near(values, [1, 3, -1, 3], 1e-6), String(values));
    t.ok(near(vectors.map(Math.abs), [half, half, half, half, 0, 1, 1, 0], 1e-6), String(vectors));
    t.ok((vectors[0] as number) * (vectors[2] as number) < 0, "1: opposite signs");
    t.ok((vectors[1] as number) > 0 && (vectors[3] as number) > 0, "3: equal signs, positive");
  });
}

test("eigh of the second difference: 2 − 2 cos(kπ/(d + 1))", async (t) => {
  const d = 12;
  const a = Array.from({ length: d * d }, (_, at) => {
    const distance = Math.abs((at % d) - Math.floor(at / d));
    return distance === 0 ? 2 : distance === 1 ? -1 : 0;
  });
  const { vectors, values } = await pairsOf(bench(), a, d);
  const expected = Array.from(
    { length: d },
    (_, k) => 2 - 2 * Math.cos(((k + 1) * Math.PI) / (d + 1)),
  );
  t.ok(near(values, expected, 1e-13));
  for (let k = 0; k < d; k++) {
    const column = Array.from({ length: d }, (_, i) => vectors[i * d + k] as number);
    const norm = Math.sqrt(2 / (d + 1));
    const sine = column.map((_, i) => norm * Math.sin(((i + 1) * (k + 1) * Math.PI) / (d + 1)));
    const same = column.reduce((sum, x, i) => sum + x * (sine[i] as number), 0);
    t.ok(Math.abs(Math.abs(same) - 1) < 1e-12, `vector ${k}`);
  }
});

test("eigh of singular, equal and odd matrices", async (t) => {
  const zero = await pairsOf(bench(), [0, 0, 0, 0], 2);
  t.deepEqual([...zero.values], [0, 0]);
  t.deepEqual([...zero.vectors], [1, 0, 0, 1]);
  const ones = await pairsOf(bench(), new Array<number>(9).fill(1), 3);
  t.ok(near(ones.values, [0, 0, 3], 1e-15));
  const nan = await pairsOf(bench(), [1, 0, 0, Number.NaN, 1, 0, 0, 2], 2);
  t.ok(nan.values.slice(0, 2).every(Number.isNaN) && nan.vectors.slice(0, 4).every(Number.isNaN));
  t.deepEqual(nan.values.slice(2), [1, 2]);
  const tiny = await pairsOf(bench(), [2e-300, 0, 1e-300, 2e-300], 2);
  t.ok(near(tiny.values, [1e-300, 3e-300], 1e-313));
});
