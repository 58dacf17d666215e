/** A function that kernels may call, as text of gpu.js. All arguments are floats. */
interface KernelFunction {
  readonly source: string;
  readonly arguments: number;
}

const define = (source: string): KernelFunction => ({
  source: `function ${source}`,
  arguments: source.slice(0, source.indexOf(")")).split(",").length,
});

/** Lines that put e^x − 1 into `grown`, with the polynomial of Cephes' expf. */
const expm1Lines = `let q = 1.98756915e-4 * x + 1.3981999507e-3;
    q = q * x + 8.3334519073e-3;
    q = q * x + 4.1665795894e-2;
    q = q * x + 1.6666665459e-1;
    q = q * x + 5.0000001201e-1;
    const far = nanOf(x) > 0.5 ? x : Math.exp(x) - 1.0;
    const grown = Math.abs(x) < 0.35 ? q * x * x + x : far;`;

/** Lines that return ln y. */
const logLines = `if (y === 0.0) { return -1.0 / Math.abs(y); }
    if (y < 0.0) { return Math.sqrt(y); }
    return finiteOf(y) > 0.5 ? Math.log(y) : y;`;

/**
 * Functions that GLSL leaves open or computes too inaccurately: NaN and infinities, steps near zero, sines.
 *
 * They do without integers and bits, which WebGL 1 does not have. Comparisons tell a NaN; a compiler may fold those
 * of a number with itself. Infinities and NaN come from divisions by a zero and roots of negatives that no compiler
 * knows. A function calls only functions that call none: gpu.js writes them in the order of their last call, and
 * deeper ones could come behind their callers.
 */
export const functions: readonly KernelFunction[] = [
  define("nanOf(x) { return Math.abs(x) >= 0.0 ? 0.0 : 1.0; }"),
  define("finiteOf(x) { return Math.abs(x) * 1e-30 < 4e8 ? 1.0 : 0.0; }"),
  define(`leastOf(x, y) {
    if (nanOf(x) > 0.5) { return x; }
    if (nanOf(y) > 0.5) { return y; }
    return Math.min(x, y);
  }`),
  define(`mostOf(x, y) {
    if (nanOf(x) > 0.5) { return x; }
    if (nanOf(y) > 0.5) { return y; }
    return Math.max(x, y);
  }`),
  define(`halfEvenOf(x) {
    const below = Math.floor(x);
    const rest = x - below;
    if (rest < 0.5) { return below; }
    if (rest > 0.5) { return below + 1.0; }
    return below - 2.0 * Math.floor(below * 0.5) < 0.5 ? below : below + 1.0;
  }`),
  define("expOf(x) { return nanOf(x) > 0.5 ? x : Math.exp(x); }"),
  define(`expm1Of(x) {
    ${expm1Lines}
    return grown;
  }`),
  define(`tanhOf(z) {
    const x = Math.abs(z) * -2.0;
    ${expm1Lines}
    const size = -grown / (grown + 2.0);
    return z < 0.0 ? -size : size;
  }`),
  define(`logOf(y) {
    ${logLines}
  }`),
  // Polynomial of Cephes' logf.
  define(`log1pOf(x) {
    let q = 7.0376836292e-2 * x - 1.151461031e-1;
    q = q * x + 1.167699874e-1;
    q = q * x - 1.2420140846e-1;
    q = q * x + 1.4249322787e-1;
    q = q * x - 1.6668057665e-1;
    q = q * x + 2.0000714765e-1;
    q = q * x - 2.4999993993e-1;
    q = q * x + 3.3333331174e-1;
    const s = x * x;
    if (x > -0.29 && x < 0.41) { return q * x * s - 0.5 * s + x; }
    const y = 1.0 + x;
    ${logLines}
  }`),
  // x = n π/2 + r, with π/2 in parts of so few bits that their products with n are exact up to |x| = 1e6. Beyond that
  // WebGL's own sines are used. The polynomials are those of Cephes' sinf and cosf.
  define(`waveOf(x, turn) {
    const n = Math.floor(x * 0.636619772 + 0.5);
    let r = x - n * 1.5;
    r = r - n * 0.0703125;
    r = r - n * 0.00048828125;
    r = r + n * 0.000003814697265625;
    r = r + n * 6.556510925292969e-7;
    r = r - n * 1.5893254773528196e-8;
    const q = n + turn;
    const quarter = q - 4.0 * Math.floor(q * 0.25);
    const odd = quarter - 2.0 * Math.floor(quarter * 0.5);
    const s = r * r;
    const sine = ((-1.9515295891e-4 * s + 8.3321608736e-3) * s - 1.6666654611e-1) * s * r + r;
    const even = (2.443315711809948e-5 * s - 1.388731625493765e-3) * s + 4.166664568298827e-2;
    const cosine = even * s * s - 0.5 * s + 1.0;
    const size = odd > 0.5 ? cosine : sine;
    return quarter > 1.5 ? -size : size;
  }`),
  define(`sinOf(x) {
    if (Math.abs(x) > 1e6 && finiteOf(x) > 0.5) { return Math.sin(x); }
    return waveOf(x, 0.0);
  }`),
  define(`cosOf(x) {
    if (Math.abs(x) > 1e6 && finiteOf(x) > 0.5) { return Math.cos(x); }
    return waveOf(x, 1.0);
  }`),
  // Minimax polynomials by N. Juffa; relative error below 3e-7.
  define(`erfOf(x) {
    const s = x * x;
    const size = Math.abs(x);
    let near = -5.96761703e-4 * s + 4.99119423e-3;
    near = near * s - 2.67681349e-2;
    near = near * s + 1.12819925e-1;
    near = near * s - 3.76125336e-1;
    near = near * s + 1.28379166e-1;
    const t = size > 4.0 ? 4.0 : size;
    let far = -1.7285347e-5 * t + 3.83197126e-4;
    far = far * t - 3.88396438e-3;
    far = far * t + 2.42546219e-2;
    far = far * t - 1.06777877e-1;
    far = far * t - 6.34846687e-1;
    far = far * t - 1.28717512e-1;
    const rest = 1.0 - Math.exp(far * t - t);
    const signed = x < 0.0 ? -rest : rest;
    return size > 0.927734375 ? signed : near * x + x;
  }`),
  define(`powOf(x, y) {
    if (y === 0.0) { return 1.0; }
    if (nanOf(x) > 0.5) { return x; }
    if (nanOf(y) > 0.5) { return y; }
    const size = Math.abs(x);
    if (finiteOf(y) < 0.5) {
      if (size === 1.0) { return Math.sqrt(-Math.abs(y)); }
      return size > 1.0 ? (y > 0.0 ? y : 0.0) : (y > 0.0 ? 0.0 : -y);
    }
    const whole = Math.floor(y);
    if (x < 0.0 && whole !== y && finiteOf(x) > 0.5) { return Math.sqrt(x); }
    let value = 0.0;
    if (size === 0.0) { value = y < 0.0 ? 1.0 / size : 0.0; }
    else if (finiteOf(x) < 0.5) { value = y < 0.0 ? 0.0 : size; }
    else { value = Math.pow(size, y); }
    const side = x === 0.0 ? 1.0 / x : x;
    const odd = whole - 2.0 * Math.floor(whole * 0.5);
    return side < 0.0 && whole === y && odd > 0.5 ? -value : value;
  }`),
];
