import { exp, mul, type Node, square, squeeze, sub } from "@metrigrad/graph";
import { reference } from "@metrigrad/tensor";
import test from "tape";
import { adaptivePoints, gridPoints, uniformPoints } from "../../src/index.ts";
import { draw } from "./draw.ts";

const box = { low: [0], high: [1] };

/** A narrow bump around ¾. */
const bump = (x: Node) => squeeze(exp(mul(square(sub(x, 0.75)), -200)), 1);

test("adaptivePoints: chosen without repetition with the odds of the residual", async (t) => {
  const device = await reference();
  const pool = gridPoints([401], box);
  const points = (
    await draw(device, adaptivePoints(100, { pool, offset: 0 }), [1, 0], bump)
  ).flat();
  t.equal(new Set(points).size, 100, "no point twice");
  const near = points.filter((x) => Math.abs(x - 0.75) < 0.15).length;
  t.ok(near > 90, `${near} of 100 in a third of the domain`);
  const again = await draw(device, adaptivePoints(100, { pool, offset: 0 }), [1, 1], bump);
  t.notDeepEqual(again.flat(), points, "others in the next draw");
});

test("adaptivePoints: shares are those of |r|ᵏ/mean + c", async (t) => {
  // One of the pool at a time: p = ¾ for the half with r = 3 where k = 1 and c = 0.
  const device = await reference();
  const pool = gridPoints([2], box);
  const size = (x: Node) => squeeze(sub(3, mul(x, 2)), 1);
  const share = async (settings: object) => {
    let low = 0;
    for (let count = 0; count < 300; count++) {
      const [row] = await draw(device, adaptivePoints(1, { pool, ...settings }), [3, count], size);
      if (row?.[0] === 0) low++;
    }
    return low / 300;
  };
  // Of 300 draws the standard error is at most 0.029.
  for (const [settings, wanted] of [
    [{ offset: 0 }, 3 / 4],
    [{ offset: 0, power: 3 }, 27 / 28],
    [{ offset: 1 }, 5 / 8],
    [{ power: 0 }, 1 / 2],
  ] as const) {
    const found = await share(settings);
    t.ok(Math.abs(found - wanted) < 0.09, `${JSON.stringify(settings)}: ${found}, ${wanted}`);
  }
});

test("adaptivePoints: refusals", async (t) => {
  const pool = uniformPoints(10, box);
  t.throws(
    () => adaptivePoints(11, { pool }),
    /pool must be a sampler of at least 11 points, got 10/,
  );
  t.throws(() => adaptivePoints(5, { pool: 10 as never }), /pool must be a sampler/);
  t.throws(
    () => adaptivePoints(5, { pool, power: -1 }),
    /power must be a finite number ≥ 0, got -1/,
  );
  t.throws(() => adaptivePoints(5, { pool, by: 1 } as never), /options must be among pool, power/);
  try {
    await draw(await reference(), adaptivePoints(5, { pool }));
    t.fail("it must throw");
  } catch (error) {
    t.match(String(error), /adaptivePoints: it must be all of `at` in a part that has a residual/);
  }
});
