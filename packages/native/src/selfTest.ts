import type { NativeKernels } from "./types.ts";

/** A row-major matrix in a memory, with a number of elements from one row to the next. */
interface Matrix {
  readonly address: number;
  readonly lead: number;
  readonly data: Float32Array | Float64Array;
  get(row: number, col: number): number;
}

/** The number of elements between the rows of the matrices, beyond their columns. */
const gap = 3;

/** What a self-test works with: one type, its functions, and matrices one after the other in a memory. */
class Bench {
  readonly type: "f32" | "f64";
  private readonly kernels: NativeKernels;
  private readonly memory: WebAssembly.Memory;
  private next = 64;
  private seed = 1;

  constructor(type: "f32" | "f64", kernels: NativeKernels, memory: WebAssembly.Memory) {
    this.type = type;
    this.kernels = kernels;
    this.memory = memory;
  }

  has(name: string): boolean {
    return this.kernels[`native${name}_${this.type}`] !== undefined;
  }

  call(name: string, ...args: (number | boolean)[]): number {
    return this.kernels[`native${name}_${this.type}`]?.(...args.map(Number)) ?? 0;
  }

  /** Returns numbers within ±1 that repeat. */
  number(): number {
    this.seed = (Math.imul(this.seed, 1103515245) + 12345) & 0x7fffffff;
    return this.seed / 2 ** 30 - 1;
  }

  array(length: number): { readonly address: number; readonly data: Matrix["data"] } {
    const address = this.next;
    const kind = this.type === "f32" ? Float32Array : Float64Array;
    this.next += Math.ceil((length * kind.BYTES_PER_ELEMENT) / 64) * 64;
    return { address, data: new kind(this.memory.buffer, address, length) };
  }

  matrix(rows: number, cols: number, value = (_r: number, _c: number) => this.number()): Matrix {
    const lead = cols + gap;
    const { address, data } = this.array(rows * lead);
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < lead; c++) data[r * lead + c] = c < cols ? value(r, c) : 7;
    }
    const get = (row: number, col: number) => data[row * lead + col] as number;
    return { address, lead, data, get };
  }

  /** Makes room again; the matrices so far are lost. */
  clear(): void {
    this.next = 64;
  }

  /** Returns whether elements are what they should be, and gaps are untouched. */
  holds(
    found: Matrix,
    rows: number,
    cols: number,
    wanted: (r: number, c: number) => number,
  ): boolean {
    const tolerance = this.type === "f32" ? 2e-4 : 1e-11;
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < cols; c++) {
        const value = wanted(r, c);
        if (!(Math.abs(found.get(r, c) - value) <= tolerance * (1 + Math.abs(value)))) return false;
      }
      for (let c = cols; c < found.lead; c++) if (found.get(r, c) !== 7) return false;
    }
    return true;
  }
}

/** Returns Σ over `k` of a product of elements. */
function sum(k: number, term: (p: number) => number): number {
  let total = 0;
  for (let p = 0; p < k; p++) total += term(p);
  return total;
}

const both = [false, true] as const;

/** Returns C before a product. With β = 0 it must not be read, so it is NaN. */
function before(bench: Bench, rows: number, cols: number, beta: number) {
  const c = bench.matrix(rows, cols, () => (beta === 0 ? Number.NaN : bench.number()));
  const old = c.data.slice();
  const share = (r: number, q: number) => (beta === 0 ? 0 : beta * (old[r * c.lead + q] as number));
  return { c, old, share };
}

/** Tests C = −AB/2 + βC with operands as they are or transposed. */
function product(
  bench: Bench,
  [m, n, k]: readonly [number, number, number],
  ta: boolean,
  tb: boolean,
  beta: number,
): boolean {
  bench.clear();
  const a = ta ? bench.matrix(k, m) : bench.matrix(m, k);
  const b = tb ? bench.matrix(n, k) : bench.matrix(k, n);
  const { c, share } = before(bench, m, n, beta);
  const left = (r: number, p: number) => (ta ? a.get(p, r) : a.get(r, p));
  const right = (p: number, q: number) => (tb ? b.get(q, p) : b.get(p, q));
  const of = [m, n, k, -0.5, a.address, a.lead, b.address, b.lead];
  bench.call("Gemm", ta, tb, ...of, beta, c.address, c.lead);
  return bench.holds(c, m, n, (r, q) => {
    const sums = sum(k, (p) => left(r, p) * right(p, q));
    return share(r, q) - 0.5 * sums;
  });
}

function products(bench: Bench): boolean {
  for (const ta of both) {
    for (const tb of both) {
      for (const beta of [0, 2]) {
        if (!product(bench, [13, 9, 17], ta, tb, beta)) return false;
        if (!product(bench, [1, 33, 5], ta, tb, beta)) return false;
      }
    }
  }
  return largeProduct(bench);
}

/** Tests a product larger than those that libraries take for small, by its effect on a vector: Cv = A(B'v). */
function largeProduct(bench: Bench): boolean {
  bench.clear();
  const [m, n, k] = [97, 102, 107];
  const [a, b, c] = [bench.matrix(m, k), bench.matrix(n, k), bench.matrix(m, n)];
  const of = [m, n, k, 1, a.address, a.lead, b.address, b.lead, 0, c.address, c.lead];
  bench.call("Gemm", false, true, ...of);
  const v = bench.matrix(n, 1);
  const image = bench.matrix(k, 1, (p) => sum(n, (q) => b.get(q, p) * v.get(q, 0)));
  const found = bench.matrix(m, 1, (r) => sum(n, (q) => c.get(r, q) * v.get(q, 0)));
  return bench.holds(found, m, 1, (r) => sum(k, (p) => a.get(r, p) * image.get(p, 0)));
}

function grams(bench: Bench): boolean {
  for (const lower of both) {
    for (const t of both) {
      for (const beta of [0, -1]) if (!triangle(bench, lower, t, beta)) return false;
    }
  }
  return true;
}

/** Tests one triangle of C = 3AA'/2 + βC; the other one must stay as it was. */
function triangle(bench: Bench, lower: boolean, t: boolean, beta: number): boolean {
  const [n, k] = [17, 19];
  bench.clear();
  const a = t ? bench.matrix(k, n) : bench.matrix(n, k);
  const { c, old, share } = before(bench, n, n, beta);
  const row = (r: number, p: number) => (t ? a.get(p, r) : a.get(r, p));
  bench.call("Syrk", lower, t, n, k, 1.5, a.address, a.lead, beta, c.address, c.lead);
  const own = (r: number, q: number) => (lower ? q <= r : q >= r);
  for (let r = 0; r < n; r++) {
    for (let q = 0; q < n; q++) {
      const at = r * c.lead + q;
      if (!own(r, q) && !Object.is(c.data[at], old[at])) return false;
      if (!own(r, q)) c.data[at] = 0;
    }
  }
  return bench.holds(c, n, n, (r, q) =>
    own(r, q) ? 1.5 * sum(k, (p) => row(r, p) * row(q, p)) + share(r, q) : 0,
  );
}

function solves(bench: Bench): boolean {
  const [m, n] = [13, 9];
  for (const right of both) {
    for (const upper of both) {
      for (const t of both) {
        bench.clear();
        const size = right ? n : m;
        const part = (r: number, c: number) => (upper ? c >= r : c <= r);
        const a = bench.matrix(size, size, (r, c) =>
          r === c ? 2 + 0.1 * r : part(r, c) ? 0.3 * bench.number() : 9,
        );
        const x = bench.matrix(m, n);
        const b = x.data.slice();
        bench.call("Trsm", right, upper, t, m, n, a.address, a.lead, x.address, x.lead);
        const of = (r: number, c: number) => (part(r, c) ? a.get(r, c) : 0);
        const op = (r: number, c: number) => (t ? of(c, r) : of(r, c));
        const again = bench.matrix(m, n, (r, c) =>
          right ? sum(n, (p) => x.get(r, p) * op(p, c)) : sum(m, (p) => op(r, p) * x.get(p, c)),
        );
        if (!bench.holds(again, m, n, (r, c) => b[r * x.lead + c] as number)) return false;
      }
    }
  }
  return true;
}

/** Returns a symmetric matrix with eigenvalues from about 1. */
function positive(bench: Bench, n: number): Matrix {
  const x = bench.matrix(n, n, () => bench.number() / Math.sqrt(n));
  return bench.matrix(n, n, (r, c) => sum(n, (p) => x.get(r, p) * x.get(c, p)) + +(r === c));
}

function factors(bench: Bench): boolean {
  if (!bench.has("Potrf")) return true;
  const n = 25;
  bench.clear();
  const l = positive(bench, n);
  const a = l.data.slice();
  if (bench.call("Potrf", n, l.address, l.lead) !== 0) return false;
  const product = bench.matrix(n, n, (r, c) =>
    c > r ? 0 : sum(c + 1, (p) => l.get(r, p) * l.get(c, p)),
  );
  if (!bench.holds(product, n, n, (r, c) => (c > r ? 0 : (a[r * l.lead + c] as number)))) {
    return false;
  }
  const bad = bench.matrix(3, 3, (r, c) => (r === c ? 1 : 2));
  return bench.call("Potrf", 3, bad.address, bad.lead) === 2;
}

function eigenvectors(bench: Bench): boolean {
  if (!bench.has("Syevd")) return true;
  const n = 20;
  bench.clear();
  const v = positive(bench, n);
  const a = v.data.slice();
  const values = bench.array(n);
  const [length, ilength] = [1 + 6 * n + 2 * n * n, 3 + 5 * n];
  const work = bench.array(length);
  // Integers may have 64 bits.
  const iwork = bench.array(2 * ilength);
  const places = [values.address, work.address, length, iwork.address, ilength];
  if (bench.call("Syevd", n, v.address, v.lead, ...places) !== 0) return false;
  const scaled = bench.matrix(n, n, (r, c) =>
    sum(n, (p) => (a[c * v.lead + p] as number) * v.get(r, p)),
  );
  const ascending = values.data.every((x, i) => i === 0 || x >= (values.data[i - 1] as number));
  const norms = bench.matrix(n, n, (r, c) => sum(n, (p) => v.get(r, p) * v.get(c, p)));
  return (
    ascending &&
    bench.holds(norms, n, n, (r, c) => +(r === c)) &&
    bench.holds(scaled, n, n, (r, c) => (values.data[r] as number) * v.get(r, c))
  );
}

/** The number of pages of memory for the test. */
const pages = 16;

/**
 * Compares the functions with plain loops, in both types: all transposes, triangles and sides, and rows with gaps.
 * Returns what gives wrong results, such as "gemm in f64"; null if all is right.
 */
export function selfTest(bound: (memory: WebAssembly.Memory) => NativeKernels): string | null {
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const kernels = bound(memory);
  const checks = [
    ["gemm", products],
    ["syrk", grams],
    ["trsm", solves],
    ["potrf", factors],
    ["syevd", eigenvectors],
  ] as const;
  for (const type of ["f32", "f64"] as const) {
    const bench = new Bench(type, kernels, memory);
    for (const [name, check] of checks) {
      if (!check(bench)) return `${name} in ${type}`;
    }
  }
  return null;
}
