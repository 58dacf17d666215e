import test from "tape";
import { linearAxis, logAxis } from "../../../src/report/chart/axis.ts";

const near = (a: number, b: number) => Math.abs(a - b) < 1e-9;

test("ticks lie at round numbers within the axis", async (t) => {
  const linear = linearAxis("", [0.963, 0.978], [0, 100], 6);
  t.deepEqual(
    linear.ticks.map(({ text }) => text),
    ["0.964", "0.966", "0.968", "0.970", "0.972", "0.974", "0.976", "0.978"],
  );
  const cases = [
    [
      [0.08, 0.6],
      ["0.1", "0.15", "0.2", "0.3", "0.5"],
    ],
    [
      [0.7, 60],
      ["1", "2", "5", "10", "20", "50"],
    ],
    [
      [1, 5000],
      ["1", "3", "10", "30", "100", "300", "1000", "3000"],
    ],
  ] as const;
  for (const [domain, texts] of cases) {
    t.deepEqual(
      logAxis("", domain, [0, 100], 8).ticks.map(({ text }) => text),
      texts,
    );
  }
});

test("values lie in proportion: of differences, or of ratios", async (t) => {
  const linear = linearAxis("", [1, 5], [10, 50], 5);
  t.ok(near(linear.at(2), 20) && near(linear.at(5), 50));
  const log = logAxis("", [1, 100], [0, 50], 5);
  t.ok(near(log.at(10), 25) && near(log.at(100), 50));
});
