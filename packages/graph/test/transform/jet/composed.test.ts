/** Derivatives by inputs are nodes as any others: differentiated again, batched and in loops. */
import test from "tape";
import {
  add,
  affine,
  broadcastTo,
  derivatives,
  div,
  eye,
  grad,
  gradient,
  greater,
  laplacian,
  log,
  matmul,
  mul,
  type Node,
  neg,
  partial,
  reshape,
  scan,
  sin,
  slice,
  square,
  stack,
  sub,
  sum,
  tanh,
  vmap,
  where,
} from "../../../src/index.ts";
import { functions, points } from "./functions.ts";
import { largestGap, nestedPartial, values } from "./nested.ts";

const [w, v] = [values([4, 5], 1), values([6, 1], 2)];
const net = (a: Node, b: Node) => (x: Node) =>
  reshape(affine(tanh(affine(x, a)), b), [x.shape[0] as number]);

test("gradients by parameters of a residual with u, u_t, u_x and u_xx", async (t) => {
  const u = derivatives(net(w, v), points);
  const at = (...axes: number[]) => nestedPartial(u.value, points, axes);
  const residual = (first: Node, second: Node, third: Node) =>
    sum(square(sub(add(first, mul(u.value, second)), mul(0.1, third))));
  const [a, b] = grad(residual(u.partial(1), u.partial(0), u.partial(0, 0)), [w, v]) as [
    Node,
    Node,
  ];
  const [c, d] = grad(residual(at(1), at(0), at(0, 0)), [w, v]) as [Node, Node];
  const off = await largestGap([
    [a, c],
    [b, d],
  ]);
  t.ok(off < 1e-13, `${off}`);
});

/** Third derivatives compile for seconds: `npm run check` has all functions, `npm test` every third. */
const apart = process.env.METRIGRAD_SWEEP === "full" ? 1 : 3;

test("gradients by parameters through every kind of op", async (t) => {
  for (const [name, f] of Object.entries(functions).filter((_, at) => at % apart === 0)) {
    const scale = values([3], 30);
    const scaled = (x: Node) => f(mul(x, add(scale, 2)));
    const u = derivatives(scaled, points);
    const nested = [0, 1, 2]
      .map((axis) => nestedPartial(u.value, points, [axis, axis]))
      .reduce((a, b) => add(a, b));
    const off = await largestGap([
      [grad(sum(sin(u.laplacian())), scale), grad(sum(sin(nested)), scale)],
    ]);
    t.ok(off < 1e-9, `${name}: ${off}`);
  }
});

test("gradients by the points, and derivatives of derivatives", async (t) => {
  const f = net(w, v);
  const lap = laplacian(f, points);
  const off = await largestGap([
    [gradient((x) => laplacian(f, x), points), grad(sum(lap), points)],
    [partial((x) => partial(f, x, [0, 1]), points, [1, 2]), partial(f, points, [2, 1, 1, 0])],
    [laplacian((x) => dot2(gradient(f, x)), points), laplacianOfSquare(f)],
  ]);
  t.ok(off < 1e-12, `${off}`);
});

/** |g|² of rows. */
function dot2(g: Node): Node {
  return sum(square(g), { axis: 1 });
}

/** Δ|∇f|² by nested gradients. */
function laplacianOfSquare(f: (x: Node) => Node): Node {
  const y = dot2(grad(sum(f(points)), points));
  return [0, 1, 2]
    .map((axis) => nestedPartial(y, points, [axis, axis]))
    .reduce((a, b) => add(a, b));
}

test("vmap over parameters: a Laplacian for each case", async (t) => {
  const cases = values([2, 4, 5], 3);
  const all = vmap((a) => laplacian(net(a, v), points))(cases);
  const each = [0, 1].map((k) =>
    laplacian(net(reshape(slice(cases, [[k, k + 1]]), [4, 5]), v), points),
  );
  const off = await largestGap([[all, stack(each)]]);
  t.ok(off < 1e-13, `${off}`);
});

test("vmap over points: within a case too", async (t) => {
  const f = net(w, v);
  const all = vmap((x) => laplacian(f, x))(reshape(points, [2, 2, 3]));
  const off = await largestGap([[reshape(all, [4]), laplacian(f, points)]]);
  t.ok(off < 1e-13, `${off}`);
});

test("scan: points that move along the gradient", async (t) => {
  const f = net(w, v);
  const step = (x: Node) => add(x, mul(0.1, mul(gradient(f, x), reshape(laplacian(f, x), [4, 1]))));
  const { carry } = scan((x) => ({ carry: step(x), y: {} }), points, null, { turns: 3 });
  const off = await largestGap([[carry, step(step(step(points)))]]);
  t.ok(off < 1e-13, `${off}`);
});

test("streams take what does not depend on x as it is", async (t) => {
  const f = (x: Node) => add(matmul(x, values([3, 2], 4)), 5);
  const zero = mul(values([4, 2], 5), 0);
  const off = await largestGap([
    [laplacian(f, points), zero],
    [laplacian(() => values([4, 2], 6), points), zero],
    [gradient((x) => x, points), broadcastTo(eye(3), [4, 3, 3])],
  ]);
  t.equal(off, 0);
});

test("the branch that is not taken counts nowhere, even where it is not finite", async (t) => {
  const gain = values([3], 8);
  const f = (x: Node) => {
    const h = mul(x, gain);
    return sum(where(greater(h, 0), log(h), square(h)), { axis: 1 });
  };
  const h = mul(points, gain);
  const squared = square(gain);
  const second = where(greater(h, 0), div(neg(squared), square(h)), mul(2, squared));
  const byGain = grad(sum(laplacian(f, points)), gain);
  const off = await largestGap([
    [laplacian(f, points), sum(second, { axis: 1 })],
    // The second derivative of ln(g·x) does not depend on g, that of (g·x)² is 2g².
    [byGain, sum(where(greater(h, 0), 0, mul(4, broadcastTo(gain, [4, 3]))), { axis: 0 })],
  ]);
  t.ok(off < 1e-12, `${off}`);
});
