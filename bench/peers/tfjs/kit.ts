import type { Contestant } from "../../contestant.ts";
import type { Kit } from "../../kit.ts";
import { modelOf } from "./models.ts";
import { stepOf } from "./step.ts";
import type { Tf, TfBackend, TfTensor } from "./types.ts";

/** TensorFlow.js on one of its backends; operands are resident, results are disposed of. */
export function tfjsKit(tf: Tf, backend: TfBackend, version: string): Kit {
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
    return {
      result: async () => {
        await tf.setBackend(backend);
        const result = run();
        const values = (await result.data()).slice();
        result.dispose();
        return values;
      },
      time: async (count) => {
        await tf.setBackend(backend);
        const begun = performance.now();
        for (let i = 1; i < count; i++) run().dispose();
        await finished(tf, run());
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
      tiny: ({ count, size, a, x }) =>
        entrant(() => {
          const factor = hold(a, [size, size]);
          const begin = hold(x, [size, size]);
          return () =>
            tf.tidy(() => {
              let product = begin;
              for (let i = 0; i < count; i++) product = tf.matMul(product, factor);
              return product;
            });
        }),
      step: (problem) => stepOf(tf, backend, problem),
      images: (problem) => modelOf(tf, backend, problem),
      sequences: (problem) => modelOf(tf, backend, problem),
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

/** Waits for a result, of which one value is read, and all that was asked for before. */
async function finished(tf: Tf, result: TfTensor): Promise<void> {
  const zeros = result.shape.map(() => 0);
  const ones = result.shape.map(() => 1);
  const corner = tf.slice(result, zeros, ones);
  await corner.data();
  corner.dispose();
  result.dispose();
}

/** The ten operations of `chainOf`. */
function chain(tf: Tf, x: TfTensor): TfTensor {
  const square = tf.square(tf.add(tf.mul(x, 0.5), 1));
  const root = tf.sqrt(tf.maximum(tf.sub(square, x), 0.1));
  return tf.reciprocal(tf.add(tf.abs(tf.mul(root, x)), 1));
}
