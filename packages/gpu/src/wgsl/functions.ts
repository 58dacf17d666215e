/** WGSL functions that kernels may call, by name. A text may call others of the table. */
const texts: Readonly<Record<string, string>> = {
  // The first parameter word is 0, which no compiler knows. So a value made of it stays as it is.
  fromBits: "fn fromBits(bits: u32) -> f32 { return bitcast<f32>(bits | p[0].x); }",
  // A value of which no compiler knows that it is x. Some make n·(a + b) + c of n·a + (n·b + c), which rounds the sum of a constant's parts.
  opaque: "fn opaque(x: f32) -> f32 { return fromBits(bitcast<u32>(x)); }",
  isNan: "fn isNan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }",
  finite: "fn finite(x: f32) -> bool { return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u; }",
  withSign: `fn withSign(size: f32, x: f32) -> f32 {
  return select(abs(size), -abs(size), (bitcast<u32>(x) >> 31u) == 1u);
}`,
  least: `fn least(x: f32, y: f32) -> f32 {
  return select(select(min(x, y), y, isNan(y)), x, isNan(x));
}`,
  most: `fn most(x: f32, y: f32) -> f32 {
  return select(select(max(x, y), y, isNan(y)), x, isNan(x));
}`,
  divI: `fn divI(x: i32, y: i32) -> i32 {
  if (y == 0) { return 0; }
  if (y == -1) { return 0 - x; }
  return x / y;
}`,
  divU: "fn divU(x: u32, y: u32) -> u32 { if (y == 0u) { return 0u; } return x / y; }",
  truncI: `fn truncI(x: f32) -> i32 {
  if (isNan(x)) { return 0; }
  if (x >= 2147483648.0) { return 2147483647; }
  return i32(max(x, -2147483648.0));
}`,
  truncU: `fn truncU(x: f32) -> u32 {
  if (isNan(x)) { return 0u; }
  if (x >= 4294967296.0) { return 4294967295u; }
  return u32(max(x, 0.0));
}`,
  // Integers alone, since devices may take floats of less than full precision for zero.
  halfFloat: `fn halfFloat(bits: u32) -> f32 {
  let sign = (bits & 0x8000u) << 16u;
  let exponent = bits & 0x7c00u;
  if (exponent == 0u) { return bitcast<f32>(bitcast<u32>(f32(bits & 0x3ffu) * 5.9604644775390625e-8) | sign); }
  let by = select(0x38000000u, 0x70000000u, exponent == 0x7c00u);
  return bitcast<f32>((((bits & 0x7fffu) << 13u) + by) | sign);
}`,
  // The number is a half already, so nothing is rounded.
  halfBits: `fn halfBits(x: f32) -> u32 {
  let bits = bitcast<u32>(x);
  let size = bits & 0x7fffffffu;
  let sign = (bits >> 16u) & 0x8000u;
  if (size >= 0x7f800000u) { return sign | select(0x7c00u, 0x7e00u, size > 0x7f800000u); }
  if (size < 0x38800000u) { return sign | u32(bitcast<f32>(size) * 16777216.0); }
  return sign | ((size - 0x38000000u) >> 13u);
}`,
  powerOf2: "fn powerOf2(n: i32) -> f32 { return bitcast<f32>(u32(n + 127) << 23u); }",
  // x = n ln 2 + r with |r| ≤ ½ ln 2; gives e^r − 1 and n. The polynomial is that of Cephes' expf.
  splitExp: `fn splitExp(x: f32) -> vec2<f32> {
  let c = clamp(x, -104.0, 89.0);
  let n = round(c * 1.44269504);
  let r = fma(opaque(n), 2.1219444e-4, fma(n, -0.693359375, c));
  var q = fma(1.98756915e-4, r, 1.3981999507e-3);
  q = fma(q, r, 8.3334519073e-3);
  q = fma(q, r, 4.1665795894e-2);
  q = fma(q, r, 1.6666665459e-1);
  q = fma(q, r, 5.0000001201e-1);
  return vec2<f32>(fma(q, r * r, r), n);
}`,
  // e^x 2^n. The power is added to the exponent's bits: a compiler may change the order of products, and 2^128 alone is infinite.
  scaledExp: `fn scaledExp(x: f32, n: i32) -> f32 {
  let s = splitExp(x);
  let k = clamp(i32(s.y) + n, -160, 129);
  let tiny = k < -100;
  let bits = bitcast<u32>(s.x + 1.0) + (u32(select(k, k + 64, tiny)) << 23u);
  let value = bitcast<f32>(min(bits, 0x7f800000u));
  return select(value, value * 5.421010862e-20, tiny);
}`,
  expOf: "fn expOf(x: f32) -> f32 { return select(scaledExp(x, 0), x, isNan(x)); }",
  expm1Of: `fn expm1Of(x: f32) -> f32 {
  let s = splitExp(x);
  let n = i32(s.y);
  let half = n >> 1u;
  let a = powerOf2(half);
  let value = fma(a, s.x, a - powerOf2(half - n)) * powerOf2(n - half);
  return select(value, x, isNan(x));
}`,
  tanhOf: `fn tanhOf(x: f32) -> f32 {
  let t = expm1Of(abs(x) * -2.0);
  return select(withSign(t / (t + 2.0), x), x, isNan(x));
}`,
  // log(1 + f) for √½ ≤ 1 + f < √2, plus e ln 2. The polynomial is that of Cephes' logf.
  logNear: `fn logNear(f: f32, e: f32) -> f32 {
  var q = fma(7.0376836292e-2, f, -1.151461031e-1);
  q = fma(q, f, 1.167699874e-1);
  q = fma(q, f, -1.2420140846e-1);
  q = fma(q, f, 1.4249322787e-1);
  q = fma(q, f, -1.6668057665e-1);
  q = fma(q, f, 2.0000714765e-1);
  q = fma(q, f, -2.4999993993e-1);
  q = fma(q, f, 3.3333331174e-1);
  let square = f * f;
  let low = fma(e, -2.1219444e-4, (q * f) * square);
  return fma(e, 0.693359375, fma(square, -0.5, low) + f);
}`,
  logOf: `fn logOf(x: f32) -> f32 {
  let tiny = x < 1.17549435e-38;
  let bits = bitcast<i32>(select(x, x * 16777216.0, tiny));
  let e = (bits - 0x3f3504f3) >> 23u;
  let m = bitcast<f32>(bits - (e << 23u));
  let value = logNear(m - 1.0, f32(e) - select(0.0, 24.0, tiny));
  if (isNan(x)) { return x; }
  if (x < 0.0) { return fromBits(0x7fc00000u); }
  if (x == 0.0) { return fromBits(0xff800000u); }
  return select(x, value, finite(x));
}`,
  log1pOf: `fn log1pOf(x: f32) -> f32 {
  if (x > -0.29 && x < 0.41) { return logNear(x, 0.0); }
  return logOf(1.0 + x);
}`,
  // x = q π/2 + r, with π/2 in three parts. The polynomials are those of Cephes' sinf and cosf.
  wave: `fn wave(x: f32, turn: i32) -> f32 {
  let n = round(x * 0.636619772);
  var r = fma(n, -1.5703125, x);
  r = fma(opaque(n), -4.8375129699707031e-4, r);
  r = fma(opaque(n), -7.5497899548918861e-8, r);
  r = clamp(r, -0.79, 0.79);
  let q = i32(n) + turn;
  let s = r * r;
  let sine = fma(fma(fma(-1.9515295891e-4, s, 8.3321608736e-3), s, -1.6666654611e-1) * s, r, r);
  let even = fma(fma(2.443315711809948e-5, s, -1.388731625493765e-3), s, 4.166664568298827e-2);
  let cosine = fma(even * s, s, fma(s, -0.5, 1.0));
  let size = select(sine, cosine, (q & 1) != 0);
  let value = select(size, -size, (q & 2) != 0);
  return select(fromBits(0x7fc00000u), value, finite(x));
}`,
  // Minimax polynomials by N. Juffa.
  erfOf: `fn erfOf(x: f32) -> f32 {
  let s = x * x;
  var near = fma(-5.96761703e-4, s, 4.99119423e-3);
  near = fma(near, s, -2.67681349e-2);
  near = fma(near, s, 1.12819925e-1);
  near = fma(near, s, -3.76125336e-1);
  near = fma(near, s, 1.28379166e-1);
  let t = min(abs(x), 4.0);
  var far = fma(-1.7285347e-5, t, 3.83197126e-4);
  far = fma(far, t, -3.88396438e-3);
  far = fma(far, t, 2.42546219e-2);
  far = fma(far, t, -1.06777877e-1);
  far = fma(far, t, -6.34846687e-1);
  far = fma(far, t, -1.28717512e-1);
  let size = 1.0 - expOf(fma(far, t, -t));
  return select(select(fma(near, x, x), withSign(size, x), t > 0.927734375), x, isNan(x));
}`,
  // |x|^y = 2^(y e) · e^(y ln m), so that of y e only the rest after rounding counts. Of y ln m all digits count: at 15 the error is 2e-6.
  powOf: `fn powOf(x: f32, y: f32) -> f32 {
  if (y == 0.0) { return 1.0; }
  if (isNan(x) || isNan(y)) { return fromBits(0x7fc00000u); }
  let size = abs(x);
  let whole = floor(y) == y;
  let isOdd = whole && floor(y * 0.5) != y * 0.5;
  var value = 0.0;
  if (!finite(y)) {
    if (size == 1.0) { return fromBits(0x7fc00000u); }
    value = select(0.0, fromBits(0x7f800000u), (size > 1.0) == (y > 0.0));
  } else if (size == 0.0 || !finite(x)) {
    value = select(0.0, fromBits(0x7f800000u), (size == 0.0) == (y < 0.0));
  } else if (x < 0.0 && !whole) {
    return fromBits(0x7fc00000u);
  } else {
    value = positivePower(size, y);
  }
  return select(value, -value, isOdd && (bitcast<u32>(x) >> 31u) == 1u);
}`,
  positivePower: `fn positivePower(x: f32, y: f32) -> f32 {
  let tiny = x < 1.17549435e-38;
  let bits = bitcast<i32>(select(x, x * 16777216.0, tiny));
  let e = (bits - 0x3f3504f3) >> 23u;
  let m = bitcast<f32>(bits - (e << 23u));
  let power = f32(e) - select(0.0, 24.0, tiny);
  let n = clamp(round(y * power), -300.0, 300.0);
  // The first 12 bits of y times e are exact, also where fma rounds twice.
  let high = bitcast<f32>(bitcast<u32>(y) & 0xfffff000u);
  let part = fma(opaque(power), y - high, fma(high, power, -n));
  let rest = part * 0.693147181 + y * logNear(m - 1.0, 0.0);
  return scaledExp(rest, i32(n));
}`,
  threefry: `fn threefry(key: vec2<u32>, counter: vec2<u32>) -> vec2<u32> {
  var keys = array<u32, 3>(key.x, key.y, key.x ^ key.y ^ 0x1bd11bdau);
  var turns = array<u32, 8>(13u, 15u, 26u, 6u, 17u, 29u, 16u, 24u);
  var x = counter.x + keys[0];
  var y = counter.y + keys[1];
  for (var round = 0u; round < 20u; round++) {
    let by = turns[round % 8u];
    x = x + y;
    y = ((y << by) | (y >> (32u - by))) ^ x;
    if (round % 4u == 3u) {
      let group = (round + 1u) / 4u;
      x = x + keys[group % 3u];
      y = y + keys[(group + 1u) % 3u] + group;
    }
  }
  return vec2<u32>(x, y);
}`,
};

/** Returns the functions that a text calls, and those that they call, as one text. */
export function functionsFor(text: string): string {
  const found = new Set<string>();
  const look = (inside: string) => {
    for (const [, name] of inside.matchAll(/\b([a-z]\w*)\(/gi)) {
      const own = name === undefined ? undefined : texts[name];
      if (own === undefined || found.has(name as string)) continue;
      found.add(name as string);
      look(own);
    }
  };
  look(text);
  return [...found].map((name) => texts[name]).join("\n");
}
