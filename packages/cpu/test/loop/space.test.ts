import test from "tape";
import { collapse, type Space, vectoriseBest } from "../../src/loop/space.ts";
import { Random } from "../support/random.ts";

/** Every iteration as the offsets of its streams, in some order. */
function visits(space: Space): string[] {
  let at: number[][] = [space.strides.map(() => 0)];
  space.sizes.forEach((size, axis) => {
    at = at.flatMap((offsets) =>
      Array.from({ length: size }, (_, i) =>
        offsets.map((offset, stream) => offset + i * (space.strides[stream]?.[axis] ?? 0)),
      ),
    );
  });
  return at.map((offsets) => offsets.join()).sort();
}

test("collapse and vectoriseBest visit the same elements", (t) => {
  const random = new Random(61);
  for (let turn = 0; turn < 200; turn++) {
    const sizes = Array.from({ length: random.integer(0, 4) }, () => random.integer(1, 5));
    const strides = Array.from({ length: random.integer(1, 3) }, () => {
      let stride = 4;
      const own = sizes.map(() => 0);
      const order = sizes.map((_, axis) => axis);
      if (random.chance(0.5)) order.sort(() => random.next() - 0.5);
      for (const axis of order.reverse()) {
        own[axis] = random.chance(0.2) ? 0 : random.chance(0.1) ? -stride : stride;
        stride *= (sizes[axis] as number) + (random.chance(0.2) ? 1 : 0);
      }
      return own;
    });
    const space = { sizes, strides };
    const few = collapse(space);
    const best = vectoriseBest(
      few,
      strides.map(() => 4),
      3,
      random.pick([2, 4]),
    );
    const same = [few, best].every((other) => visits(other).join(" ") === visits(space).join(" "));
    t.ok(same && few.sizes.length <= sizes.length, JSON.stringify(space));
  }
  t.end();
});

test("collapse: contiguous axes become one, a broadcast row keeps two", (t) => {
  const whole = [48, 12, 4];
  t.deepEqual(collapse({ sizes: [5, 4, 3], strides: [whole, whole] }).sizes, [60]);
  t.deepEqual(collapse({ sizes: [5, 4, 3], strides: [whole, [0, 12, 4]] }).sizes, [5, 12]);
  t.deepEqual(collapse({ sizes: [1, 1], strides: [[4, 4]] }).sizes, []);
  t.end();
});

test("vectoriseBest: the axis on which most streams are contiguous goes last", (t) => {
  const tall = {
    sizes: [1000, 3],
    strides: [
      [4, 4000],
      [4, 4000],
    ],
  };
  t.deepEqual(vectoriseBest(tall, [4, 4], 1, 4).sizes, [3, 1000]);
  const wide = {
    sizes: [30, 40],
    strides: [
      [160, 4],
      [0, 4],
    ],
  };
  t.deepEqual(vectoriseBest(wide, [4, 4], 1, 4).sizes, [30, 40]);
  t.end();
});

test("vectoriseBest: of axes on which nothing is contiguous the nearer one goes last", (t) => {
  // Every second element of rows, of which a page has one.
  const rows = {
    sizes: [800, 16, 16],
    strides: [
      [4096, 256, 8],
      [0, 0, 0],
    ],
  };
  t.deepEqual(vectoriseBest(rows, [4, 4], 1, 4).sizes, [800, 16, 16]);
  // A short contiguous axis does not outweigh many near elements.
  const pairs = {
    sizes: [3600, 2, 12, 2],
    strides: [
      [192, 96, 8, 4],
      [192, 8, 16, 4],
    ],
  };
  t.deepEqual(vectoriseBest(pairs, [4, 4], 1, 4).sizes, [3600, 2, 2, 12]);
  t.end();
});
