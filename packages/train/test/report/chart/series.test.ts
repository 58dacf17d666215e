import test from "tape";
import { seriesOf } from "../../../src/report/chart/series.ts";
import { exampleRun } from "../example.ts";

test("repeats are averaged epoch by epoch, up to where all of them came", async (t) => {
  const runs = [
    exampleRun("plain", "sgd", 1, 3, 1),
    exampleRun("plain", "sgd", 2, 2, 3),
    exampleRun("bna", "sgd", 1, 1, 1),
  ];
  const [plain, bna] = seriesOf(runs, "trainCost");
  t.deepEqual([plain?.arch, plain?.optimizer, plain?.repeats], ["plain", "sgd", 2]);
  t.equal(plain?.points.length, 2);
  t.deepEqual(plain?.points[0], {
    epoch: 1,
    seconds: 2,
    mean: 0.30000000000000004,
    low: 0.2,
    high: 0.4,
  });
  t.equal(plain?.points[1]?.seconds, 4, "seconds add up");
  t.equal(bna?.points.length, 1);
});
