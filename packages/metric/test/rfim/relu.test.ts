import { constant, logaddexp, mul, relu } from "@metrigrad/graph";
import { reluRow } from "@metrigrad/metric";
import { tensor } from "@metrigrad/tensor";
import test from "tape";
import { backends } from "../support/backends.ts";
import { evaluate, gap } from "../support/evaluate.ts";

const ts = [-6, -2, -0.7, -0.05, 0.05, 0.4, 1.5, 5];

/** Values of relu_ω at t + shift, by the graph's own logaddexp, in float64. */
async function softened(leak: number, omega: number, shift: number): Promise<ArrayLike<number>> {
  const t = constant(tensor(ts.map((value) => value + shift)));
  const [value] = await evaluate([mul(logaddexp(mul(t, leak / omega), mul(t, 1 / omega)), omega)]);
  return value?.data() ?? [];
}

for (const [leak, omega, sigma] of [
  [0, 1, 1],
  [0, 0.25, 2],
  [0.1, 1, 1],
  [0.5, 3, 0.3],
  [0.9, 0.5, 1.5],
] as const) {
  for (const on of backends) {
    test(`T2 relu (ι=${leak}, ω=${omega}, σ=${sigma}): ν is the squared slope of ω·logaddexp over σ², on ${on.name}`, async (t) => {
      const [nu] = await evaluate([reluRow({ leak, omega, sigma }).nu(constant(tensor(ts)))], on);
      const h = 1e-4;
      const [up, down] = [await softened(leak, omega, h), await softened(leak, omega, -h)];
      const slopes = ts.map((_, i) => ((up[i] as number) - (down[i] as number)) / (2 * h));
      t.ok(
        gap(
          nu?.data() ?? [],
          slopes.map((slope) => (slope / sigma) ** 2),
        ) < on.limit(1e-7, 1e-6),
      );
    });
  }
}

for (const on of backends) {
  test(`T2 relu: as ω → 0, ν → 1/σ², ι²/σ² and ((1 + ι)/2)²/σ², on ${on.name}`, async (t) => {
    const points = constant(tensor([2, -2, 0]));
    for (const leak of [0, 0.2]) {
      const [nu] = await evaluate([reluRow({ leak, omega: 1e-3, sigma: 2 }).nu(points)], on);
      const expected = [1, leak ** 2, ((1 + leak) / 2) ** 2].map((value) => value / 4);
      t.ok(gap(nu?.data() ?? [], expected) < on.limit(1e-12, 1e-7), `ι = ${leak}`);
    }
  });
}

test("relu: the softened response is never more than ω ln 2 above the hard one", async (t) => {
  const x = constant(tensor(ts));
  const [soft, hard] = await evaluate([reluRow({ omega: 0.3 }).natural(x), relu(x)]);
  const above = Array.from(soft?.data() ?? [], (value, i) => value - (hard?.data()[i] as number));
  t.ok(above.every((value) => value >= 0 && value <= 0.3 * Math.LN2 + 1e-15));
});

test("relu: far arguments neither overflow nor become NaN", async (t) => {
  const [nu] = await evaluate([reluRow({ omega: 1e-3 }).nu(constant(tensor([1e4, -1e4])))]);
  t.deepEqual([...(nu?.data() ?? [])], [1, 0]);
});

test("relu: parameters out of range are refused", (t) => {
  const message =
    /reluRow: leak must be in \[0, 1\), omega and sigma positive, got leak \S+, omega \S+, sigma \S+; pass/;
  for (const options of [
    { leak: 1 },
    { leak: -0.1 },
    { omega: 0 },
    { sigma: -1 },
    { sigma: Number.NaN },
  ]) {
    t.throws(() => reluRow(options), message, JSON.stringify(options));
  }
  t.end();
});
