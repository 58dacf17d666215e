import { tanh } from "@metrigrad/graph";
import { dense, sequential } from "@metrigrad/nn";
import { reference, tensor } from "@metrigrad/tensor";
import type { OptimizerReport } from "@metrigrad/train";
import test from "tape";
import { landscape, learningZones, spectrum, stepLengths, zones } from "../../src/index.ts";
import { cellsOf, checkPicture, piecesOf, read, scaleBy } from "../support/picture.ts";

const texts = (svg: string) => read(svg).texts.map(({ text }) => text);
const near = (a: number, b: number, by: number) => Math.abs(a - b) <= by;

/** The values of the ticks of y, with their places, of the first plane. */
function upTicks(svg: string) {
  const ticks = read(svg).texts.filter(
    ({ element }) => element.getAttribute("text-anchor") === "end",
  );
  const left = ticks[0]?.x;
  return ticks
    .filter(({ x }) => x === left)
    .map(({ y, text }) => ({ at: y - 4, value: numberOf(text) }));
}

/** The number of a text such as 3·10⁻⁷. */
function numberOf(text: string): number {
  const plain = text.replace("−", "-").replace(/[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+/, (digits) => {
    const small = [...digits].map((one) => (one === "⁻" ? "-" : "⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(one)));
    return `^${small.join("")}`;
  });
  const [factor = "", power] = plain.split("10^");
  if (power === undefined) return Number(plain);
  return (factor === "" ? 1 : Number(factor.replace("·", ""))) * 10 ** Number(power);
}

test("a landscape has its paths and places where the axes say", async (t) => {
  const axis = (title: string) => ({ title, range: [-1, 1] as const });
  const one = {
    x: axis("a"),
    y: axis("b"),
    values: [
      [1, 2],
      [3, 4],
    ],
    paths: { walk: [[-1, -1] as const, [0, 0.5] as const] },
    marks: { "the <end>": [1, 1] as const },
  };
  const svg = landscape({ "one & other": one, two: one }, { title: "t", quantity: "cost" });
  const { all } = checkPicture(t, svg, "landscape");
  const path = all.find((own) => own.getAttribute("data-series") === "walk");
  const [[from, to] = []] = piecesOf(path?.getAttribute("d") ?? "");
  const y = scaleBy(upTicks(svg));
  t.ok(near(y(from?.y ?? 0), -1, 0.01) && near(y(to?.y ?? 0), 0.5, 0.01));
  const shown = texts(svg);
  for (const text of ["one & other", "two", "walk", "the <end>", "cost", "a", "b"])
    t.ok(shown.includes(text), text);
  const cells = cellsOf(read(svg), [2, 2]).flat();
  t.equal(new Set(cells).size, 4);
  checkPicture(t, landscape(one), "alone");
  const cases: [unknown, unknown, RegExp][] = [
    [null, {}, /landscape: a landscape must have x, y and values, got null/],
    [{}, {}, /got none/],
    [{ a: null }, {}, /landscape, a: .* got null/],
    [{ ...one, x: { title: "a", range: [1, 1] } }, {}, /x must have a range .* got \[1, 1\]/],
    [{ ...one, y: {} }, {}, /y must have a range/],
    [{ ...one, values: [] }, {}, /must be a matrix/],
    [one, { columns: 9 }, /columns must be 1, 2, 3 or 4, got 9/],
    [one, { paths: 1 }, /options must be among/],
  ];
  for (const [given, options, message] of cases)
    t.throws(() => landscape(given as never, options as never), message);
});

test("zones are ν at the middle of each cell: sech² of a tanh neuron", async (t) => {
  const model = sequential(dense(2, 3, { activation: tanh }), dense(3, 1));
  const backend = await reference();
  const store = await backend.store(model, { seed: 1 });
  const w = [
    [1.2, -0.5, 0],
    [0.8, 0.1, 2],
    [0, 0.3, -1],
  ];
  await store.write("dense0/w", tensor(w));
  const cells = 5;
  const x = { title: "x₁", range: [-2, 3] } as const;
  const y = { title: "x₂", range: [-1, 1] } as const;
  const [largest] = await learningZones(model, store, { x, y, cells });
  const [second] = await learningZones(model, store, { x, y, cells, units: [1] });
  t.deepEqual([largest?.name, second?.name], ["dense0: largest ν of 3", "dense0: ν of neuron 1"]);
  const sech2 = (a: number, b: number, unit: number) => {
    const [u = 0, v = 0, bias = 0] = w.map((row) => row[unit] ?? 0);
    return 1 / Math.cosh(u * a + v * b + bias) ** 2;
  };
  for (let row = 0; row < cells; row++) {
    for (let column = 0; column < cells; column++) {
      const [a, b] = [-2 + (column + 0.5) * 1, 1 - (row + 0.5) * 0.4];
      const all = [0, 1, 2].map((unit) => sech2(a, b, unit));
      const at = row * cells + column;
      t.ok(near(largest?.values.data()[at] ?? 0, Math.max(...all), 1e-12), `${a}, ${b}`);
      t.ok(near(second?.values.data()[at] ?? 0, all[1] ?? 0, 1e-12));
    }
  }
  const given = await learningZones(model, store, {});
  checkPicture(t, zones([...given, ...given], { title: "zones", columns: 2 }), "zones");
  checkPicture(t, zones(Array.from({ length: 5 }, () => given[0] as never)), "five zones");
  const refused: [unknown, RegExp][] = [
    [{ cells: 1 }, /learningZones: cells must be an integer above 1, got 1/],
    [{ units: [3] }, /units must be from 0 to 2 in dense0, got 3/],
    [{ x: { ...x, input: 1 } }, /the axes must be two inputs, got 1 twice/],
    [{ x: { ...x, input: 2 } }, /input must be from 0 to 1, got 2/],
    [{ x: { title: "a", range: [1, 0] } }, /x must have a range/],
    [{ at: [1] }, /at least two inputs, got 1/],
    [{ z: 1 }, /options must be among x/],
  ];
  for (const [plane, message] of refused) {
    try {
      await learningZones(model, store, plane as never);
      t.fail(String(message));
    } catch (error) {
      t.match(String(error), message);
    }
  }
  const linear = dense(2, 1);
  const own = await backend.store(linear, { seed: 1 });
  try {
    await learningZones(linear, own);
    t.fail("it has no activation");
  } catch (error) {
    t.match(String(error), /a layer must have an element-wise activation, got/);
  }
  t.throws(() => zones([]), /zones: there must be zones, got an empty list/);
  t.throws(() => zones([{}] as never), /must be a matrix/);
  await backend.close();
});

test("eigenvalues stand by rank on a log axis, largest first", async (t) => {
  const svg = spectrum({
    W1: [0.001, 10, 0.1],
    W2: tensor([
      [1, 2],
      [4, 8],
      [0, 16],
    ]),
  });
  const { all } = checkPicture(t, svg, "spectrum");
  const y = scaleBy(upTicks(svg), true);
  const line = (name: string) =>
    piecesOf(all.find((one) => one.getAttribute("data-series") === name)?.getAttribute("d") ?? "");
  const values = line("W1")[0]?.map((point) => y(point.y)) ?? [];
  t.ok([10, 0.1, 0.001].every((value, at) => near((values[at] ?? 0) / value, 1, 0.02)));
  // Over the matrices the largest ones are 2, 8 and 16; a second one is 0, so rank 2 is a gap.
  t.deepEqual(line("W2")[0]?.length, 1);
  t.ok(near(y(line("W2")[0]?.[0]?.y ?? 0) / 8, 1, 0.02), "the median of 2, 8 and 16");
  t.ok(texts(svg).some((text) => text.startsWith("1 value is not positive, and not shown.")));
  t.ok(texts(svg).some((text) => text.includes("median, min to max of 1 to 3 matrices")));
  t.ok(texts(svg).includes("eigenvalue (log scale)") && texts(svg).includes("rank"));
});

test("spectra of several times: a panel per block, by rank or by time", async (t) => {
  const times = [1, 2, 4].map((epoch) => ({
    epoch,
    blocks: { W1: [1 / epoch, 0.1, 0.01], W2: [2, 1, 1e-5] },
  }));
  const byRank = spectrum(times, { title: "by rank" });
  checkPicture(t, byRank, "by rank");
  for (const text of ["W1", "W2", "epoch 1", "epoch 4"]) t.ok(texts(byRank).includes(text), text);
  const byTime = spectrum(times, { by: "time", ranks: [1, 3] });
  checkPicture(t, byTime, "by time");
  for (const text of ["largest", "rank 3", "epochs"]) t.ok(texts(byTime).includes(text), text);
  const cases: [unknown, unknown, RegExp][] = [
    [{}, {}, /spectrum: there must be eigenvalues, got none; pass eigenvalues by block/],
    [[], {}, /got none/],
    [{ a: [] }, {}, /spectrum, a: there must be eigenvalues, got none/],
    [{ a: ["b"] }, {}, /got something else/],
    [[{ blocks: { a: [1] } }], {}, /must have a step or an epoch, got undefined at place 0/],
    [[{ epoch: 1, step: 1, blocks: { a: [1] } }], {}, /a step or an epoch/],
    [{ a: [1] }, { by: "time" }, /there must be several times, got 1/],
    [{ a: [1] }, { by: "epoch" }, /by must be "rank" or "time", got "epoch"/],
    [{ a: [1] }, { ranks: [0] }, /ranks must be positive integers, got \[0\]/],
    [{ a: [1] }, { log: true }, /options must be among/],
  ];
  for (const [given, options, message] of cases)
    t.throws(() => spectrum(given as never, options as never), message);
});

test("lengths of steps are lines by block, from the reports", async (t) => {
  const reports = [1, 2, 3].map(
    (step): OptimizerReport => ({
      step,
      quantities: { length: 0.5 / step },
      blocks: [
        {
          path: "dense0",
          params: ["w"],
          solver: "dense",
          quantities: { length: 0.3 / step, lambda: [0.1, 0.2] },
        },
      ],
    }),
  );
  const svg = stepLengths(reports, { title: "steps" });
  const { all } = checkPicture(t, svg, "step lengths");
  const y = scaleBy(upTicks(svg), true);
  const path = all.find((one) => one.getAttribute("data-series") === "dense0");
  const [points = []] = piecesOf(path?.getAttribute("d") ?? "");
  t.ok([0.3, 0.15, 0.1].every((value, at) => near(y(points[at]?.y ?? 0), value, 0.003)));
  t.ok(["whole step", "dense0"].every((text) => texts(svg).includes(text)));
  t.ok(texts(svg).some((text) => text.startsWith("length of the step, √nats")));
  const damping = stepLengths(reports, { quantity: "lambda" });
  t.ok(texts(damping).includes("damping λ, the largest (log scale)"));
  t.throws(() => stepLengths([]), /stepLengths: there must be reports, got an empty list/);
  t.throws(
    () => stepLengths(reports, { quantity: "angle" }),
    /a block must have the quantity, got angle; use one of length, lambda/,
  );
  t.throws(() => stepLengths(reports, { log: true } as never), /options must be among/);
});
