import test from "tape";
import { kernel, run } from "./support.ts";

const float = new Float32Array(1);
const bits = (value: number) => {
  float[0] = value;
  return new Uint32Array(float.buffer)[0] as number;
};

/**
 * Expressions of type u32 and their values, which were worked out by hand. `n` is -7 (i32), `m` is 7 (u32), `x` is 2.5, `v` is
 * (1, 2, 3, 4) of f32, and `last` is 2³¹ − 1 (i32).
 */
const expressions: readonly (readonly [text: string, value: number])[] = [
  ["m + 4294967295u", 6],
  ["m - 8u", 4294967295],
  ["(m + 65530u) * 65537u", 131073],
  ["m / 2u + m % 4u", 6],
  ["m / (m - 7u)", 7],
  ["m % (m - 7u)", 0],
  ["0xffffffffu / m", 613566756],
  ["~m", 4294967288],
  ["(m << 29u) | (m >> 1u)", 3758096387],
  ["(m & 5u) ^ 1u", 4],
  ["bitcast<u32>(n / 2)", 2 ** 32 - 3],
  ["bitcast<u32>(n % 4)", 2 ** 32 - 3],
  ["bitcast<u32>(n >> 1u)", 2 ** 32 - 4],
  ["bitcast<u32>(last + 1)", 2 ** 31],
  ["bitcast<u32>((last + 1) / (n + 6))", 2 ** 31],
  ["bitcast<u32>(last * 2)", 2 ** 32 - 2],
  ["bitcast<u32>(-n)", 7],
  ["u32(abs(n) + max(n, 3) + min(n, 3) + clamp(n, -2, 2))", 1],
  ["bitcast<u32>(0.1f + 0.2f * 1.0)", 0x3e99999a],
  ["u32(16777216.0 + x - 1.5)", 16777216],
  ["u32(bitcast<f32>(0x40490fdbu) * 1e6)", 3141592],
  ["bitcast<u32>(fma(1.000244140625 + x - x, 1.000244140625, -1.00048828125))", bits(2 ** -24)],
  ["bitcast<u32>(1.0 / (x - 2.5))", 0x7f800000],
  ["bitcast<u32>(-(x - 2.5))", 0x80000000],
  ["bitcast<u32>(sqrt(x - 0.5))", bits(Math.SQRT2)],
  ["u32(round(x) + round(x + 1.0) + floor(x) + ceil(x) + trunc(x))", 2 + 4 + 2 + 3 + 2],
  ["bitcast<u32>(i32(round(-x)) * 10 + i32(floor(-x)))", 2 ** 32 - 23],
  ["u32(-x) + u32(x * 1e10)", 4294967295],
  ["bitcast<u32>(i32(-x * 1e10))", 2 ** 31],
  ["bitcast<u32>(i32(-x))", 2 ** 32 - 2],
  ["u32(sign(-x) + 2.0) + u32(n < 0) + u32(x != x)", 2],
  ["u32(f32(m) * 3) + u32(i32(m) * 3)", 42],
  ["select(1u, 2u, x > 2.0 && !(n > 0) || false)", 2],
  ["select(1u, 2u, bool(m - 7u))", 1],
  ["u32(v.x + v[1] * 10.0 + v.w * 100.0)", 421],
  ["u32((v * 2.0 + vec4<f32>(x)).z)", 8],
  ["u32((10.0 - v)[m - 6u])", 8],
  ["u32(fma(v, v, vec4<f32>(x - 1.5)).w)", 17],
  ["u32((-v).y + 9.0)", 7],
  ["bitcast<vec4<u32>>(v).y", bits(2)],
  ["u32((v > vec4<f32>(2.0)).z) + u32((v != v).x)", 1],
  ["vec2<u32>(3u, m).y + vec2<u32>(vec2<f32>(x)).x", 9],
];

/** No number here is a constant of the text, since the parameters are 0 only when it runs. */
const before = [
  "let m0 = p[0].x; let n = i32(m0) - 7; let m = m0 + 7u; let x = f32(m0) + 2.5;",
  "let last = i32(m0) + 2147483647; let v = vec4<f32>(f32(m0) + 1.0, 2.0, 3.0, 4.0);",
].join("\n");

test("expressions have the values of WGSL", (t) => {
  const stores = expressions.map(([text], k) => `data[${k}] = ${text};`);
  const { words, findings } = run(kernel(`${before}\n${stores.join("\n")}`, 1));
  expressions.forEach(([text, value], k) => {
    t.equal(words[k], value, text);
  });
  t.same(findings, []);
  t.end();
});

/** Bodies of kernels of one thread, what they call, and the words that they leave. */
const bodies: readonly {
  readonly name: string;
  readonly body: string;
  readonly functions?: string;
  readonly words: readonly number[];
}[] = [
  {
    name: "loops",
    body: `var sum = 0u;
      for (var i = 0u; i < 10u; i++) { if (i == 2u) { continue; } if (i == 5u) { break; } sum += i; }
      data[0] = sum;
      while (sum > 3u) { sum -= 3u; }
      data[1] = sum;
      var turns = 0u;
      for (; turns < 4u;) { turns++; }
      data[2] = turns;`,
    words: [0 + 1 + 3 + 4, 2, 4],
  },
  {
    name: "switch",
    body: `for (var i = 0u; i < 5u; i++) {
        switch i { case 1u: { data[i] = 10u; } case 2u, 3u: { data[i] = 20u; } default: { data[i] = 30u; } }
      }`,
    words: [30, 10, 20, 20, 30],
  },
  {
    name: "functions with parameters, which are called before they are declared",
    body: "data[0] = twice(3u, vec2<u32>(1u, 2u)); var own = 5u; put(own); data[2] = own;",
    functions: `fn twice(x: u32, y: vec2<u32>) -> u32 { let own = x; return half(own) * y.y; }
      fn half(x: u32) -> u32 { if (x > 2u) { return x / 2u; } else if (x == 0u) { return 7u; } return 0u; }
      fn put(x: u32) { data[1] = x; }`,
    words: [2, 5, 5],
  },
  {
    name: "variables are copies",
    body: `var a = vec2<u32>(1u, 2u); var b = a; b.x = 5u; b[1] += 1u;
      var list = array<u32, 3>(7u, 8u, 9u); let before = list; list[1] = 0u;
      let chosen = select(a, b, list[1] == 0u); a = b; a.x = 1u; b = vec2<u32>(0u);
      data[0] = a.x; data[1] = a.y; data[2] = before[1]; data[3] = list[1]; data[4] = chosen.x;`,
    words: [1, 3, 8, 0, 5],
  },
  {
    name: "names in inner blocks hide others",
    body: "let x = 1u; { let x = 2u; data[1] = x; } data[0] = x; for (var x = 5u; x < 6u; x++) { data[2] = x; }",
    words: [1, 2, 5],
  },
  {
    name: "variables begin with 0",
    body: "for (var i = 0u; i < 2u; i++) { var a: array<u32, 2>; var b: vec4<f32>; var c: bool; a[1] += 1u; data[i] = a[1] + u32(b.w) + u32(c); }",
    words: [1, 1],
  },
];

for (const { name, body, functions, words: expected } of bodies) {
  test(`statements: ${name}`, (t) => {
    const { words, findings } = run(kernel(body, 1, functions));
    t.same([...words.subarray(0, expected.length)], expected);
    t.same(findings, []);
    t.end();
  });
}

test("threads give each other values", (t) => {
  const memory = [
    "var<workgroup> count: atomic<u32>; var<workgroup> most: atomic<u32>; var<workgroup> all: atomic<u32>;",
    "var<workgroup> held: array<vec2<u32>, 64>; var<workgroup> first: u32; var<workgroup> flag: bool;",
  ].join("\n");
  const body = `atomicAdd(&count, 2u); atomicMax(&most, lane); atomicOr(&all, 1u << (lane % 32u));
    held[63u - lane] = vec2<u32>(lane, group);
    if (lane == 7u) { first = 70u; flag = true; }
    let known = workgroupUniformLoad(&first);
    let other = held[lane].x;
    let sent = subgroupBroadcast(lane * 10u, 3u);
    data[lane] = other;
    if (lane == 40u) { data[64] = atomicLoad(&count); data[65] = atomicLoad(&most); data[66] = atomicLoad(&all); data[67] = known; data[68] = sent; data[69] = u32(flag); }`;
  const { words, findings } = run(kernel(body, 64, memory), { words: 70 });
  t.same(
    [...words.subarray(0, 64)],
    Array.from({ length: 64 }, (_, lane) => 63 - lane),
  );
  t.same([...words.subarray(64)], [128, 63, 2 ** 32 - 1, 70, 350, 1]);
  t.same(findings, []);
  t.end();
});

test("storage may be vectors or atomic words", (t) => {
  const vectors = "let x = data[1]; data[0] = x + vec4<u32>(lane); data[2][3] = x.y + data[1][0];";
  const { words } = run(
    kernel(`data[1] = vec4<u32>(5u, 6u, 7u, 8u); ${vectors}`, 1, "", "vec4<u32>"),
  );
  t.same([...words.subarray(0, 12)], [5, 6, 7, 8, 5, 6, 7, 8, 0, 0, 0, 11]);
  const parts =
    "atomicAnd(&data[0], ~(255u << (8u * lane))); atomicOr(&data[0], lane << (8u * lane));";
  const atomic = run(kernel(parts, 4, "", "atomic<u32>"));
  t.equal(atomic.words[0], 0x03020100);
  t.same(atomic.findings, [], "atomic words do not race");
  const old =
    "atomicStore(&data[0], 9u); atomicExchange(&data[1], atomicSub(&data[0], 2u)); atomicMin(&data[0], 3u); atomicXor(&data[0], 1u);";
  t.same([...run(kernel(old, 1, "", "atomic<u32>")).words.subarray(0, 2)], [2, 9]);
  t.end();
});

test("memory of a workgroup is 0 in each of them", (t) => {
  const memory = "var<workgroup> held: array<u32, 4>;";
  const { words } = run(
    kernel("held[lane] += 1u; data[4u * group + lane] = held[lane];", 4, memory),
    {
      groups: 3,
    },
  );
  t.same([...words.subarray(0, 12)], Array(12).fill(1));
  t.end();
});
