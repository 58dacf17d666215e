import { type Contestant, contestant } from "../../contestant.ts";
import type { Kit } from "../../kit.ts";
import { stepOf } from "./step.ts";
import type { Tf, TfTensor } from "./types.ts";

/** TensorFlow.js on one of its backends; operands are resident, results are disposed of. */
export function tfjsKit(tf: Tf, backend: "wasm" | "cpu", version: string): Kit {
  const held: TfTensor[] = [];
  const hold = (values: Float32Array, shape: readonly number[]) => {
    const tensor = tf.tensor(values, shape);
    held.push(tensor);
    return tensor;
  };
  /** Makes the contestant while its backend is the current one, which is a global of the library. */
  const entrant = async (make: () => () => TfTensor): Promise<Contestant> => {
    await tf.setBackend(backend);
    const run = make();
    const plain = contestant(() => []);
    return {
      ...plain,
      result: async () => {
        await tf.setBackend(backend);
        const result = run();
        const values = result.dataSync().slice();
        result.dispose();
        return values;
      },
      time: async (count) => {
        await tf.setBackend(backend);
        const begun = performance.now();
        for (let i = 0; i < count; i++) run().dispose();
        return (performance.now() - begun) / 1000;
      },
      close: async () => {
        for (const tensor of held.splice(0)) tensor.dispose();
      },
    };
  };
  return {
    name: `tfjs-${backend}`,
    version,
    solvers: {
      product: ({ m, k, n, transposed, a, b }) =>
        entrant(() => {
          const left = hold(a, transposed ? [k, m] : [m, k]);
          const right = hold(b, [k, n]);
          return () => tf.matMul(left, right, transposed);
        }),
      gram: ({ n, d, x, nu }) =>
        entrant(() => {
          const rows = hold(x, [n, d]);
          const weights = hold(
            nu.map((weight) => weight / n),
            [n, 1],
          );
          return () => tf.tidy(() => tf.matMul(rows, tf.mul(rows, weights), true));
        }),
      step: (problem) => stepOf(tf, backend, problem),
      chain: ({ x }) =>
        entrant(() => {
          const values = hold(x, [x.length]);
          return () => tf.tidy(() => chain(tf, values));
        }),
      function: ({ name, x }) =>
        entrant(() => {
          const values = hold(x, [x.length]);
          return () => tf[name](values);
        }),
    },
    close: async () => {},
  };
}

/** The ten operations of `chainOf`. */
function chain(tf: Tf, x: TfTensor): TfTensor {
  const square = tf.square(tf.add(tf.mul(x, 0.5), 1));
  const root = tf.sqrt(tf.maximum(tf.sub(square, x), 0.1));
  return tf.reciprocal(tf.add(tf.abs(tf.mul(root, x)), 1));
}
