import {
  checkMetric,
  defMetric,
  denseBlock,
  expandDims,
  gaussian,
  gram,
  mul,
  sub,
  transpose,
} from "metrigrad";
import test from "tape";
import { radial, radialMetric } from "../src/radial.ts";

test("the metric is that of the response", async (t) => {
  const report = await checkMetric(radialMetric);
  t.ok(report.passed, report.toString());
});

test("the check rings on a metric that is 10 % off", async (t) => {
  const off = defMetric(radial, {
    response: gaussian(),
    block: ({ params, reference, response }) => {
      const apart = sub(expandDims(reference, 2), params.c);
      const rows = transpose(mul(apart, expandDims(response, 1)), [2, 0, 1]);
      const [m = 0, n = 0] = rows.shape;
      return [{ params: [params.c], block: denseBlock(gram(rows, { alpha: 1.1 / n }), m, "off") }];
    },
  });
  t.notOk((await checkMetric(off)).passed);
});
