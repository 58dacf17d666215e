/** Unknown options of ops and transforms are refused by name. */
import { tensor } from "@metrigrad/tensor";
import test from "tape";
import * as graph from "../../src/index.ts";

const x = tensor([
  [2, 1],
  [1, 3],
]);
const images = tensor([
  [
    [
      [1, 2],
      [3, 4],
    ],
  ],
]);
const series = tensor([[[1, 2, 3]]]);
const bad = { axes_: 0 } as never;

const calls: Readonly<Record<string, () => unknown>> = {
  sum: () => graph.sum(x, { dim: 0 } as never),
  mean: () => graph.mean(x, bad),
  max: () => graph.max(x, bad),
  variance: () => graph.variance(x, bad),
  median: () => graph.median(x, bad),
  any: () => graph.any(graph.greater(x, 0), bad),
  softmax: () => graph.softmax(x, bad),
  logSumExp: () => graph.logSumExp(x, bad),
  norm: () => graph.norm(x, bad),
  normalize: () => graph.normalize(x, bad),
  argMax: () => graph.argMax(x, bad),
  sort: () => graph.sort(x, bad),
  topK: () => graph.topK(x, 1, bad),
  cumsum: () => graph.cumsum(x, bad),
  matmul: () => graph.matmul(x, x, bad),
  conv1d: () => graph.conv1d(series, series, { group: 1 } as never),
  conv2d: () => graph.conv2d(images, images, bad),
  maxPool2d: () => graph.maxPool2d(images, 1, bad),
  gather: () => graph.gather(x, tensor(Int32Array.of(0)), bad),
  grad: () => graph.grad(graph.sum(graph.constant(x)), graph.constant(x), bad),
  vmap: () => graph.vmap((one: graph.Node) => one, bad),
};

test("options: an unknown name is refused, with the known ones", (t) => {
  for (const [name, call] of Object.entries(calls)) {
    t.throws(call, new RegExp(`^GraphError: ${name}: options must be among .*, got `), name);
  }
  t.throws(
    () => graph.sum(x, { dim: 0 } as never),
    /^GraphError: sum: options must be among axis, keepDims, got dim; correct the name/,
  );
  t.end();
});

test("options: a value in the place of the options is refused", (t) => {
  t.throws(
    () => graph.sum(x, 0 as never),
    /^GraphError: sum: options must be an object, got 0; pass \{ axis: … \}/,
  );
  t.throws(
    () => graph.topK(x, 2, 0 as never),
    /^GraphError: topK: options must be an object, got 0; pass \{ axis: … \}/,
  );
  t.end();
});
