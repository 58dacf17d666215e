/**
 * The body of a function of `koffi`, `recipe` and `memory`, as text, so that workers need no file of this package.
 *
 * It calls Fortran's symbols, which every library has. Numbers go by reference, from a block of words. A word has
 * eight bytes, so libraries with integers of 64 bits read the same value. A row-major matrix is a transposed one for
 * Fortran, so operands change places, and triangles change names. Lengths of strings follow the other arguments.
 */
export const bindSource = `
const libraries = recipe.libraries.map((path) => koffi.load(path));
const word = "uintptr_t";
const find = ({ library, symbol }, count) =>
  libraries[library].func(symbol, "void", new Array(count).fill(word));
for (const { library, symbol } of recipe.threads) libraries[library].func(symbol, "void", ["int64_t"])(1);

const block = new ArrayBuffer(256);
const start = Number(koffi.address(block));
const ints = new Int32Array(block);
const bytes = new Uint8Array(block);
const slot = (index) => start + 8 * index;
const [i0, i1, i2, i3, i4, i5, one, zero] = [0, 1, 2, 3, 4, 5, 6, 7].map(slot);
const letter = (text, index) => {
  bytes[8 * index] = text.charCodeAt(0);
  return slot(index);
};
const [N, T, U, L, R, V] = [..."NTULRV"].map((text, index) => letter(text, 8 + index));

let buffer = null;
let base = 0;
// A memory that has grown is another buffer.
const follow = () => {
  if (memory.buffer === buffer) return;
  buffer = memory.buffer;
  base = Number(koffi.address(new Uint8Array(buffer)));
};
const at = (address) => base + (address >>> 0);

const made = {};
for (const type of ["f32", "f64"]) {
  const reals = type === "f32" ? new Float32Array(block) : new Float64Array(block);
  const [alphaAt, betaAt] = type === "f32" ? [12, 14] : [6, 7];
  const add = (name, count, use) => {
    const known = recipe.symbols[name + "_" + type];
    if (known === undefined) return;
    made["native" + name[0].toUpperCase() + name.slice(1) + "_" + type] = use(find(known, count));
  };
  add("gemm", 15, (gemm) => (ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc) => {
    follow();
    ints[0] = n;
    ints[2] = m;
    ints[4] = k;
    ints[6] = ldb;
    ints[8] = lda;
    ints[10] = ldc;
    reals[alphaAt] = alpha;
    reals[betaAt] = beta;
    gemm(tb ? T : N, ta ? T : N, i0, i1, i2, one, at(b), i3, at(a), i4, zero, at(c), i5, 1, 1);
  });
  add("syrk", 12, (syrk) => (lower, t, n, k, alpha, a, lda, beta, c, ldc) => {
    follow();
    ints[0] = n;
    ints[2] = k;
    ints[4] = lda;
    ints[6] = ldc;
    reals[alphaAt] = alpha;
    reals[betaAt] = beta;
    syrk(lower ? U : L, t ? N : T, i0, i1, one, at(a), i2, zero, at(c), i3, 1, 1);
  });
  add("trsm", 15, (trsm) => (right, upper, t, m, n, a, lda, b, ldb) => {
    follow();
    ints[0] = n;
    ints[2] = m;
    ints[4] = lda;
    ints[6] = ldb;
    reals[alphaAt] = 1;
    trsm(right ? L : R, upper ? L : U, t ? T : N, N, i0, i1, one, at(a), i2, at(b), i3, 1, 1, 1, 1);
  });
  add("potrf", 6, (potrf) => (n, a, lda) => {
    follow();
    ints[0] = n;
    ints[2] = lda;
    ints[4] = 0;
    potrf(U, i0, at(a), i1, i2, 1);
    return ints[4];
  });
  add("syevd", 13, (syevd) => (n, a, lda, w, work, length, iwork, ilength) => {
    follow();
    ints[0] = n;
    ints[2] = lda;
    ints[4] = length;
    ints[6] = ilength;
    ints[8] = 0;
    syevd(V, U, i0, at(a), i1, at(w), at(work), i2, at(iwork), i3, i4, 1, 1);
    return ints[8];
  });
}
return made;
`;
