/** Derivatives by inputs against formulas that were worked out by hand. */
import { tensor } from "@metrigrad/tensor";
import test from "tape";
import {
  add,
  biharmonic,
  concat,
  constant,
  cos,
  derivatives,
  directional,
  div,
  divergence,
  exp,
  gradient,
  laplacian,
  mul,
  type Node,
  neg,
  partial,
  pow,
  reshape,
  sin,
  sqrt,
  square,
  sub,
  sum,
  tanh,
} from "../../../src/index.ts";
import { coordinate, largestGap, values } from "./nested.ts";

const points = values([5, 2], 1);
const [x, y] = [coordinate(points, 0), coordinate(points, 1)];
const { PI } = Math;

/** sin πx · sin πy. */
const waves = (at: Node) => mul(sin(mul(PI, coordinate(at, 0))), sin(mul(PI, coordinate(at, 1))));
const [sx, sy] = [sin(mul(PI, x)), sin(mul(PI, y))];
const [cx, cy] = [cos(mul(PI, x)), cos(mul(PI, y))];

test("sin πx sin πy: an eigenfunction of Δ with −2π²", async (t) => {
  const off = await largestGap([
    [laplacian(waves, points), mul(-2 * PI ** 2, mul(sx, sy))],
    [laplacian(waves, points, { axes: [-1] }), mul(-(PI ** 2), mul(sx, sy))],
    [biharmonic(waves, points), mul(4 * PI ** 4, mul(sx, sy))],
    [biharmonic(waves, points, { axes: [0] }), mul(PI ** 4, mul(sx, sy))],
    [partial(waves, points, [0]), mul(PI, mul(cx, sy))],
    [partial(waves, points, [0, 1]), mul(PI ** 2, mul(cx, cy))],
    [partial(waves, points, [1, 0, 1]), mul(-(PI ** 3), mul(cx, sy))],
    [partial(waves, points, [0, 0, 1, 1]), mul(PI ** 4, mul(sx, sy))],
    [partial(waves, points, [1, 1, 1, 1, 1]), mul(PI ** 5, mul(sx, cy))],
    [partial(waves, points, []), mul(sx, sy)],
  ]);
  t.ok(off < 1e-12, `${off}`);
});

test("gradient, directions and Hessian products of x²y³", async (t) => {
  const f = (at: Node) => mul(square(coordinate(at, 0)), pow(coordinate(at, 1), 3));
  const u = derivatives(f, points);
  const rows = (...parts: Node[]) =>
    concat(
      parts.map((one) => reshape(one, [5, 1])),
      1,
    );
  const [v, w] = [values([5, 2], 2), constant(tensor([0.5, -2]))];
  const [vx, vy] = [coordinate(v, 0), coordinate(v, 1)];
  const [fx, fy] = [mul(2, mul(x, pow(y, 3))), mul(3, mul(square(x), square(y)))];
  const fxx = mul(2, pow(y, 3));
  const fxy = mul(6, mul(x, square(y)));
  const fyy = mul(6, mul(square(x), y));
  const product = rows(add(mul(fxx, vx), mul(fxy, vy)), add(mul(fxy, vx), mul(fyy, vy)));
  const off = await largestGap([
    [u.value, f(points)],
    [gradient(f, points), rows(fx, fy)],
    [directional(f, points, [v]), add(mul(fx, vx), mul(fy, vy))],
    [u.hvp(v), product],
    [u.directional(v, w), sub(mul(0.5, coordinate(product, 0)), mul(2, coordinate(product, 1)))],
    [u.directional(), u.value],
    [u.laplacian(), add(fxx, fyy)],
  ]);
  t.ok(off < 1e-13, `${off}`);
});

test("divergence of (xy, x − y²)", async (t) => {
  const field = (at: Node) => {
    const [a, b] = [coordinate(at, 0), coordinate(at, 1)];
    return concat([reshape(mul(a, b), [5, 1]), reshape(sub(a, square(b)), [5, 1])], 1);
  };
  const off = await largestGap([[divergence(field, points), neg(y)]]);
  t.ok(off < 1e-14, `${off}`);
});

test("a Gaussian in five dimensions: Δ e^(−r²) = (4r² − 2d) e^(−r²)", async (t) => {
  const at = values([3, 5], 3);
  const f = (one: Node) => exp(neg(sum(square(one), { axis: 1 })));
  const r2 = sum(square(at), { axis: 1 });
  const d = 5;
  // Δ² of it: (16r⁴ − 16(d + 2)r² + 4d(d + 2)) e^(−r²).
  const fourth = add(sub(mul(16, square(r2)), mul(16 * (d + 2), r2)), 4 * d * (d + 2));
  const off = await largestGap([
    [laplacian(f, at), mul(sub(mul(4, r2), 2 * d), f(at))],
    [biharmonic(f, at), mul(fourth, f(at))],
  ]);
  t.ok(off < 1e-12, `${off}`);
});

test("a Laplacian of a Laplacian is the biharmonic", async (t) => {
  const nested = laplacian((at) => laplacian(waves, at), points);
  const off = await largestGap([[nested, mul(4 * PI ** 4, mul(sx, sy))]]);
  t.ok(off < 1e-12, `${off}`);
});

test("Burgers' equation: a wave that travels, c − c·tanh(c(x − ct)/2ν)", async (t) => {
  const [c, nu] = [0.8, 0.3];
  const wave = (at: Node) => {
    const phase = sub(coordinate(at, 0), mul(c, coordinate(at, 1)));
    return mul(c, sub(1, tanh(mul(c / (2 * nu), phase))));
  };
  const u = derivatives(wave, points);
  const residual = sub(add(u.partial(1), mul(u.value, u.partial(0))), mul(nu, u.partial(0, 0)));
  const off = await largestGap([[residual, mul(0, x)]]);
  t.ok(off < 1e-14, `${off}`);
});

test("hydrogen: the local energy of ψ = e^(−r) is −½ everywhere", async (t) => {
  const at = values([6, 3], 4);
  const distance = (one: Node) => sqrt(sum(square(one), { axis: 1 }));
  const psi = derivatives((one) => neg(distance(one)), at);
  const squared = sum(square(psi.gradient()), { axis: 1 });
  const energy = sub(mul(-0.5, add(psi.laplacian(), squared)), div(1, distance(at)));
  const off = await largestGap([[energy, add(mul(0, distance(at)), -0.5)]]);
  t.ok(off < 1e-14, `${off}`);
});
