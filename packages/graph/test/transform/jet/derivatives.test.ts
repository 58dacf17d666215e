import test from "tape";
import { add, concat, derivatives, type Node, reshape } from "../../../src/index.ts";
import { functions, points } from "./functions.ts";
import { gapsOf, nestedPartial } from "./nested.ts";

for (const [name, f] of Object.entries(functions)) {
  test(`derivatives of a function with ${name}: those of nested gradients`, async (t) => {
    const x = points;
    const u = derivatives(f, x);
    const nested = (...axes: number[]) => nestedPartial(u.value, x, axes);
    const last = (nodes: Node[]) =>
      concat(
        nodes.map((one) => reshape(one, [...one.shape, 1])),
        u.value.shape.length,
      );
    const pairs = [
      [u.gradient(), last([nested(0), nested(1), nested(2)])],
      [u.laplacian(), add(add(nested(0, 0), nested(1, 1)), nested(2, 2))],
      [u.laplacian({ axes: [2, 0] }), add(nested(0, 0), nested(2, 2))],
      [u.partial(1), nested(1)],
      [u.partial(1, 1), nested(1, 1)],
      [u.partial(2, 0), nested(0, 2)],
    ] as const;
    const found = await gapsOf(pairs);
    t.ok(
      found.every((off) => off < 1e-10),
      found.map((off) => off.toExponential(1)).join(", "),
    );
  });
}
