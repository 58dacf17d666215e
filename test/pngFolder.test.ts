/** A folder of PNG pictures as data of the examples: what is read, how it is cut, and what is refused. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encode, type ImageData } from "fast-png";
import { adam, cpu } from "metrigrad";
import test, { type Test } from "tape";
import { train as trainLenet } from "../examples/lenet/lenet.ts";
import { train as trainResnet } from "../examples/resnet8/resnet8.ts";
import { fitPicture } from "../examples/support/fitPicture.ts";
import { pngFolder } from "../examples/support/pngFolder.ts";
import { readPng } from "../examples/support/readPng.ts";

/** An empty folder that is removed after the test. */
function place(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), "metrigrad-png-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return folder;
}

function write(folder: string, name: string, image: ImageData): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), encode(image));
  return join(folder, name);
}

const image = (width: number, height: number, channels: number, values: readonly number[]) => ({
  ...{ width, height, channels },
  data: Uint8Array.from(values),
});

test("readPng: planes of grey and colours; what is transparent is black", (t) => {
  const folder = place(t);
  const grey = readPng(write(folder, "grey.png", image(2, 1, 1, [10, 200])));
  t.deepEqual([grey.channels, ...grey.values], [1, 10, 200]);
  const colour = readPng(write(folder, "colour.png", image(2, 1, 3, [1, 2, 3, 4, 5, 6])));
  t.deepEqual([colour.channels, ...colour.values], [3, 1, 4, 2, 5, 3, 6]);
  const glass = image(2, 1, 4, [100, 50, 20, 255, 100, 50, 20, 0]);
  t.deepEqual([...readPng(write(folder, "glass.png", glass)).values], [100, 0, 50, 0, 20, 0]);
  const pale = readPng(write(folder, "pale.png", image(1, 1, 2, [80, 0])));
  t.deepEqual([pale.channels, ...pale.values], [1, 0]);
  const deep = { width: 2, height: 1, channels: 1, depth: 16 as const };
  const data = Uint16Array.from([256 * 7, 65535]);
  t.deepEqual([...readPng(write(folder, "deep.png", { ...deep, data })).values], [7, 255]);
  t.end();
});

test("readPng: palettes, and grey of one bit", (t) => {
  const folder = place(t);
  // Three pixels per line of one bit each, so a byte per line: 101 and 010.
  const bits = { width: 3, height: 2, channels: 1, depth: 1 as const };
  const data = Uint8Array.from([0b10100000, 0b01000000]);
  const black = readPng(write(folder, "bits.png", { ...bits, data }));
  t.deepEqual([...black.values], [255, 0, 255, 0, 255, 0]);
  const palette = [
    [9, 8, 7],
    [1, 2, 3],
  ];
  const chosen = readPng(write(folder, "palette.png", { ...bits, data, palette }));
  t.deepEqual([...chosen.values.slice(0, 6)], [1, 9, 1, 9, 1, 9]);
  t.equal(chosen.channels, 3);
  t.end();
});

test("fitPicture: the middle square, means of what a pixel covers", (t) => {
  const wide = { width: 6, height: 4, channels: 1 as const };
  const values = Uint8Array.from({ length: 24 }, (_, at) => at);
  // Columns 1 to 4: 1 2 | 3 4 above 7 8 | 9 10, and so on.
  const small = fitPicture({ ...wide, values }, { channels: 1, side: 2 });
  t.deepEqual([...small], [5, 7, 17, 19]);
  const dot = { width: 1, height: 1, channels: 3 as const, values: Uint8Array.from([255, 0, 0]) };
  t.deepEqual([...fitPicture(dot, { channels: 1, side: 2 })], [76, 76, 76, 76], "grey of red");
  t.deepEqual([...fitPicture(dot, { channels: 3, side: 1 })], [255, 0, 0]);
  // Three pixels in two: each covers one and a half.
  const three = { width: 3, height: 3, channels: 1 as const };
  const line = Uint8Array.from([0, 30, 90, 0, 30, 90, 0, 30, 90]);
  t.deepEqual(
    [...fitPicture({ ...three, values: line }, { channels: 1, side: 2 })],
    [10, 70, 10, 70],
  );
  t.end();
});

/** Two classes of pictures: a bright left half, or a bright right one; sizes differ. */
function halves(folder: string, count: number, colour: boolean): void {
  ["left", "right"].forEach((name, target) => {
    for (let i = 0; i < count; i++) {
      const [width, height] = [12 + (i % 3), 12 + (i % 2)];
      const channels = colour && i === 0 ? 3 : 1;
      const values = Array.from({ length: width * height * channels }, (_, at) => {
        const x = Math.floor(at / channels) % width;
        return x < width / 2 === (target === 0) ? 200 + ((at * 7 + i) % 50) : (at * 5 + i) % 50;
      });
      write(join(folder, name), `${i}.png`, image(width, height, channels, values));
    }
  });
}

test("pngFolder: classes by the names of folders, one size, so many of each", (t) => {
  const folder = place(t);
  halves(folder, 5, true);
  const { train, valid, classes, inputScale } = pngFolder({ folder, side: 8, seed: 1 });
  t.deepEqual(
    [train.inputs.shape, valid.inputs.shape],
    [
      [8, 3, 8, 8],
      [2, 3, 8, 8],
    ],
  );
  t.deepEqual([classes, inputScale, train.inputs.dtype], [2, 1 / 255, "u8"]);
  const values = train.inputs.data();
  const targets = [...train.targets.data()];
  t.ok(
    targets.every((target, row) => (values[row * 192] as number) > 100 === (target === 0)),
    "the left one is first",
  );
  const less = pngFolder({ folder, side: 6, seed: 1, perClass: 2, channels: 1 });
  t.deepEqual(less.train.inputs.shape, [3, 1, 6, 6]);
  t.end();
});

test("pngFolder: what it refuses", (t) => {
  const folder = place(t);
  const asked = { folder, side: 8, seed: 1 };
  t.throws(() => pngFolder({ ...asked, folder: join(folder, "none") }), /readable folder/);
  t.throws(() => pngFolder(asked), /two folders at least, got 0; put the PNG files of each/);
  halves(folder, 2, false);
  t.throws(() => pngFolder({ ...asked, side: 0 }), /side must be a positive integer, got 0/);
  t.throws(() => pngFolder({ ...asked, perClass: 0 }), /perClass must be a positive integer/);
  mkdirSync(join(folder, "empty"));
  t.throws(() => pngFolder(asked), /empty\): it must have PNG files, got 0/);
  writeFileSync(join(folder, "empty", "bad.png"), "no picture");
  t.throws(() => pngFolder(asked), /bad\.png\): the file must be a whole PNG picture/);
  t.end();
});

for (const [name, train, side] of [
  ["lenet", trainLenet, 16],
  ["resnet8", trainResnet, 8],
] as const) {
  test(`pngFolder: ${name} learns from pictures`, async (t) => {
    const folder = place(t);
    halves(folder, 20, false);
    const backend = await cpu({ threads: 1 });
    t.teardown(() => backend.close());
    const report = await train({
      ...{ size: 1, backend, seed: 1, epochs: 4, batchSize: 8 },
      data: pngFolder({ folder, side, seed: 1 }),
      optimizer: adam({ learningRate: 0.005 }),
    });
    t.ok(report["last cost"]! < 0.5 * report["first cost"]!, JSON.stringify(report));
    t.equal(report.accuracy, 1, "every picture that was held back");
  });
}
