import { compile, constant } from "@metrigrad/graph";
import { reference } from "@metrigrad/tensor";
import test from "tape";
import { cubicMinimum } from "../../src/quasiNewton/cubic.ts";

type Cubic = readonly [number, number, number, number];

/** The minimum between bounds of the cubic c₀ + c₁t + c₂t² + c₃t³ as two points show it. */
async function minimumOf(
  [c0, c1, c2, c3]: Cubic,
  [a, b]: readonly [number, number],
  [low, high]: readonly [number, number],
): Promise<number> {
  const point = (t: number) => ({
    t: constant(t),
    loss: constant(c0 + t * (c1 + t * (c2 + t * c3))),
    slope: constant(c1 + t * (2 * c2 + t * 3 * c3)),
  });
  const node = cubicMinimum(point(a), point(b), [constant(low), constant(high)]);
  const backend = await reference();
  const program = await compile({ outputs: [node] }, await backend.store([]));
  const [handle] = await program.run();
  const found = (await handle?.read())?.item() ?? Number.NaN;
  await backend.close();
  return found;
}

const near = (a: number, b: number) => Math.abs(a - b) < 1e-12;

test("cubic: the minimum of a cubic, from points in either order", async (t) => {
  // t³ − 3t + 2 has it at 1.
  const cubic: Cubic = [2, -3, 0, 1];
  t.ok(near(await minimumOf(cubic, [0, 3], [0, 3]), 1));
  t.ok(near(await minimumOf(cubic, [3, 0], [0, 3]), 1));
  t.ok(near(await minimumOf(cubic, [0, 0.5], [0.5, 4]), 1), "behind both");
});

test("cubic: of a parabola its vertex", async (t) => {
  t.ok(near(await minimumOf([7, -4, 1, 0], [0, 5], [0, 5]), 2));
});

test("cubic: kept within the bounds, and their middle where there is no minimum", async (t) => {
  t.equal(await minimumOf([2, -3, 0, 1], [0, 3], [1.5, 3]), 1.5);
  t.equal(await minimumOf([2, -3, 0, 1], [0, 0.5], [0.6, 0.8]), 0.8);
  t.equal(await minimumOf([0, 1, 0, 1], [0, 1], [0, 3]), 1.5, "t + t³ only rises");
  t.equal(await minimumOf([5, 0, 0, 0], [0, 1], [0, 1]), 0.5, "a constant");
});
