/** Factorisations, solves and decompositions of larger matrices on a backend, by residuals that are summed in doubles. */
import {
  cholesky,
  compile,
  eigh,
  expandDims,
  input,
  matmul,
  mul,
  sub,
  tensor,
  triangularSolve,
} from "metrigrad";

/** Numbers between −1 and 1 that repeat late. @param {number} at */
const wave = (at) => Math.sin(1.7 * at + 0.003 * at * at);

/** A matrix from its elements. @param {number} rows @param {number} columns @param {(i: number, j: number) => number} value */
const matrix = (rows, columns, value) =>
  Float32Array.from({ length: rows * columns }, (_, at) =>
    value(Math.floor(at / columns), at % columns),
  );

/** The largest magnitude. @param {ArrayLike<number>} values */
const most = (values) => Array.from(values, Math.abs).reduce((x, y) => Math.max(x, y), 0);

/** The product in doubles. @param {ArrayLike<number>} a @param {ArrayLike<number>} b @param {number} n @param {number} k @param {number} m */
function product(a, b, n, k, m) {
  const c = new Float64Array(n * m);
  for (let i = 0; i < n; i++) {
    for (let p = 0; p < k; p++) {
      const x = Number(a[i * k + p]);
      if (x === 0) continue;
      for (let j = 0; j < m; j++) c[i * m + j] = Number(c[i * m + j]) + x * Number(b[p * m + j]);
    }
  }
  return c;
}

/** The transpose. @param {ArrayLike<number>} a @param {number} n */
const turned = (a, n) => matrix(n, n, (i, j) => Number(a[j * n + i]));

/** The largest difference. @param {ArrayLike<number>} a @param {ArrayLike<number>} b */
const apart = (a, b) => most(Array.from(a, (x, i) => x - Number(b[i])));

/** Values of outputs. @param {import("metrigrad").Backend} backend @param {import("metrigrad").Node[]} outputs @param {Record<string, import("metrigrad").Tensor>} feeds */
async function valuesOf(backend, outputs, feeds) {
  const program = await compile({ outputs }, await backend.store([]));
  const handles = await program.run(feeds);
  const found = [];
  for (const handle of handles) found.push((await handle.read()).data());
  await program.close();
  return found;
}

/** @param {string} what @param {number} off @param {number} limit */
function within(what, off, limit) {
  if (!(off <= limit)) throw new Error(`${what}: off by ${off}, at most ${limit}`);
  return `${what} ${off.toExponential(0)}`;
}

/**
 * A factor of d axes, and solves by it with few and many right-hand sides, from both sides.
 *
 * @param {import("metrigrad").Backend} backend
 * @param {number} d
 * @param {number} columns
 */
export async function solves(backend, d, columns) {
  const values = matrix(d, d, (i, j) =>
    i === j ? 3 : wave(Math.max(i, j) * 3 + Math.min(i, j)) / Math.sqrt(d),
  );
  const right = matrix(d, columns, (i, j) => wave(7 * i + 5 * j));
  const [a, b] = [input("a", [d, d]), input("b", [d, columns])];
  const l = cholesky(a);
  const outputs = [l, triangularSolve(l, b), triangularSolve(l, b, { transpose: true })];
  const [factor = [], y = [], z = []] = await valuesOf(backend, outputs, {
    a: tensor(values, { shape: [d, d] }),
    b: tensor(right, { shape: [d, columns] }),
  });
  const back = turned(factor, d);
  return [
    within("LL' − A", apart(product(factor, back, d, d, d), values), 1e-5),
    within("Ly − b", apart(product(factor, y, d, d, columns), right), 1e-5),
    within("L'z − b", apart(product(back, z, d, d, columns), right), 1e-5),
  ].join(", ");
}

/**
 * Decompositions of a stack: a matrix of full rank, one of rank 9, and one that is scaled from 1e-6 to 1e6.
 *
 * @param {import("metrigrad").Backend} backend
 * @param {number} d
 */
export async function decompositions(backend, d) {
  const gram = (/** @type {number} */ k) => {
    const x = matrix(d, k, (i, j) => wave(3 * i + 31 * j));
    const xt = matrix(k, d, (j, i) => Number(x[i * k + j]));
    return product(x, xt, d, k, d);
  };
  const scale = (/** @type {number} */ i) => 10 ** (-3 + (6 * ((37 * i) % d)) / d);
  const whole = gram(2 * d);
  const scaled = whole.map((x, at) => x * scale(Math.floor(at / d)) * scale(at % d));
  const all = [whole, gram(9), scaled].map((one) => Float32Array.from(one));
  const a = input("a", [all.length, d, d]);
  const { vectors, values } = eigh(a);
  const off = sub(matmul(a, vectors), mul(vectors, expandDims(values, -2)));
  const feeds = {
    a: tensor(Float32Array.from(all.flatMap((one) => [...one])), { shape: [all.length, d, d] }),
  };
  const [v = [], lambda = [], rest = []] = await valuesOf(backend, [vectors, values, off], feeds);
  return all
    .map((one, m) => {
      const own = Array.from(v).slice(m * d * d, (m + 1) * d * d);
      const sizes = Array.from(lambda).slice(m * d, (m + 1) * d);
      const unit = matrix(d, d, (i, j) => (i === j ? 1 : 0));
      const back = product(
        matrix(d, d, (i, j) => Number(own[i * d + j]) * Number(sizes[j])),
        turned(own, d),
        d,
        d,
        d,
      );
      within("order", sizes.some((x, i) => i > 0 && x < Number(sizes[i - 1])) ? 1 : 0, 0);
      within(
        "AV − VΛ",
        most(Array.from(rest).slice(m * d * d, (m + 1) * d * d)) / most(sizes),
        1e-5,
      );
      return [
        within("VΛV' − A", apart(back, one) / most(sizes), 1e-5),
        within("V'V − 1", apart(product(turned(own, d), own, d, d, d), unit), 1e-5),
      ].join(", ");
    })
    .join("; ");
}
