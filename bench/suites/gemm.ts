import { compile, constant, cpu, matmul, tensor, transpose } from "metrigrad";
import { Matrix } from "ml-matrix";
import { interleaved } from "../measure.ts";
import type { Result } from "../result.ts";

/** m, k, n, and whether the left operand is stored transposed, as in a weight gradient. */
const shapes: readonly (readonly [m: number, k: number, n: number, transposed: boolean])[] = [
  [64, 64, 64, false],
  [128, 128, 128, false],
  [256, 256, 256, false],
  [512, 512, 512, false],
  [50, 784, 80, false],
  [50, 80, 80, false],
  [784, 50, 80, true],
];

/** Matrix products on one thread, GFLOP/s, beside ml-matrix (float64, plain JavaScript). */
export async function gemm(): Promise<Result[]> {
  const backend = await cpu();
  const results: Result[] = [];
  for (const [m, k, n, transposed] of shapes) {
    const draw = (size: number) =>
      Float32Array.from({ length: size }, (_, i) => Math.sin(i * 1.37));
    const a = draw(m * k);
    const b = draw(k * n);
    const stored = tensor(a, { shape: transposed ? [k, m] : [m, k] });
    const left = transposed ? transpose(constant(stored)) : constant(stored);
    const store = await backend.store([]);
    const program = await compile(
      { outputs: matmul(left, constant(tensor(b, { shape: [k, n] }))) },
      store,
    );
    const width = transposed ? m : k;
    const rows = new Matrix(
      Array.from({ length: transposed ? k : m }, (_, i) => [
        ...a.subarray(i * width, (i + 1) * width),
      ]),
    );
    const peerLeft = transposed ? rows.transpose() : rows;
    const peerRight = new Matrix(
      Array.from({ length: k }, (_, i) => [...b.subarray(i * n, (i + 1) * n)]),
    );
    const ours = (await (await program.run()).read()).data();
    const theirs = peerLeft.mmul(peerRight).to1DArray();
    const gap = theirs.reduce(
      (worst, value, i) => Math.max(worst, Math.abs(value - (ours[i] ?? Number.NaN))),
      0,
    );
    if (!(gap < 1e-3)) throw new Error(`gemm ${m}×${k}×${n}: results differ by ${gap}`);
    const peerProduct = transposed
      ? () => rows.transpose().mmul(peerRight)
      : () => peerLeft.mmul(peerRight);
    const [own = 0, peer = 0] = await interleaved([() => program.run(), peerProduct]);
    const rate = (seconds: number) => (2 * m * k * n) / seconds / 1e9;
    results.push({
      suite: "gemm",
      case: `${m}×${k}·${k}×${n}${transposed ? " (AᵀB)" : ""}`,
      unit: "GFLOP/s",
      better: "higher",
      ours: rate(own),
      peers: { "ml-matrix": rate(peer) },
      ratio: { "ml-matrix": peer / own },
    });
    await store.close();
  }
  await backend.close();
  return results;
}
