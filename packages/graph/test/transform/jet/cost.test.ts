/** Derivatives by inputs cost a small multiple of the function: multiply-adds of products, counted in plans. */
import { productAxes, sizeOf } from "@metrigrad/tensor";
import test from "tape";
import { affine, derivatives, input, laplacian, type Node, sin, tanh } from "../../../src/index.ts";
import { stepsOf } from "../../steps.ts";

/** Multiply-adds of all products in the plan of some nodes. */
function products(...outputs: readonly Node[]): number {
  return stepsOf(...outputs).reduce((total, step) => {
    if (step.kind !== "matmul") return total;
    return total + sizeOf(Object.values(productAxes(step)).flat());
  }, 0);
}

const n = 50;

function net(d: number, f = tanh): (x: Node) => Node {
  const [a, b, c] = [input("a", [d + 1, 64]), input("b", [65, 64]), input("c", [65, 1])];
  return (x) => affine(f(affine(f(affine(x, a)), b)), c);
}

test("cost: a Laplacian of a net 2-64-64-1 is at most d + 2 values", (t) => {
  for (const d of [2, 5]) {
    const x = input("x", [n, d]);
    const forward = products(net(d)(x));
    t.equal(forward, n * (d * 64 + 64 * 64 + 64), "what is counted");
    const cost = products(laplacian(net(d), x));
    t.ok(cost <= (d + 2) * forward, `d = ${d}: ${cost / forward} values`);
    t.ok(cost > (d + 1) * forward * 0.9, "no product was overlooked");
  }
  t.end();
});

test("cost: value, first and second derivatives share what they carry", (t) => {
  const x = input("x", [n, 2]);
  const forward = products(net(2)(x));
  const u = derivatives(net(2), x);
  const burgers = products(u.value, u.partial(1), u.partial(0), u.partial(0, 0));
  t.ok(burgers <= 4.1 * forward, `u, u_t, u_x and u_xx: ${burgers / forward} values`);
  const all = products(u.value, u.gradient(), u.laplacian(), u.partial(0), u.partial(0, 0));
  t.ok(all <= 5.1 * forward, `with the Laplacian: ${all / forward} values`);
  t.end();
});

test("cost: a biharmonic is at most d² + 2d + 3 values", (t) => {
  const x = input("x", [n, 2]);
  const f = net(2, sin);
  const cost = products(derivatives(f, x).biharmonic()) / products(f(x));
  t.ok(cost <= 11, `${cost} values`);
  t.end();
});

test("cost: the streams of the first layer are rows of its weights, not a product", (t) => {
  const x = input("x", [n, 2]);
  const w = input("w", [3, 64]);
  t.equal(products(laplacian((at) => tanh(affine(at, w)), x)), n * 2 * 64, "the value's alone");
  t.end();
});
