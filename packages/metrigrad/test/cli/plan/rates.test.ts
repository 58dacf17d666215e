import { cpu } from "@metrigrad/cpu";
import {
  cholesky,
  gather,
  gram,
  matmul,
  type Node,
  planOf,
  relu,
  scan,
  variable,
} from "@metrigrad/graph";
import { tensor } from "@metrigrad/tensor";
import test from "tape";
import { measuredRates, type Rates, rateAt, workSeconds } from "../../../src/cli/plan/rates.ts";
import { type Work, workKinds, worksOf } from "../../../src/cli/plan/stepWork.ts";

let made = 0;
const data = (...shape: number[]) => variable(`v${made++}`, shape, { role: "data" });
const worksIn = (node: Parameters<typeof planOf>[0]["outputs"][number]) =>
  worksOf(planOf({ outputs: [node], updates: [], float: "f32" }).plan);

test("worksOf: arithmetic and bytes by hand", (t) => {
  t.deepEqual(worksIn(matmul(data(3, 4), data(4, 5))), [
    { kind: "product", count: 1, each: 2 * 3 * 4 * 5, bytes: 4 * (12 + 20 + 15), metric: 0 },
  ]);
  t.deepEqual(worksIn(matmul(data(7, 3, 4), data(7, 4, 5))), [
    { kind: "product", count: 7, each: 120, bytes: 4 * 47, metric: 0 },
  ]);
  // Seven matrices of 6 rows, of which one half counts.
  t.deepEqual(worksIn(gram(data(7, 6, 3))), [
    { kind: "gram", count: 7, each: 6 * 3 * 4, bytes: 4 * (18 + 9), metric: 0 },
  ]);
  t.deepEqual(worksIn(cholesky(data(2, 6, 6))), [
    { kind: "cholesky", count: 2, each: 72, bytes: 4 * 72, metric: 0 },
  ]);
  t.deepEqual(worksIn(relu(data(10))), [
    { kind: "elementwise", count: 1, each: 80, bytes: 80, metric: 0 },
  ]);
  const places = tensor(Int32Array.of(1, 0, 1));
  t.deepEqual(
    worksIn(gather(data(2, 50), places, { axis: 0 })).map(({ kind, each }) => [kind, each]),
    [["gather", 2 * 4 * 150 + 0]],
  );
  t.end();
});

test("worksOf: a loop is its body, so many times", (t) => {
  const w = data(5, 5);
  const { carry } = scan((h: Node) => ({ carry: matmul(h, w), y: h }), data(2, 5), null, {
    turns: 9,
  });
  const products = worksIn(carry).filter(({ kind }) => kind === "product");
  t.deepEqual(
    products.map(({ count, each }) => [count, each]),
    [[9, 100]],
  );
  t.end();
});

const rates = Object.fromEntries(
  workKinds.map((kind) => [
    kind,
    [
      { size: 100, perSecond: 1e9 },
      { size: 10_000, perSecond: 4e9 },
    ],
  ]),
) as unknown as Rates;

test("rateAt and workSeconds: by hand", (t) => {
  t.equal(rateAt(rates.product, 1), 1e9, "below all");
  t.equal(rateAt(rates.product, 1e9), 4e9, "above all");
  t.equal(rateAt(rates.product, 100), 1e9);
  t.ok(Math.abs(rateAt(rates.product, 1000) / 2e9 - 1) < 1e-12, "the middle, in equal factors");
  const work: Omit<Work, "metric"> = { kind: "product", count: 3, each: 1e6, bytes: 100 };
  t.ok(Math.abs(workSeconds(work, rates) - 3 * (1e6 / 4e9)) < 1e-15, "arithmetic");
  t.ok(Math.abs(workSeconds({ ...work, bytes: 4e6 }, rates) - 3e-3) < 1e-15, "memory");
  t.equal(workSeconds({ ...work, each: 0 }, rates), 0);
  t.end();
});

test("measuredRates: every kind, at its sizes", async (t) => {
  const backend = await cpu({ threads: 1 });
  const found = await measuredRates(backend);
  for (const kind of workKinds) {
    t.ok(found[kind].length >= 4, kind);
    for (const { size, perSecond } of found[kind]) {
      t.ok(size > 0 && perSecond > 1e6 && perSecond < 1e14, `${kind} ${size}: ${perSecond}`);
    }
  }
  t.equal(found.product[0]?.size, 2 * 32 ** 3);
  t.ok(Math.abs((found.cholesky[1]?.size as number) - 128 ** 3 / 3) < 1);
  t.match(backend.describe(), /[^\d]0\.0 MB/, "no store stays open");
  await backend.close();
});
