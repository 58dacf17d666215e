/** The paths of the page with two coordinate systems, beside recursions by formulas that do not use the engine. */

import { uniformStream } from "metrigrad";
import test from "tape";
import type { Path, Paths, Start } from "../../docs/playground/workers/coordinates.ts";

/** Asks the worker, which is loaded as a module of this process. */
async function worker() {
  const scope = globalThis as unknown as {
    onmessage: (event: { readonly data: unknown }) => void;
    postMessage: (said: { readonly value: Paths; readonly failure?: string }) => void;
  };
  let done: (paths: Paths) => void = () => {};
  scope.postMessage = ({ value }) => done(value);
  await import("../../docs/playground/workers/coordinates.ts");
  return (start: Start) =>
    new Promise<Paths>((told) => {
      done = told;
      scope.onmessage({ data: { id: 1, name: "paths", value: start } });
    });
}

const { normal } = uniformStream({ seed: 1, path: "coordinates" });
const draws = Array.from({ length: 50 }, (_, i) => 1 + 1.5 * normal(i));
const mean = draws.reduce((a, b) => a + b, 0) / 50;
const square = draws.reduce((a, b) => a + b * b, 0) / 50;

/** One step in (μ, ln σ), by ∂L/∂μ = (μ − ȳ)/σ² and ∂L/∂s = 1 − E(y − μ)²/σ², and g = diag(1/σ², 2). */
function byScale(
  [mu, s]: readonly [number, number],
  natural: boolean,
  gamma: number,
): [number, number] {
  const variance = Math.exp(2 * s);
  const spread = square - 2 * mu * mean + mu * mu;
  const slope = [(mu - mean) / variance, 1 - spread / variance] as const;
  const direction = natural ? [slope[0] * variance, slope[1] / 2] : slope;
  return [mu - gamma * (direction[0] as number), s - gamma * (direction[1] as number)];
}

/** One step in (a, b) = (μ/σ², 1/σ²). L = ½ ln(2π/b) + ½b E(y²) − a ȳ + a²/(2b), and g is its second derivative. */
function byPrecision(
  [mu, s]: readonly [number, number],
  natural: boolean,
  gamma: number,
): [number, number] {
  const b = Math.exp(-2 * s);
  const a = mu * b;
  const slope = [-mean + a / b, -0.5 / b + 0.5 * square - (a * a) / (2 * b * b)] as const;
  const [aa, ab, bb] = [1 / b, -a / (b * b), 0.5 / (b * b) + (a * a) / b ** 3];
  const det = aa * bb - ab * ab;
  const direction = natural
    ? [(bb * slope[0] - ab * slope[1]) / det, (aa * slope[1] - ab * slope[0]) / det]
    : slope;
  const [na, nb] = [a - gamma * (direction[0] as number), b - gamma * (direction[1] as number)];
  return [na / nb, -0.5 * Math.log(nb)];
}

function expected({ system, natural, points }: Path, gamma: number): (readonly [number, number])[] {
  const step = system === "scale" ? byScale : byPrecision;
  const path: (readonly [number, number])[] = [points[0] as [number, number]];
  while (path.length < points.length)
    path.push(step(path.at(-1) as [number, number], natural, gamma));
  return path;
}

const apart = (
  a: readonly (readonly [number, number])[],
  b: readonly (readonly [number, number])[],
) => Math.max(...a.map(([mu, s], i) => Math.hypot(mu - (b[i]?.[0] ?? 0), s - (b[i]?.[1] ?? 0))));

test("all four paths follow their formulas, and the natural ones come together", async (t) => {
  const paths = await worker();
  const gaps: Record<string, number[]> = { natural: [], plain: [] };
  for (const gamma of [0.05, 0.025]) {
    const found = await paths({ mu: -1.2, sigma: 0.9, gamma });
    t.ok(
      Math.abs(found.mean - mean) < 1e-12 &&
        Math.abs(found.variance - (square - mean ** 2)) < 1e-12,
    );
    t.equal(found.paths.length, 4);
    for (const path of found.paths) {
      const off = apart(path.points, expected(path, gamma));
      t.ok(off < 1e-6, `${path.system}, ${path.natural ? "natural" : "plain"}: off by ${off}`);
      t.notOk(path.left);
      const [mu, s] = path.points.at(-1) as [number, number];
      t.ok(
        Math.hypot(mu - mean, s - 0.5 * Math.log(square - mean ** 2)) < 0.05,
        "it ends at the best",
      );
    }
    for (const natural of [true, false]) {
      const [a, b] = found.paths.filter((path) => path.natural === natural) as [Path, Path];
      gaps[natural ? "natural" : "plain"]?.push(apart(a.points, b.points));
    }
  }
  const ratio = (name: string) => (gaps[name]?.[1] as number) / (gaps[name]?.[0] as number);
  t.ok(ratio("natural") < 0.6, `half the step, half the distance: ${ratio("natural")}`);
  t.ok(ratio("plain") > 0.9, `the plain paths stay apart: ${ratio("plain")}`);
});

test("a path that leaves the half-plane ends, and says so", async (t) => {
  const paths = await worker();
  const found = await paths({ mu: -1.5, sigma: 0.2, gamma: 0.1 });
  t.ok(found.paths.some(({ left }) => left));
  for (const { points } of found.paths) t.ok(points.flat().every(Number.isFinite));
});
