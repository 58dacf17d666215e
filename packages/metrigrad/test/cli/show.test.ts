import test from "tape";
import { showCost, showCount, showShare, showShort, showTime } from "../../src/cli/show.ts";

test("times, costs and shares as people read them", async (t) => {
  t.deepEqual([0, 7.4, 59.6, 760, 3723].map(showTime), [
    "0:00",
    "0:07",
    "1:00",
    "12:40",
    "1:02:03",
  ]);
  t.deepEqual([0.12345, null, Number.NaN].map(showCost), ["0.1235", "–", "–"]);
  t.deepEqual([999999, 8.8e33].map(showCost), ["999999.0000", "8.80e+33"]);
  t.deepEqual([0.97124, null].map(showShare), ["97.12 %", "–"]);
  t.deepEqual([0.0123, 1.234, 12.34, 1234.5].map(showShort), ["0.0123", "1.23", "12.3", "1235"]);
});

test("counts with a decimal prefix", async (t) => {
  t.deepEqual(
    [0, 7, 999, 1234, 18_250, 5e9].map((count) => `${showCount(count)}B`),
    ["0 B", "7 B", "999 B", "1.23 kB", "18.3 kB", "5.00 GB"],
  );
});
