import { type Case, measureCase } from "../case.ts";
import { uniformValues } from "../data.ts";
import { naturalProblem, paperWidths, stepProblem } from "../network.ts";
import type { BlocksProblem, Problems, ProductProblem, TinyProblem } from "../problems.ts";
import type { Result } from "../result.ts";
import type { Session } from "../session.ts";

/** A case whose operands are made only when it is measured. */
export interface GrowingCase {
  readonly name: string;
  readonly kind: keyof Problems;
  /** Operations of a run, up to a factor that is the same in the whole series. */
  readonly work: number;
  measure(session: Session): Promise<Result[]>;
}

function growing<Kind extends keyof Problems>(
  name: string,
  kind: Kind,
  work: number,
  make: () => Omit<Case<Kind>, "suite" | "name" | "kind">,
): GrowingCase {
  const measure = (session: Session) =>
    measureCase({ ...make(), suite: "gpu", name, kind }, session);
  return { name, kind, work, measure };
}

/** The layers of the deep autoencoder of MNIST (Hinton and Salakhutdinov 2006). */
const autoencoderWidths = [784, 1000, 500, 250, 30, 250, 500, 1000, 784];

/** The paper's network, the autoencoder's layers, and wider ones whose products fill a card. */
const networks = [
  ["784-80-80-80-10", paperWidths, 50],
  ["784-512-512-512-10", [784, 512, 512, 512, 10], 128],
  ["autoencoder", autoencoderWidths, 1000],
  ["784-2048-2048-2048-10", [784, 2048, 2048, 2048, 10], 512],
] as const;

/** Series of cases, each from small to large. */
export const gpuCases: readonly (readonly GrowingCase[])[] = [
  [512, 1024, 2048, 4096, 8192].map((n) =>
    growing(`product ${n}`, "product", 2 * n ** 3, () => ({
      problem: product(n),
      unit: "GFLOP/s",
      better: "higher",
      value: (seconds) => (2 * n ** 3) / seconds / 1e9,
      tolerance: 1e-4,
    })),
  ),
  [1, 200].map((count) =>
    growing(`${count} tiny step${count === 1 ? "" : "s"} a run`, "tiny", count, () => ({
      problem: tiny(count),
      unit: "µs a step",
      better: "lower",
      value: (seconds) => (1e6 * seconds) / count,
      tolerance: 1e-3,
    })),
  ),
  ...(["sgd", "adam", "rngd"] as const).map((optimizer) =>
    networks.map(([title, widths, batch]) => {
      const work = batch * widths.slice(1).reduce((sum, to, at) => sum + to * (widths[at] ?? 0), 0);
      const shared = {
        unit: "steps/s",
        better: "higher",
        value: (seconds: number) => 1 / seconds,
        tolerance: 1e-4,
      } as const;
      const name = `${optimizer} ${title}, batch ${batch}`;
      return optimizer === "rngd"
        ? growing(name, "natural", work, () => ({
            ...shared,
            problem: naturalProblem(widths, batch),
          }))
        : growing(name, "step", work, () => ({
            ...shared,
            problem: stepProblem(optimizer, widths, batch),
          }));
    }),
  ),
  (
    [
      [8, 81, 500],
      [80, 81, 500],
      [8, 785, 500],
      [80, 785, 5000],
    ] as const
  ).map(([count, d, n]) =>
    growing(
      `${count} blocks d=${d} n=${n}`,
      "blocks",
      count * ((n * d * d) / 2 + d ** 3 / 6),
      () => ({
        problem: blocks(count, d, n),
        unit: "ms",
        better: "lower",
        value: (seconds) => 1000 * seconds,
        tolerance: 1e-3,
      }),
    ),
  ),
];

export function product(n: number): ProductProblem {
  const square = { m: n, k: n, n, transposed: false };
  return { ...square, a: uniformValues(n * n, 1), b: uniformValues(n * n, 2) };
}

/** Times a reflection, so that values stay as large as they are: A = I − 2vv'/v'v. */
export function tiny(count: number): TinyProblem {
  const size = 8;
  const v = uniformValues(size, 11);
  const square = v.reduce((sum, value) => sum + value * value, 0);
  const a = Float32Array.from({ length: size * size }, (_, at) => {
    const [i, j] = [Math.floor(at / size), at % size];
    return (i === j ? 1 : 0) - (2 * (v[i] ?? 0) * (v[j] ?? 0)) / square;
  });
  return { count, size, a, x: uniformValues(size * size, 12) };
}

export function blocks(count: number, d: number, n: number): BlocksProblem {
  const [x, nu] = [uniformValues(n * d, 3), uniformValues(count * n, 4, 0, 1)];
  return { count, n, d, x, nu, shift: 0.1 };
}
