/** Monte-Carlo RFIM against the closed forms, judged in standard errors. */
import { mul } from "@metrigrad/graph";
import {
  checkMetric,
  linearRows,
  reluRow,
  sigmoidRow,
  tanhRow,
  type UnitRow,
} from "@metrigrad/metric";
import { dense } from "@metrigrad/nn";
import test from "tape";

const settings = { seed: 3, samples: 2000 };
const rows: readonly UnitRow[] = [tanhRow(), sigmoidRow(), reluRow({ leak: 0.1, sigma: 2 })];

for (const row of rows) {
  test(`T6 ${row.name}: samples agree within 4.5 standard errors, seed 3`, async (t) => {
    const { checks } = await checkMetric(row, settings);
    const sampled = checks.find(({ name }) => name.endsWith("by sampling"));
    t.ok(sampled?.passed, sampled?.detail);
  });

  test(`T6 ${row.name}: the check rings on a formula 10 % off`, async (t) => {
    const wrong: UnitRow = { ...row, nu: (at) => mul(row.nu(at), 1.1) };
    const report = await checkMetric(wrong, settings);
    const sampled = report.checks.find(({ name }) => name.endsWith("by sampling"));
    t.notOk(sampled?.passed, sampled?.detail);
    t.match(
      sampled?.detail ?? "",
      /\d standard errors \(limit 4.5\), 2000 draws of 6 rows, seed 3/,
    );
    t.notOk(report.passed);
  });
}

test("T6 linear layer, right and with σ 5 % off", async (t) => {
  const layer = linearRows(dense, { sigma: 0.5 });
  const right = await checkMetric(layer, settings);
  t.ok(right.passed, String(right));
  const wrong = { ...linearRows(dense, { sigma: 0.475 }), responseModel: layer.responseModel };
  const report = await checkMetric(wrong, settings);
  t.match(String(report), /OFF {2}.* by sampling/);
});
