import type { Contestant } from "../../contestant.ts";
import type { Peer } from "../../kit.ts";
import { load, versionOf } from "../module.ts";
import { modelOf } from "./models.ts";
import { stepOf } from "./step.ts";
import type { Jax, JaxArray } from "./types.ts";

/** jax-js on WebAssembly, each problem one jitted function; it has workers only in browsers. */
export const jaxJs: Peer = {
  name: "jax-js",
  load: async () => {
    const jax = await load<Jax>("@jax-js/jax");
    const devices = await jax.init("wasm");
    if (!devices.includes("wasm")) throw new Error("its wasm device must start, it did not");
    jax.defaultDevice("wasm");
    const { numpy: np, lax } = jax;
    const array = (values: Float32Array, shape: readonly number[]) =>
      np.array(values).reshape(shape);
    return {
      name: "jax-js",
      version: `${versionOf("@jax-js/jax")}, wasm, jit`,
      solvers: {
        product: async ({ m, k, n, transposed, a, b }) => {
          const left = array(a, transposed ? [k, m] : [m, k]);
          const run = transposed
            ? (x: JaxArray, y: JaxArray) => np.matmul(np.transpose(x), y)
            : (x: JaxArray, y: JaxArray) => np.matmul(x, y);
          return jitted(jax, run, [left, array(b, [k, n])]);
        },
        gram: async ({ n, d, x, nu }) => {
          const weights = nu.map((weight) => weight / n);
          const run = (rows: JaxArray, by: JaxArray) =>
            np.matmul(np.transpose(rows.ref), rows.mul(by));
          return jitted(jax, run, [array(x, [n, d]), array(weights, [n, 1])]);
        },
        cholesky: async ({ count, d, a }) =>
          jitted(jax, (x: JaxArray) => lax.linalg.cholesky(x), [array(a, [count, d, d])]),
        solve: async ({ count, d, columns, l, b }) => {
          const options = { leftSide: true, lower: true };
          const run = (x: JaxArray, y: JaxArray) => {
            const half = lax.linalg.triangularSolve(x.ref, y, { ...options, transposeA: false });
            return lax.linalg.triangularSolve(x, half, { ...options, transposeA: true });
          };
          // Its jit takes no triangular solve of what another op gives.
          return resident(run, [array(l, [count, d, d]), array(b, [count, d, columns])]);
        },
        step: (problem) => stepOf(jax, problem),
        images: (problem) => modelOf(jax, problem),
        sequences: (problem) => modelOf(jax, problem),
        chain: async ({ x }) => jitted(jax, (y: JaxArray) => chain(jax, y), [np.array(x)]),
        function: async ({ name, x }) => jitted(jax, (y: JaxArray) => np[name](y), [np.array(x)]),
      },
      close: async () => {},
    };
  },
};

type Run = (...operands: JaxArray[]) => JaxArray;

function jitted(jax: Jax, run: Run, operands: readonly JaxArray[]): Contestant {
  return resident(jax.jit(run), operands);
}

/** A function of resident arrays; a call counts once its result is ready. */
function resident(run: Run, operands: readonly JaxArray[]): Contestant {
  const once = () => run(...operands.map((operand) => operand.ref)).blockUntilReady();
  return {
    result: async () => (await once()).data(),
    time: async (count) => {
      const begun = performance.now();
      for (let i = 0; i < count; i++) (await once()).dispose();
      return (performance.now() - begun) / 1000;
    },
    close: async () => {
      for (const operand of operands) operand.dispose();
    },
  };
}

/** The ten operations of `chainOf`. */
function chain({ numpy: np }: Jax, x: JaxArray): JaxArray {
  const square = np.square(x.ref.mul(0.5).add(1));
  const root = np.sqrt(np.maximum(square.sub(x.ref), 0.1));
  return np.reciprocal(np.abs(root.mul(x)).add(1));
}
