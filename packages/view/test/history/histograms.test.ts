import { tensor } from "@metrigrad/tensor";
import test from "tape";
import { histograms } from "../../src/index.ts";
import { cellsOf, checkPicture, contrast, read } from "../support/picture.ts";

const texts = (svg: string) => read(svg).texts.map(({ text }) => text);

test("a cell says the share of the values in its bin", async (t) => {
  const snapshots = [
    { epoch: 1, parameters: { w: [0, 0, 0, 4] } },
    { epoch: 5, parameters: { w: tensor([1.5, 2.5, 3.5, 4]) } },
  ];
  const svg = histograms(snapshots, { title: "weights", bins: 4 });
  const cells = cellsOf(checkPicture(t, svg, "histograms"), [4, 2]);
  const darkness = cells.map((row) => row.map((one) => contrast(one ?? "", "#ffffff")));
  // By hand, bins [0, 1), [1, 2), [2, 3), [3, 4] from below: 3, 0, 0, 1 of four values; then 0, 1, 1, 2.
  const column = (at: number) => [3, 2, 1, 0].map((row) => darkness[row]?.[at] ?? 0);
  const [first, second] = [column(0), column(1)] as [number[], number[]];
  t.ok(first[0] === Math.max(...darkness.flat()), "three of four are darkest");
  t.ok(first[1] === 1 && first[2] === 1 && second[0] === 1, "none is white");
  t.ok(first[3] === second[1] && second[1] === second[2], "one of four is one shade");
  t.ok((second[3] ?? 0) > (second[2] ?? 0) && (second[3] ?? 0) < (first[0] ?? 0), "two of four");
  for (const text of ["w", "epochs", "1", "5", "share of the", "values", "weights"])
    t.ok(texts(svg).includes(text), text);
});

test("equal values, many parameters and values that are not finite are drawn", async (t) => {
  const same = [{ step: 0, parameters: { "a & <b>": [1, 1] } }];
  checkPicture(t, histograms(same), "equal values");
  const many = Array.from({ length: 40 }, (_, at) => ({
    step: 100 * at,
    parameters: Object.fromEntries(
      Array.from({ length: 7 }, (_, k) => [`layer ${k}/w`, [Math.sin(at), k, at]]),
    ),
  }));
  checkPicture(t, histograms(many), "forty times");
  checkPicture(t, histograms(many, { columns: 1 }), "one column");
  const odd = histograms([{ step: 0, parameters: { w: [1, Number.NaN, 2] } }]);
  checkPicture(t, odd, "NaN");
  t.ok(texts(odd).some((text) => text.endsWith("1 value is not finite, and not counted.")));
  checkPicture(t, histograms([{ step: 0, parameters: { w: [Number.NaN] } }]), "NaN alone");
});

test("what has no parameters is an error", async (t) => {
  const one = { epoch: 1, parameters: { w: [1] } };
  const cases: [unknown, unknown, RegExp][] = [
    [[], {}, /histograms: there must be snapshots of parameters, got an empty list/],
    [[{ epoch: 1, parameters: {} }], {}, /got no parameter in the first one/],
    [[{ parameters: { w: [1] } }], {}, /must have a step or an epoch, got undefined at place 0/],
    [
      [one, { epoch: 2, parameters: {} }],
      {},
      /must have the parameters .* got none of w at place 1/,
    ],
    [[one], { bins: 1 }, /bins must be an integer from 2 to 200, got 1/],
    [[one], { columns: 0 }, /columns must be an integer from 1 to 4, got 0/],
    [[one], { log: 1 }, /options must be among/],
  ];
  for (const [given, options, message] of cases)
    t.throws(() => histograms(given as never, options as never), message);
});
