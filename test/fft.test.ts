/** Fourier transforms of many sizes against their definition, and what they must keep. */
import {
  type Backend,
  compile,
  cpu,
  fft,
  ifft,
  input,
  irfft,
  type Node,
  reference,
  rfft,
  type Tensor,
  tensor,
  uniformStream,
} from "metrigrad";
import test from "tape";

type Numbers = readonly [re: Float64Array, im: Float64Array];

/** Direct sums, products of small factors, large primes, and products of a large prime. */
const sizes = [1, 2, 3, 16, 64, 65, 97, 128, 134, 210, 256, 1000, 1009, 1369, 2048, 4489];

function draws(n: number, seed: number): Numbers {
  const stream = uniformStream({ seed, path: "fft" });
  const part = (from: number) =>
    Float64Array.from({ length: n }, (_, i) => Math.fround(2 * stream.uniform(from + i) - 1));
  return [part(0), part(n)];
}

/** Σⱼ zⱼ e^(−2πijk/n) in float64. */
function definition([x, y]: Numbers): Numbers {
  const n = x.length;
  const [c, s] = [Math.cos, Math.sin].map((f) =>
    Float64Array.from({ length: n }, (_, k) => f((2 * Math.PI * k) / n)),
  ) as [Float64Array, Float64Array];
  const [re, im] = [new Float64Array(n), new Float64Array(n)];
  for (let k = 0; k < n; k++) {
    for (let j = 0, at = 0; j < n; j++, at = (at + k) % n) {
      const [cos, sin] = [c[at] as number, s[at] as number];
      re[k] = (re[k] as number) + (x[j] as number) * cos + (y[j] as number) * sin;
      im[k] = (im[k] as number) + (y[j] as number) * cos - (x[j] as number) * sin;
    }
  }
  return [re, im];
}

async function run(backend: Backend, make: (re: Node, im: Node) => Node[], z: Numbers) {
  const store = await backend.store([]);
  const n = z[0].length;
  const outputs = make(input("re", [n]), input("im", [n]));
  const program = await compile({ outputs }, store);
  const feed = (x: Float64Array) => tensor(Float32Array.from(x), { shape: [n] });
  const re = feed(z[0]);
  const handles = await program.run(make.length > 1 ? { re, im: feed(z[1]) } : { re });
  const values = await Promise.all(handles.map((handle): Promise<Tensor> => handle.read()));
  await store.close();
  return values.map((value) => Float64Array.from(value.data()));
}

const energy = (...parts: readonly Float64Array[]) =>
  parts.reduce((sum, part) => sum + part.reduce((a, x) => a + x * x, 0), 0);

/** Root of the mean square of the difference, relative to that of the second. */
const distance = (got: readonly Float64Array[], wanted: readonly Float64Array[]) => {
  const off = got.map((part, i) => part.map((x, k) => x - (wanted[i]?.[k] as number)));
  return Math.sqrt(energy(...off) / energy(...wanted));
};

test("fft is its definition in float32, Parseval holds, and ifft takes it back", async (t) => {
  const backend = await cpu({ threads: 1 });
  for (const n of sizes) {
    const z = draws(n, n);
    const wanted = definition(z);
    const make = (re: Node, im: Node) => {
      const there = fft({ re, im });
      const back = ifft(there);
      return [there.re, there.im, back.re, back.im];
    };
    const [re, im, x, y] = (await run(backend, make, z)) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    const limit = 2e-7 * Math.max(1, Math.log2(n));
    const error = distance([re, im], wanted);
    t.ok(error < limit, `n = ${n}: ${error}`);
    const ratio = energy(re, im) / (n * energy(...z));
    t.ok(Math.abs(ratio - 1) < limit, `Parseval, n = ${n}: ${ratio - 1}`);
    t.ok(distance([x, y], z) < limit, `there and back, n = ${n}`);
  }
  await backend.close();
});

test("fft of float64 has the digits of float64, also by a convolution", async (t) => {
  const backend = await reference();
  for (const n of [66, 67, 128]) {
    const z = draws(n, n);
    const store = await backend.store([], { float: "f64" });
    const feed = z.map((x) => tensor(x, { shape: [n] }));
    const [re, im] = [input("re", [n]), input("im", [n])];
    const there = fft({ re, im });
    const program = await compile({ outputs: [there.re, there.im] }, store);
    const handles = await program.run({ re: feed[0] as Tensor, im: feed[1] as Tensor });
    const got = await Promise.all(
      handles.map(async (h) => Float64Array.from((await h.read()).data())),
    );
    t.ok(distance(got, definition(z)) < 1e-14, `n = ${n}`);
    await store.close();
  }
  await backend.close();
});

test("rfft is the first half of fft, and irfft takes it back, for even and odd sizes", async (t) => {
  const backend = await cpu({ threads: 1 });
  for (const n of [1, 2, 7, 66, 101, 200]) {
    const z = draws(n, n);
    const make = (re: Node) => {
      const there = rfft(re);
      return [there.re, there.im, irfft(there, { n })];
    };
    const [re, im, x] = (await run(backend, make, z)) as [Float64Array, Float64Array, Float64Array];
    const count = Math.floor(n / 2) + 1;
    const half = definition([z[0], new Float64Array(n)]).map((part) => part.slice(0, count));
    t.ok(distance([re, im], half) < 2e-6, `n = ${n}`);
    t.ok(distance([x], [z[0]]) < 2e-6, `there and back, n = ${n}`);
  }
  await backend.close();
});
