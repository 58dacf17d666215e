/** Every kind of module of nn, exported and run by onnxruntime-web, against our own prediction. */
import * as nn from "@metrigrad/nn";
import {
  isTensor,
  mapTree,
  namedLeaves,
  reference,
  type Tensor,
  type Tree,
  tensor,
} from "@metrigrad/tensor";
import { predict } from "@metrigrad/train";
import test from "tape";
import { moduleCases } from "../../metric/test/support/modules.ts";
import { onnxBytes } from "../src/index.ts";
import { session } from "./support/session.ts";

/** The kinds of modules among the exports of nn. */
const kinds = Object.entries(nn).flatMap(([name, value]) =>
  typeof value === "function" && "spec" in value && "apply" in (value.spec as object) ? [name] : [],
);

/** Kinds without a row, by reason. */
const without: Readonly<Record<string, string>> = {
  distribution: "it takes no input, and gives the coordinates of a law for training",
};

test("onnx: every kind of module that nn exports has a row", (t) => {
  t.deepEqual(
    kinds.filter((name) => moduleCases[name] === undefined),
    Object.keys(without),
  );
  t.ok(kinds.length > 40);
  t.end();
});

/** Returns other rows: those of the tree in reverse order, and the first one again. */
function otherRows(tree: Tree<Tensor>): Tree<Tensor> {
  return mapTree(tree, isTensor, ({ shape, dtype }: Tensor, path) => {
    const [n = 0, ...row] = shape;
    const leaf = namedLeaves(tree, isTensor).find(([name]) => name === path)?.[1] as Tensor;
    const width = leaf.data().length / n;
    const order = [...Array(n).keys()].reverse().concat(0);
    const data = order.flatMap(
      (at) => [...leaf.data().subarray(at * width, (at + 1) * width)] as number[],
    );
    const floats = dtype === "f32" || dtype === "f64";
    return tensor(floats ? Float64Array.from(data) : Int32Array.from(data), {
      shape: [n + 1, ...row],
      dtype,
    });
  }) as Tree<Tensor>;
}

for (const [name, cases] of Object.entries(moduleCases)) {
  for (const [at, { module, inputs }] of cases.entries()) {
    test(`onnx: ${name} ${at}`, async (t) => {
      const backend = await reference();
      t.teardown(() => backend.close());
      const store = await backend.store(module, { seed: 3, float: "f32" });
      const file = await session(await onnxBytes(module, store, inputs));
      t.teardown(() => file.close());
      for (const given of [inputs, otherRows(inputs)]) {
        const feeds = Object.fromEntries(
          namedLeaves(given, isTensor).map(([path, leaf]) => [path === "" ? "input" : path, leaf]),
        );
        const made = await file.run(feeds);
        const own = await predict(module as never, store, given);
        for (const [path, value] of namedLeaves(own as Tree<Tensor>, isTensor)) {
          const other = made[path === "" ? "output" : path in feeds ? `${path}/out` : path];
          t.deepEqual(other?.shape, value.shape, `${path} ${value.shape}`);
          const gap = largestGap(value.data(), other?.data() ?? []);
          t.ok(gap < 2e-5, `off by ${gap}`);
        }
      }
    });
  }
}

/** The largest difference, by the scale of the values. */
function largestGap(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const scale = Array.from(a).reduce((most, v) => Math.max(most, Math.abs(v)), 1);
  return Array.from(a).reduce(
    (most, v, i) => Math.max(most, Math.abs(v - (b[i] as number)) / scale),
    0,
  );
}
