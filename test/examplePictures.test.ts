/** The pictures of the examples: how they are drawn, and that those in the table of examples/README.md are there. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { decode } from "fast-png";
import test from "tape";
import { colourScale } from "../examples/pictures/colours.ts";
import { pictures } from "../examples/pictures/draw.ts";
import { layout } from "../examples/pictures/layout.ts";
import {
  type Colour,
  frame,
  heat,
  imageGrid,
  paint,
  png,
  type Raster,
  raster,
  whole,
} from "../examples/pictures/raster.ts";
import {
  cross,
  disc,
  grown,
  outline,
  square,
  stroke,
  triangle,
} from "../examples/pictures/shapes.ts";
import { placed, pointsIn, wholeView } from "../examples/pictures/view.ts";

const root = join(import.meta.dirname, "..");
const black: Colour = [0, 0, 0];

/** The red of each pixel, row by row. */
const reds = ({ width, height, bytes }: Raster) =>
  Array.from({ length: height }, (_, row) =>
    Array.from({ length: width }, (_, column) => bytes[3 * (row * width + column)]),
  );

test("pictures: a heat map has the colour of each cell on all of its pixels", (t) => {
  const on = raster(4, 3, black);
  heat(on, { left: 0, top: 1, width: 4, height: 2 }, [1, 2, 3, 4], [2, 2], (v) => [v, 0, 0]);
  t.deepEqual(reds(on), [
    [0, 0, 0, 0],
    [1, 1, 2, 2],
    [3, 3, 4, 4],
  ]);
  heat(on, { left: 3, top: -1, width: 2, height: 2 }, [9], [1, 1], (v) => [v, 0, 0]);
  t.deepEqual(reds(on)[0], [0, 0, 0, 9], "what is outside of the picture is left out");
  t.end();
});

test("pictures: colours of both signs are white in the middle and end at the span", (t) => {
  const colourOf = colourScale("diverging", [-1, 1]);
  t.deepEqual(colourOf(0), [255, 255, 255]);
  t.deepEqual([colourOf(-1), colourOf(1)], [colourOf(-7), colourOf(7)]);
  t.deepEqual(colourScale("sequential", [0, 2], 2)(0.9), [255, 255, 255]);
  t.deepEqual(colourScale("sequential", [0, 2], 2)(1.1), [8, 48, 107]);
  t.end();
});

test("pictures: a shape covers pixels by their share", (t) => {
  const on = raster(4, 4, [255, 255, 255]);
  paint(on, disc([2, 2], 1.5), black);
  // A pixel's middle at (½, 1½) is √2.5 = 1.5811 from the disc's: a share of ½ − 0.0811 is black.
  const part = Math.round(255 * (0.5 + Math.sqrt(2.5) - 1.5));
  t.deepEqual(reds(on), [
    [255, part, part, 255],
    [part, 0, 0, part],
    [part, 0, 0, part],
    [255, part, part, 255],
  ]);
  const line = raster(5, 4, [255, 255, 255]);
  const ends = [
    [-9, 2],
    [9, 2],
  ] as const;
  paint(line, stroke(ends, 2), black);
  t.deepEqual(
    reds(line).map(([first]) => first),
    [255, 0, 0, 255],
  );
  t.end();
});

test("pictures: shapes know how far points are outside of them", (t) => {
  t.equal(square([0, 0], 2).outside(3, 1), 1);
  t.ok(Math.abs(triangle([0, 0], 5).outside(0, 4) - 1) < 1e-12, "below its lower side");
  t.ok(Math.abs(triangle([0, 0], 5).outside(0, -6)) < 1e-12, "its corner is on top");
  t.equal(cross([0, 0], 4, 2).outside(3, 3), -1);
  t.ok(cross([0, 0], 4, 2).outside(0, 3) > 1);
  t.equal(outline(disc([0, 0], 5), 2).outside(0, 0), 4, "an outline has a hole");
  t.equal(grown(disc([0, 0], 5), 2).outside(0, 7), 0);
  t.end();
});

test("pictures: a grid of images has gaps between them", (t) => {
  const on = imageGrid(
    [
      [1, 0, 0, 0],
      [0, 0, 0, 1],
    ],
    { columns: 2, scale: 1, gap: 1 },
  );
  const [ink, paper, gap] = [16, 255, 214];
  t.deepEqual(reds(on), [
    [gap, gap, gap, gap, gap, gap, gap],
    [gap, ink, paper, gap, paper, paper, gap],
    [gap, paper, paper, gap, paper, ink, gap],
    [gap, gap, gap, gap, gap, gap, gap],
  ]);
  const [large] = reds(imageGrid([[1, 0, 0, 0]], { columns: 1, scale: 2, gap: 0 }));
  t.deepEqual(large, [ink, ink, paper, paper]);
  t.end();
});

test("pictures: a view has its upper left corner on top, and the points under its pixels", (t) => {
  const view = wholeView([0, 4], [-1, 1], 4);
  t.equal(view.place.height, 2);
  t.deepEqual(placed(view, [0, 1]), [0, 0]);
  t.deepEqual(placed(view, [4, -1]), [4, 2]);
  const points = pointsIn(view);
  t.deepEqual([points.length, points[0], points[7]], [8, [0.5, 0.5], [3.5, -0.5]]);
  t.end();
});

test("pictures: neighbours of a graph are one step apart on paper", (t) => {
  const places = layout(
    [
      [0, 1],
      [1, 2],
    ],
    3,
  );
  const far = (i: number, j: number) => {
    const [[a, b], [c, d]] = [places[i]!, places[j]!];
    return Math.hypot(a - c, b - d);
  };
  t.ok(Math.abs(far(0, 1) - 1) < 0.01 && Math.abs(far(1, 2) - 1) < 0.01);
  t.ok(Math.abs(far(0, 2) - 2) < 0.01);
  t.end();
});

test("pictures: a PNG file has all pixels, and a line around them", (t) => {
  const on = raster(5, 4, black);
  frame(on);
  const { width, height, channels, data } = decode(png(on));
  t.deepEqual([width, height, channels], [5, 4, 3]);
  t.deepEqual([...data], [...on.bytes]);
  t.deepEqual(reds(on)[1], [214, 0, 0, 0, 214]);
  t.deepEqual(whole(on), { left: 0, top: 0, width: 5, height: 4 });
  t.end();
});

test("pictures: those in the table of the examples are there, and all that are drawn are in it", (t) => {
  const table = readFileSync(join(root, "examples", "README.md"), "utf8");
  const rows = [
    ...table.matchAll(/^\| `([\w-]+)[^|]*\| !\[(.+?)\]\(\.\.\/docs\/examples\/(.+?)\.png\)/gm),
  ];
  const names = rows.map(([, , , name]) => name!);
  t.deepEqual(names.toSorted(), Object.keys(pictures).sort());
  t.equal(table.match(/docs\/examples/g)?.length, names.length, "each is in a row of its own");
  const folder = join(root, "docs", "examples");
  t.deepEqual(readdirSync(folder).sort(), names.map((name) => `${name}.png`).sort());
  for (const [, command, words, name] of rows) {
    t.equal(command, name, `${name} is in its own row`);
    t.ok(words!.length > 20, `${name} is told in words`);
    const file = readFileSync(join(folder, `${name}.png`));
    const { width, height, channels, data } = decode(file, { checkCrc: true });
    t.ok(file.length < 40_000 && width >= 200 && width <= 260, `${name} is small`);
    const colours = new Set<string>();
    for (let at = 0; at < width * height; at++) {
      colours.add(data.slice(channels * at, channels * (at + 1)).join());
    }
    t.ok(colours.size > 3, `${name} is more than a frame`);
  }
  t.end();
});
