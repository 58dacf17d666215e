import { tensor } from "@metrigrad/tensor";
import test from "tape";
import { heatmap } from "../../src/index.ts";
import { cellsOf, checkPicture, contrast, read } from "../support/picture.ts";

const texts = (svg: string) => read(svg).texts.map(({ text }) => text);

test("a larger value is darker, in the order of the matrix", async (t) => {
  const values = [
    [0, 1, 2, 3],
    [7, 6, 5, 4],
  ];
  const svg = heatmap(values, { title: "a < b", quantity: "metric" });
  const picture = checkPicture(t, svg, "heat map");
  const cells = cellsOf(picture, [2, 4]);
  const ordered = values.flat().map((value, at) => [value, cells.flat()[at] ?? ""] as const);
  const darkness = ordered
    .sort(([a], [b]) => a - b)
    .map(([, colour]) => contrast(colour, "#ffffff"));
  t.ok(
    darkness.every((value, at) => at === 0 || value > (darkness[at - 1] ?? 0)),
    darkness.map((one) => one.toFixed(1)).join(" "),
  );
  t.equal(heatmap(tensor(values), { title: "a < b", quantity: "metric" }), svg, "of a tensor too");
});

test("values of both signs have 0 in the middle, and the key says how colours are made", async (t) => {
  const svg = heatmap([
    [-1, 0],
    [0.5, 8],
  ]);
  const [[low, zero] = [], [, high] = []] = cellsOf(checkPicture(t, svg, "signs"), [2, 2]);
  t.equal(zero, "#ffffff", "zero stands back");
  const channels = (colour: string | null | undefined) =>
    [1, 3, 5].map((at) => Number.parseInt((colour ?? "").slice(at, at + 2), 16));
  const [lowRed = 0, , lowBlue = 0] = channels(low);
  const [highRed = 0, , highBlue = 0] = channels(high);
  t.ok(lowBlue > lowRed && highRed > highBlue, "negative ones are blue, positive ones are not");
  t.ok(texts(svg).includes("−5") && texts(svg).includes("5"), "the key is symmetric");
  const roots = texts(heatmap([[-1, 8]], { scale: "cbrt" }));
  t.ok(
    ["−8", "−2", "0", "2", "8"].every((text) => roots.includes(text)),
    roots.join(" "),
  );
  const logs = texts(heatmap([[1e-6, 1]], { scale: "log" }));
  t.ok(
    ["10⁻⁶", "1"].every((text) => logs.includes(text)),
    logs.join(" "),
  );
});

test("small values show by their cube roots", async (t) => {
  const shade = (scale: "linear" | "cbrt") => {
    const [[small] = []] = cellsOf(read(heatmap([[0.01, 1]], { scale })), [1, 2]);
    return contrast(small ?? "", "#ffffff");
  };
  t.ok(shade("cbrt") > 1.3 * shade("linear"));
});

test("what is not on the scale is empty, and counted", async (t) => {
  const svg = heatmap([
    [1, Number.NaN],
    [-1, 2],
  ]);
  t.equal(cellsOf(checkPicture(t, svg, "NaN"), [2, 2])[0]?.[1], null);
  t.ok(texts(svg).includes("1 value is not on the scale: empty."));
  const log = heatmap([[1, 0, -1, 10]], { scale: "log" });
  t.ok(texts(log).includes("2 values are not on the scale: empty."));
});

test("large matrices are pooled by the value of largest size", async (t) => {
  const size = 500;
  const values = new Float64Array(size * size);
  values[size + 1] = -3;
  values[size * size - 1] = 2;
  const svg = heatmap(tensor(values, { shape: [size, size] }));
  const picture = checkPicture(t, svg, "pooled");
  t.ok(texts(svg).includes("A cell shows the value of largest size of 3 × 3."));
  const cells = cellsOf(picture, [167, 167]);
  t.notEqual(cells[0]?.[0], cells[1]?.[1]);
  t.notEqual(cells[166]?.[166], cells[1]?.[1]);
  t.equal(new Set(cells.flat()).size, 3);
});

test("several matrices share a scale and have names; groups have lines and names", async (t) => {
  const eye = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ];
  const groups = [
    { name: "W1", size: 1 },
    { name: "W2", size: 2 },
  ];
  const svg = heatmap({ "first & <one>": eye, second: eye }, { groups, note: "both" });
  const { all } = checkPicture(t, svg, "groups");
  const shown = texts(svg);
  t.ok(["first & <one>", "second", "both"].every((text) => shown.includes(text)));
  t.equal(shown.filter((text) => text === "W1").length, 3, "below both, beside the first");
  t.equal(all.filter((one) => one.getAttribute("stroke-dasharray") === "2 3").length, 2);
  const stack = tensor(Float64Array.of(...eye.flat(), ...eye.flat()), { shape: [2, 3, 3] });
  t.ok(["matrix 1", "matrix 2"].every((text) => texts(heatmap(stack)).includes(text)));
  const many = Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`block ${at}`, eye]));
  checkPicture(t, heatmap(many, { groups }), "twelve");
  checkPicture(t, heatmap([[0, 0]]), "zeros");
  checkPicture(t, heatmap([Array.from({ length: 200 }, (_, at) => at)]), "a wide one");
});

test("what is no matrix is an error", async (t) => {
  const cases: [unknown, unknown, RegExp][] = [
    [[], {}, /heatmap: the values must be a matrix of numbers, got an empty list; pass a tensor/],
    [[[1], [1, 2]], {}, /must be a matrix of numbers, got a list/],
    [tensor([1, 2]), {}, /got a tensor \[2\]/],
    [null, {}, /got null/],
    [{}, {}, /got none/],
    [{ a: 3 }, {}, /heatmap, a: the values must be a matrix/],
    [[["1"]], {}, /must be a matrix of numbers/],
    [tensor(new Float64Array(13), { shape: [13, 1, 1] }), {}, /at most 12 matrices, got 13/],
    [[[1]], { scale: "sqrt" }, /scale must be "linear", "cbrt" or "log", got "sqrt"/],
    [[[1]], { range: [1, 0] }, /range must be two numbers, the lower one first, got \[1, 0\]/],
    [[[1]], { scale: "log", range: [0, 1] }, /above 0/],
    [[[1]], { groups: [{ name: "a", size: 2 }] }, /must add up to .* got 2 for \[1, 1\]/],
    [[[1]], { colour: 1 }, /options must be among title/],
  ];
  for (const [values, options, message] of cases)
    t.throws(() => heatmap(values as never, options as never), message);
});
