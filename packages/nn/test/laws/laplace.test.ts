/** The Laplace law, whose kink no differences of ln p may cross: integrals on both sides of it. */
import { constant } from "@metrigrad/graph";
import { type ClosedLaw, laplace } from "@metrigrad/nn";
import { tensor } from "@metrigrad/tensor";
import test from "tape";
import { evaluate, gap, numbers } from "../support/evaluate.ts";

const [mu, s] = [0.4, -0.3];
const b = Math.exp(s);
/** y = μ ± b e^u, by the trapezoidal rule in u, beside dy. */
const step = 0.125;
const nodes = Array.from({ length: 320 }, (_, k) => -35 + step * k).flatMap((u) =>
  [-1, 1].map((side) => [mu + side * b * Math.exp(u), b * Math.exp(u) * step] as const),
);
const y = constant(tensor(nodes.map(([value]) => [value])));
const rows = (h: readonly number[]) => constant(tensor(nodes.map(() => [...h])));

/** ln p at the nodes. */
const logs = (law: ClosedLaw, h: readonly number[]) => numbers(law.logProb(y, rows(h)));

for (const [law, h, scores] of [
  [laplace({ scale: b }), [mu], [(z: number) => Math.sign(z) / b]],
  [
    laplace({ scale: "learned" }),
    [mu, s],
    [(z: number) => Math.sign(z) / b, (z: number) => Math.abs(z) / b - 1],
  ],
] as const) {
  test(`${law.name}: ln p integrates to 1, and information and divergence are its integrals`, async (t) => {
    const own = await logs(law, h);
    const weight = own.map((ln, q) => Math.exp(ln) * (nodes[q]?.[1] ?? 0));
    const mean = (f: (z: number, q: number) => number) =>
      weight.reduce((sum, w, q) => sum + w * f((nodes[q]?.[0] ?? 0) - mu, q), 0);
    t.ok(Math.abs(mean(() => 1) - 1) < 1e-12);
    const F = scores.flatMap((a) => scores.map((c) => mean((z) => a(z) * c(z))));
    const [fisher, root] = await evaluate([
      law.fisher(constant(tensor([[...h]]))),
      law.fisherRoot(constant(tensor([[...h]]))),
    ]);
    t.ok(gap(fisher?.data() ?? [], F) < 1e-12, "fisher");
    const diagonal = F.filter((_, at) => at % (h.length + 1) === 0).map(Math.sqrt);
    const found = (root?.data() ?? []) as Float64Array;
    t.ok(
      gap(
        [...found].filter((value) => value > 0),
        diagonal,
      ) < 1e-12,
      "fisherRoot",
    );
    // The other law's kink is at the same place, so the integrand is smooth on both sides.
    const to = h.length === 1 ? [mu] : [mu, s + 0.4];
    const there = await logs(law, to);
    const kl = mean((_, q) => (own[q] ?? 0) - (there[q] ?? 0));
    const [got] = await numbers(law.kl(constant(tensor([[...h]])), constant(tensor([[...to]]))));
    t.ok(Math.abs((got ?? Number.NaN) - kl) < 1e-12, "kl");
  });
}

test("laplace: the divergence between two places is that of the closed form of equal scales", async (t) => {
  const law = laplace({ scale: 0.6 });
  const [got] = await numbers(law.kl(constant(tensor([[0.3]])), constant(tensor([[1.5]]))));
  t.ok(Math.abs((got ?? Number.NaN) - (2 + Math.exp(-2) - 1)) < 1e-14);
});

test("laplace: 4000 draws have its median and mean distance, seed 21", async (t) => {
  const h = constant(tensor(Array.from({ length: 4000 }, () => [mu, s])));
  const [drawn] = await evaluate([laplace({ scale: "learned" }).sample(h, "draws")], { seed: 21 });
  const values = [...(drawn?.data() ?? [])];
  const far = values.reduce((sum, value) => sum + Math.abs(value - mu), 0) / 4000;
  const below = values.filter((value) => value < mu).length / 4000;
  t.ok(Math.abs(far - b) < (4 * b) / Math.sqrt(4000));
  t.ok(Math.abs(below - 0.5) < 2 / Math.sqrt(4000));
});

test("laplace: refuses scales that are none", (t) => {
  t.throws(
    () => laplace({ scale: 0 }),
    /laplace: scale must be a positive number, or "learned", got 0; leave it out for 1/,
  );
  t.throws(() => laplace({ sigma: 1 } as never), /laplace: options must be among scale, got sigma/);
  t.throws(
    () => laplace({ scale: "learned" }).logProb(constant(tensor([[1]])), constant(tensor([[1]]))),
    /h must be \[n, 2m\]/,
  );
  t.end();
});
