/** Every op of graph, translated and run by onnxruntime-web, against our reference; ops that ONNX lacks are listed. */
import { compile, input, type Node, opRows } from "@metrigrad/graph";
import {
  isTensor,
  reference,
  type Store,
  sameShape,
  type Tensor,
  tensor,
  valueTypeOf,
} from "@metrigrad/tensor";
import test from "tape";
import { initializersOf } from "../src/known.ts";
import { encodeModel } from "../src/proto/encode.ts";
import { translate } from "../src/translate.ts";
import { session } from "./support/session.ts";

/** Ops that need what ONNX does not have: factors of matrices, draws, and Gram matrices with a base. */
const lacking = [
  "bernoulliDraws",
  "cholesky",
  "choleskyLogdet",
  "choleskyShift",
  "choleskySolve",
  "eigh",
  "gram",
  "inverse",
  "linearSolve",
  "matrixExp",
  "normal",
  "randomBits",
  "triangularSolve",
  "uniform",
];

/** Cases in which an op needs more than ONNX has. */
const lackingCases = [
  "lstsq, a line",
  "lstsq, the shortest",
  "matrixPower, a negative one and none",
  "scan, eigenvalues and eigenvectors",
];

/** Cases in which onnxruntime-web differs, by reason. */
const otherwise: Readonly<Record<string, readonly string[]>> = {
  "its largest and smallest elements pass over NaN": ["norm, a NaN", "median, a NaN"],
  "its order has NaN elsewhere": [
    "argsort, downwards, ties keep their order and NaN is first",
    "argsort, halves, NaN is last",
  ],
  "its sums of integers do not wrap": ["sum, i32 that wraps"],
  "it has no choice between u32": ["div, u32", "putAlongAxis, u32"],
  "it has no such reduction of u32": ["sum, u32", "max, u32", "cumsum, u32 wraps"],
  "it does not sort nothing": ["argsort, no lists"],
};

const apart = Object.values(otherwise).flat();

/** Returns the outputs of onnxruntime-web and of the reference. */
async function both(f: (...inputs: Node[]) => Node, values: readonly Tensor[], store: Store) {
  const inputs = values.map(({ shape, dtype }, at) => input(`x${at}`, shape, valueTypeOf(dtype)));
  const output = f(...inputs);
  const translated = translate({ inputs, outputs: [["y", output]], rows: null });
  const bytes = encodeModel(translated.graph, await initializersOf(translated, store));
  const feeds = Object.fromEntries(values.map((value, at) => [`x${at}`, value]));
  const file = await session(bytes);
  const made = (await file.run(feeds)).y as Tensor;
  await file.close();
  const program = await compile({ outputs: output }, store);
  const used = program.plan.feeds.map(({ name }) => [name, feeds[name] as Tensor]);
  const own = await (await program.run(Object.fromEntries(used))).read();
  await program.close();
  return { made, own };
}

for (const { op, f, cases } of opRows) {
  test(`onnx: ${op}`, async (t) => {
    const backend = await reference();
    t.teardown(() => backend.close());
    const store = await backend.store([], { float: "f32", seed: 7 });
    for (const { name, inputs, tolerance = 2e-5 } of cases) {
      const values = inputs.map((one) => (isTensor(one) ? one : tensor(one)));
      const run = both(f, values, store);
      if (lacking.includes(op) || lackingCases.includes(`${op}, ${name}`)) {
        const refused = /onnxBytes: each op must be one that ONNX has, got \w+ \[/;
        await run.then(
          () => t.fail(`${name}: it must be refused`),
          (error: Error) => t.match(error.message, refused, name),
        );
        continue;
      }
      const gap = await run.then(
        ({ made, own }) => (sameShape(made.shape, own.shape) ? largestGap(own, made) : Infinity),
        (error: Error) => error.message,
      );
      const agrees = typeof gap === "number" && gap <= 5 * tolerance;
      t.equal(agrees, !apart.includes(`${op}, ${name}`), `${name}: off by ${gap}`);
    }
  });
}

/** The largest difference, by the scale of each value. Equal infinities and NaN have none. */
function largestGap(a: Tensor, b: Tensor): number {
  const others = b.data();
  const gaps = Array.from(a.data(), (v: number, i: number) => {
    const other = others[i] as number;
    return Object.is(v, other) ? 0 : Math.abs(v - other) / Math.max(1, Math.abs(v));
  });
  return gaps.reduce((most, gap) => (gap <= most ? most : gap), 0);
}
