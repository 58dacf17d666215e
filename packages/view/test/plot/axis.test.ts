import test from "tape";
import { axisOf } from "../../src/plot/axis.ts";
import { numberText } from "../../src/plot/number.ts";

const near = (a: number, b: number) => Math.abs(a - b) < 1e-9;
const texts = (domain: readonly [number, number], count: number, log: boolean) =>
  axisOf({ title: "", domain, log }, [0, 100], count).ticks.map(({ text }) => text);

test("ticks lie at round numbers within the axis, and no two have one text", async (t) => {
  t.deepEqual(texts([0.963, 0.978], 6, false).slice(0, 3), ["0.964", "0.966", "0.968"]);
  t.deepEqual(texts([0, 0.4], 4, false), ["0.0", "0.1", "0.2", "0.3", "0.4"]);
  t.deepEqual(texts([-2, 2], 4, false), ["−2", "−1", "0", "1", "2"]);
  t.deepEqual(texts([0.08, 0.6], 8, true), ["0.1", "0.15", "0.2", "0.3", "0.5"]);
  t.deepEqual(texts([0.7, 60], 8, true), ["1", "2", "5", "10", "20", "50"]);
  t.deepEqual(texts([1e-9, 1], 5, true), ["10⁻⁸", "10⁻⁶", "10⁻⁴", "0.01", "1"]);
  const domains: (readonly [number, number])[] = [
    [0, 1e-7],
    [1e-7, 3e-7],
    [0.1234, 0.1235],
    [0, 1e9],
    [-1e-12, 1e-12],
    [99_999, 100_001],
  ];
  for (const domain of domains) {
    for (const log of domain[0] > 0 ? [false, true] : [false]) {
      const own = texts(domain, 6, log);
      t.ok(own.length > 0 && new Set(own).size === own.length, `${domain} ${log}: ${own}`);
    }
  }
  const whole = axisOf({ title: "", domain: [0.8, 3.2], whole: true }, [0, 100], 10);
  t.deepEqual(
    whole.ticks.map(({ text }) => text),
    ["1", "2", "3"],
  );
});

test("values lie in proportion: of differences, or of ratios", async (t) => {
  const linear = axisOf({ title: "s", domain: [1, 5] }, [10, 50], 5);
  t.ok(near(linear.at(2), 20) && near(linear.at(5), 50));
  const log = axisOf({ title: "s", domain: [1, 100], log: true }, [0, 50], 5);
  t.ok(near(log.at(10), 25) && near(log.at(100), 50));
  t.equal(linear.title, "s");
  t.equal(log.title, "s (log scale)");
});

test("numbers are short and exact", async (t) => {
  const cases: [number, string][] = [
    [0, "0"],
    [1234, "1234"],
    [12_345, "12,345"],
    [0.00123, "0.00123"],
    [1e-5, "10⁻⁵"],
    [-3e-7, "−3·10⁻⁷"],
    [2.5e9, "2.5·10⁹"],
    [-1e12, "−10¹²"],
  ];
  for (const [value, text] of cases) t.equal(numberText(value), text);
});
