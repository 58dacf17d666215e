import { cpu } from "@metrigrad/cpu";
import { GraphError, reference } from "@metrigrad/tensor";
import test from "tape";
import {
  boundaryPoints,
  gridPoints,
  latinHypercube,
  sobolPoints,
  uniformPoints,
} from "../../src/index.ts";
import { sobolSequence } from "../../src/points/sobolSequence.ts";
import { draw } from "./draw.ts";

const box = { low: [-1, 2, 0], high: [1, 5, 0.5] };

const inside = (rows: readonly (readonly number[])[]) =>
  rows.every((row) =>
    row.every((x, k) => x >= (box.low[k] as number) && x <= (box.high[k] as number)),
  );

/** In units of the box. */
const unit = (row: readonly number[]) =>
  row.map((x, k) => {
    const [from, to] = [box.low[k] as number, box.high[k] as number];
    return (x - from) / (to - from);
  });

test("samplers: within the box, a function of key and state, alike on both backends", async (t) => {
  const [host, wasm] = [await reference(), await cpu({ threads: 1 })];
  t.teardown(() => wasm.close());
  for (const sampler of [
    uniformPoints(20, box),
    latinHypercube(20, box),
    sobolPoints(16, box),
    boundaryPoints(20, box),
  ]) {
    const rows = await draw(host, sampler);
    t.equal(rows.length, sampler.shape[0], `${sampler.name}: as many points as asked for`);
    t.ok(inside(rows), "in the box");
    t.deepEqual(await draw(host, sampler), rows, "the same once more");
    t.notDeepEqual(await draw(host, sampler, [1, 1]), rows, "others in the next draw");
    t.notDeepEqual(await draw(host, sampler, [2, 0]), rows, "others by another seed");
    const there = (await draw(wasm, sampler)).flat();
    const off = rows.flat().map((x, at) => Math.abs(x - (there[at] as number)));
    t.ok(Math.max(...off) < 1e-5, "on cpu in f32 up to rounding");
  }
});

test("uniformPoints: mean and variance of each coordinate", async (t) => {
  const n = 4000;
  const rows = (await draw(await reference(), uniformPoints(n, box))).map(unit);
  for (const k of [0, 1, 2]) {
    const mean = rows.reduce((sum, row) => sum + (row[k] as number), 0) / n;
    const square = rows.reduce((sum, row) => sum + (row[k] as number) ** 2, 0) / n;
    // Standard errors of the means of x and x²: √(1/12n) and √(4/45n).
    t.ok(Math.abs(mean - 1 / 2) < 4 * Math.sqrt(1 / (12 * n)), `mean ${mean}`);
    t.ok(Math.abs(square - 1 / 3) < 4 * Math.sqrt(4 / (45 * n)), `mean square ${square}`);
  }
});

test("latinHypercube: one point in each interval of each coordinate", async (t) => {
  const rows = (await draw(await reference(), latinHypercube(12, box))).map(unit);
  const cells = [0, 1, 2].map((k) => rows.map((row) => Math.floor(12 * (row[k] as number))));
  const all = Array.from({ length: 12 }, (_, at) => at);
  for (const own of cells)
    t.deepEqual(
      own.toSorted((a, b) => a - b),
      all,
    );
  t.notDeepEqual(cells[0], cells[1], "in another order");
});

test("sobolSequence: the points of another library", (t) => {
  // scipy.stats.qmc.Sobol(21, scramble=False), points 5, 11, 15 in sixteenths; 717, 1000 in 1024ths.
  const scipy: readonly (readonly [at: number, parts: number, row: readonly number[]])[] = [
    [5, 16, [14, 14, 2, 6, 14, 10, 14, 6, 6, 2, 6, 14, 14, 2, 14, 6, 14, 6, 6, 10, 10]],
    [11, 16, [7, 9, 3, 11, 13, 1, 11, 11, 11, 1, 15, 5, 3, 3, 9, 3, 9, 1, 11, 9, 15]],
    [15, 16, [1, 15, 9, 5, 11, 3, 13, 5, 5, 11, 1, 3, 5, 9, 15, 13, 15, 15, 5, 11, 13]],
    [
      717,
      1024,
      [
        855, 781, 757, 43, 273, 767, 489, 455, 343, 341, 405, 683, 519, 947, 749, 9, 627, 99, 693,
        1013, 549,
      ],
    ],
    [
      1000,
      1024,
      [
        225, 99, 531, 693, 287, 929, 47, 921, 513, 71, 87, 261, 165, 393, 147, 379, 737, 353, 1015,
        743, 535,
      ],
    ],
  ];
  const points = sobolSequence(1024, 21);
  for (const [at, parts, row] of scipy) {
    t.deepEqual(
      [...points.subarray(21 * at, 21 * at + 21)],
      row.map((value) => value / parts),
    );
  }
  t.end();
});

test("sobolPoints: a draw moves all points by one vector, modulo the box", async (t) => {
  const rows = (await draw(await reference(), sobolPoints(16, box))).map(unit);
  const fixed = sobolSequence(16, 3);
  const shifts = rows.map((row, at) =>
    row.map((x, k) => (x - (fixed[3 * at + k] as number) + 1) % 1),
  );
  for (const one of shifts)
    t.ok(one.every((s, k) => Math.abs(s - (shifts[0]?.[k] as number)) < 1e-9));
});

test("boundaryPoints: on the faces, with their shares of the area", async (t) => {
  const rows = await draw(await reference(), boundaryPoints(200, box));
  // Sides 2, 3 and ½: faces of 1½, 1 and 6, each twice, of 17 in all.
  const shares = [1.5, 1.5, 1, 1, 6, 6].map((area) => area / 17);
  const counts = [0, 0, 0, 0, 0, 0];
  for (const row of rows) {
    const on = row.flatMap((x, k) =>
      x === box.low[k] ? [2 * k] : x === box.high[k] ? [2 * k + 1] : [],
    );
    t.equal(on.length, 1, "on one face");
    counts[on[0] as number]!++;
  }
  counts.forEach((count, face) => {
    t.ok(Math.abs(count - 200 * (shares[face] as number)) < 2, `face ${face}: ${count}`);
  });
  const ends = await draw(await reference(), boundaryPoints(2, { low: [3], high: [4] }));
  t.deepEqual(ends, [[3], [4]], "in one dimension the two ends");
});

test("boundaryPoints: some of the faces, by area", async (t) => {
  const device = await reference();
  const rows = await draw(device, boundaryPoints(90, box, { faces: { 1: "low", 0: "both" } }));
  const low = rows.filter((row) => row[0] === box.low[0]).length;
  const high = rows.filter((row) => row[0] === box.high[0]).length;
  const begin = rows.filter((row) => row[1] === box.low[1]).length;
  // Areas 1½, 1½ and 1 of 4.
  t.ok(inside(rows) && low + high + begin === 90, "no other face");
  for (const [count, share] of [
    [low, 1.5],
    [high, 1.5],
    [begin, 1],
  ] as const)
    t.ok(Math.abs(count - (90 * share) / 4) < 2, `${count} points`);
  for (const side of ["low", "high"] as const) {
    const last = await draw(device, boundaryPoints(30, box, { faces: { 2: side } }));
    t.ok(
      last.every((row) => row[2] === box[side][2]),
      `the ${side} face alone`,
    );
  }
});

test("gridPoints: all, inside, boundary", async (t) => {
  const square = { low: [0, 0], high: [1, 2] };
  const device = await reference();
  const all = await draw(device, gridPoints([3, 3], square));
  t.deepEqual(all, [
    [0, 0],
    [0, 1],
    [0, 2],
    [0.5, 0],
    [0.5, 1],
    [0.5, 2],
    [1, 0],
    [1, 1],
    [1, 2],
  ]);
  t.deepEqual(await draw(device, gridPoints([3, 3], square, { on: "inside" })), [[0.5, 1]]);
  const edge = await draw(device, gridPoints([3, 3], square, { on: "boundary" }));
  t.deepEqual(
    edge,
    all.filter((_, at) => at !== 4),
  );
});

test("samplers: refuse what is no box or count", (t) => {
  const message = (run: () => unknown, text: RegExp) => t.throws(run, text);
  message(() => uniformPoints(0, box), /uniformPoints: the number of points must be a positive/);
  message(
    () => uniformPoints(5, { low: [0, 0], high: [1] }),
    /low and high must be equally long lists of finite numbers.*got \[0, 0\] and \[1\]/,
  );
  message(() => latinHypercube(5, { low: [1], high: [1] }), /latinHypercube.*each low below/);
  message(() => boundaryPoints(5, { low: [0] } as never), /boundaryPoints.*got \[0\] and undef/);
  message(() => uniformPoints(5, { ...box, n: 5 } as never), /options must be among low, high/);
  const wide = Array.from({ length: 22 }, () => 0);
  message(
    () => sobolPoints(4, { low: wide, high: wide.map(() => 1) }),
    /sobolPoints: the box must have at most 21 dimensions, got 22/,
  );
  message(() => gridPoints([3], box), /counts must be 3 integers of 2 or more/);
  message(
    () => gridPoints([2, 2, 2], box, { on: "inside" }),
    /gridPoints: there must be points inside/,
  );
  message(() => gridPoints([2, 2, 2], box, { on: "edge" as never }), /on must be "all"/);
  for (const faces of [{}, { 3: "low" }, { 0: "left" }, { x: "low" }])
    message(
      () => boundaryPoints(9, box, { faces } as never),
      /faces must name "low", "high" or "both" for some of the coordinates 0 … 2, got \{.*; pass for example/,
    );
  t.throws(() => uniformPoints(1.5, box), GraphError);
  t.end();
});
