import test from "tape";
import { burgersExact } from "../examples/burgers/exact.ts";

const nu = 0.01 / Math.PI;

test("burgers: the steepest slope is that of Basdevant and others", (t) => {
  // Computers & Fluids 14 (1986), table 1: 152.00516 at x = 0 and t = 1.6037/π.
  const step = 1e-5;
  const slope = (time: number) =>
    (burgersExact(-step, time, nu) - burgersExact(step, time, nu)) / (2 * step);
  t.ok(Math.abs(slope(1.6037 / Math.PI) - 152.00516) < 1e-3, `${slope(1.6037 / Math.PI)}`);
  for (const time of [1.55, 1.65])
    t.ok(slope(time / Math.PI) < 151.9, "and less steep before and after");
  t.end();
});

test("burgers: a finer quadrature gives the same", (t) => {
  for (const [x, time] of [
    [0.003, 1],
    [0.5, 0.3],
    [-0.9, 0.7],
    [0.99, 0.02],
  ] as const) {
    const [coarse, fine] = [0.2, 0.01].map((step) => burgersExact(x, time, nu, step));
    t.ok(Math.abs((coarse as number) - (fine as number)) < 1e-13, `${x}, ${time}`);
  }
  t.end();
});
