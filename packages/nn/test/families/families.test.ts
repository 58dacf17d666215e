import { add, constant, iota, mul, type Node, sub } from "@metrigrad/graph";
import { tensor } from "@metrigrad/tensor";
import test from "tape";
import * as nn from "../../src/index.ts";
import {
  type Coordinates,
  defFamily,
  type Family,
  gammaFamily,
  gaussianFamily,
} from "../../src/index.ts";
import { drawn } from "../support/drawn.ts";
import { evaluate, gap, numbers } from "../support/evaluate.ts";
import { coordinatesOf, type FamilyRow, rows } from "./rows.ts";

const names = (values: Coordinates) => Object.keys(values);
const listed = (values: Coordinates): Node[] => Object.values(values);

/** a + s b. */
function moved(a: Coordinates, s: number, b: Coordinates): Coordinates {
  const each = names(a).map((name) => [name, add(a[name] as Node, mul(b[name] as Node, s))]);
  return Object.fromEntries(each);
}

/** Numbers of coordinates, flat. */
async function flat(values: Coordinates): Promise<number[]> {
  return (await evaluate(listed(values))).flatMap((one) => [...one.data()]);
}

const inner = (a: readonly number[], b: readonly number[]) =>
  a.reduce((total, one, i) => total + one * (b[i] as number), 0);

test("families: every exported one has a row", (t) => {
  const exported = Object.keys(nn).filter((name) => /^(?!def)\w+Family$/.test(name));
  t.deepEqual(Object.keys(rows).sort(), exported.sort());
  t.end();
});

for (const [name, { family, natural, other, directions }] of Object.entries(rows)) {
  const [u, v] = directions;

  test(`${name}: expectations and metric are the first and second differences of A`, async (t) => {
    const h = 1e-3;
    const at = [
      ...[1, -1].map((s) => moved(natural, s * h, u)),
      ...[1, -1].flatMap((s) => [1, -1].map((r) => moved(moved(natural, s * h, u), r * h, v))),
    ];
    const values = (await evaluate(at.map((one) => family.logPartition(one)))).map(
      (one) => one.data()[0] as number,
    );
    const [up = 0, down = 0, pp = 0, pm = 0, mp = 0, mm = 0] = values;
    const m = await flat(family.toExpectation(natural));
    const first = await flat(u);
    t.ok(Math.abs((up - down) / (2 * h) - inner(m, first)) < 1e-5, "∂A/∂η");
    const image = await flat(family.metric(natural, v));
    t.ok(Math.abs((pp - pm - mp + mm) / (4 * h * h) - inner(image, first)) < 2e-5, "∂²A/∂η²");
  });

  test(`${name}: solving undoes the metric, and m leads back to η`, async (t) => {
    const image = family.metric(natural, v);
    const solved = family.solve(natural, image);
    // Where the metric is singular a solution is one up to what it maps to 0.
    t.ok(gap(await flat(family.metric(natural, solved)), await flat(image)) < 1e-12);
    if (name !== "categoricalFamily") t.ok(gap(await flat(solved), await flat(v)) < 1e-12);
    const there = family.toExpectation(natural);
    if (family.expectation === null) {
      t.throws(
        () => family.toNatural(there),
        /toNatural: the natural coordinates must be a closed form/,
      );
    } else if (name === "categoricalFamily") {
      const again = family.toExpectation(family.toNatural(there));
      t.ok(gap(await flat(again), await flat(there)) < 1e-12, "up to a constant");
    } else t.ok(gap(await flat(family.toNatural(there)), await flat(natural)) < 1e-12);
  });

  test(`${name}: statistics of draws have the mean m and the covariance F`, async (t) => {
    const draws = family.statistics(family.sample(natural, "draws", 5_000));
    const values = await drawn(listed(draws));
    const along = await Promise.all(listed(u).map((one) => numbers(one)));
    const projected = Array.from({ length: 5_000 }, (_, i) =>
      values.reduce((total, list, k) => {
        const factors = along[k] as number[];
        return total + inner(factors, list.slice(i * factors.length, (i + 1) * factors.length));
      }, 0),
    );
    const [first, m, image] = await Promise.all([
      flat(u),
      flat(family.toExpectation(natural)),
      flat(family.metric(natural, u)),
    ]);
    const off = deviations(projected, inner(m, first), inner(image, first));
    t.ok(Math.max(...off) < 4.5, `${off} standard errors`);
    const wrong = deviations(projected, inner(m, first), 1.3 * inner(image, first));
    t.ok((wrong[1] as number) > 4.5, "a metric that is 30 % too large is noticed");
  });

  test(`${name}: the domain ends where a step goes too far`, async (t) => {
    const [inside, outside] = await evaluate([
      family.natural.contains(natural),
      family.natural.contains(
        moved(natural, name === "categoricalFamily" ? Infinity : -40, moved(natural, 1, u)),
      ),
    ]);
    t.deepEqual([inside?.data()[0], outside?.data()[0]].map(Number), [1, 0]);
  });

  test(`${name}: entropy and divergence follow from the density at draws`, async (t) => {
    const x = family.sample(natural, "score", 5_000);
    const own = family.logProb(x, natural);
    const apart = sub(own, family.logProb(x, other));
    const [surprise = [], ratio = []] = await drawn([mul(own, -1), apart]);
    const entropy = (await numbers(family.entropy(natural)))[0] as number;
    const kl = (await numbers(family.kl(natural, other)))[0] as number;
    t.ok((deviations(surprise, entropy, 1)[0] as number) < 4.5, `entropy ${entropy}`);
    t.ok((deviations(ratio, kl, 1)[0] as number) < 4.5, `KL ${kl}`);
    t.ok(kl > 0.02, "the two differ");
    t.ok(Math.abs((await numbers(family.kl(other, other)))[0] as number) < 1e-12);
  });
}

/** By how many standard errors mean and variance of numbers differ from what they should be. */
function deviations(values: readonly number[], mean: number, variance: number): number[] {
  const n = values.length;
  const average = values.reduce((a, b) => a + b, 0) / n;
  const squares = values.map((one) => (one - average) ** 2);
  const spread = squares.reduce((a, b) => a + b, 0) / n;
  const fourth = squares.reduce((a, b) => a + (b - spread) ** 2, 0) / n;
  return [
    Math.abs(average - mean) / Math.sqrt(spread / n),
    Math.abs(spread - variance) / Math.sqrt(fourth / n),
  ];
}

test("families: densities integrate to 1", async (t) => {
  const total = async (family: Family, natural: Coordinates, x: Node, step: number) => {
    const logs = await numbers(family.logProb(x, natural));
    return step * logs.reduce((sum, one) => sum + Math.exp(one), 0);
  };
  const gaussian = coordinatesOf({ linear: [0.7], quadratic: [[-0.8]] });
  const midpoints = (from: number, step: number, shape: readonly number[]) =>
    constant(
      tensor(
        Float64Array.from({ length: 2000 }, (_, i) => from + (i + 0.5) * step),
        { shape },
      ),
    );
  const column = midpoints(-9, 0.009, [2000, 1]);
  t.ok(Math.abs((await total(gaussianFamily(1), gaussian, column, 0.009)) - 1) < 1e-12);
  const gamma = coordinatesOf({ log: 3.6, linear: -1.7 });
  t.ok(Math.abs((await total(gammaFamily(), gamma, midpoints(0, 0.02, [2000]), 0.02)) - 1) < 1e-6);
  const unit = constant(
    tensor(
      Float64Array.from({ length: 4000 }, (_, i) => {
        const first = (Math.floor(i / 2) + 0.5) / 2000;
        return i % 2 === 0 ? first : 1 - first;
      }),
      { shape: [2000, 2] },
    ),
  );
  const beta = coordinatesOf({ log: [1.5, 3.2] });
  t.ok(Math.abs((await total(nn.dirichletFamily(2), beta, unit, 1 / 2000)) - 1) < 1e-6);
  const labels = iota(3);
  const { family, natural } = rows.categoricalFamily as FamilyRow;
  t.ok(Math.abs((await total(family, natural, labels, 1)) - 1) < 1e-12);
});

test("families: errors say what is wrong", (t) => {
  t.throws(
    () => gaussianFamily(0),
    /gaussianFamily: the size must be an integer of at least 1, got 0/,
  );
  t.throws(() => nn.dirichletFamily(1), /at least 2, got 1/);
  const { family } = rows.gaussianFamily as FamilyRow;
  const { toNatural: _, ...spec } = family;
  t.throws(() => defFamily(spec as never), /defFamily: options must be among/);
  const { name, shapes, natural, expectation, logPartition, toExpectation, statistics, sample } =
    spec;
  const parts = {
    name,
    shapes,
    natural,
    expectation,
    logPartition,
    toExpectation,
    statistics,
    sample,
  };
  t.throws(() => defFamily(parts), /there must be a way from a gradient in η/);
  t.end();
});
