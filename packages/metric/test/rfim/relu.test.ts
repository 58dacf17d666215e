import { constant, relu } from "@metrigrad/graph";
import { reluRow } from "@metrigrad/metric";
import { tensor } from "@metrigrad/tensor";
import test from "tape";
import { backends } from "../support/backends.ts";
import { evaluate, gap } from "../support/evaluate.ts";

const ts = [-6, -2, -0.7, -0.05, 0.05, 0.4, 1.5, 5];

/** relu_ω(t) = ω ln(e^(ιt/ω) + e^(t/ω)) in plain JavaScript. */
function softened(leak: number, omega: number, t: number): number {
  const [a, b] = [(leak * t) / omega, t / omega];
  return omega * (Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b))));
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
      const h = 1e-3;
      const at = (t: number) => softened(leak, omega, t);
      const slopes = ts.map(
        (t) => (8 * (at(t + h) - at(t - h)) - (at(t + 2 * h) - at(t - 2 * h))) / (12 * h),
      );
      t.ok(
        gap(
          nu?.data() ?? [],
          slopes.map((slope) => (slope / sigma) ** 2),
        ) < on.limit(1e-9, 1e-6),
      );
    });
  }
}

for (const on of backends) {
  test(`T2 relu: as ω → 0, ν → 1/σ², ι²/σ² and ((1 + ι)/2)²/σ², on ${on.name}`, async (t) => {
    for (const leak of [0, 0.2, 0.7]) {
      const limits = [1, 1, leak ** 2, leak ** 2, ((1 + leak) / 2) ** 2].map((value) => value / 4);
      const points = constant(tensor([0.5, 2, -0.5, -2, 0]));
      const errors: number[] = [];
      for (const omega of [0.1, 0.05, 1e-3]) {
        const [nu] = await evaluate([reluRow({ leak, omega, sigma: 2 }).nu(points)], on);
        errors.push(gap(nu?.data() ?? [], limits));
      }
      const [first = 0, second = 0, last = 1] = errors;
      t.ok(first > 1e-4 && second < first / 3, `ι = ${leak}: nearer as ω halves`);
      t.ok(last < on.limit(1e-12, 1e-7), `ι = ${leak}, ω = 0.001`);
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
