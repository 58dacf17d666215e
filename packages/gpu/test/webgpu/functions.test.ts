/** Functions in WGSL, far from 0 too: arguments are reduced by constants in parts, which compilers may add. */
import { parseExpr } from "@metrigrad/tensor";
import test from "tape";
import { onWebGpu } from "../support/adapter.ts";
import { TestPlan } from "../support/plans.ts";

const count = 20_000;
/** The functions, the arguments between which they are compared, and the error that they may have. */
const functions = [
  ["exp(x)", -104, 88.722, 3e-7],
  ["expm1(x)", -30, 88.722, 3e-7],
  ["tanh(x)", -10, 10, 3e-7],
  ["sin(x)", -1000, 1000, 3e-7],
  ["cos(x)", -1000, 1000, 3e-7],
  ["log(x)", 1e-3, 1e6, 3e-7],
  ["log1p(x)", -0.99, 1e3, 3e-7],
  ["pow(x, 3.75)", 1e-3, 1e9, 3e-7],
  ["pow(x, -2.5)", 1e-6, 0.01, 3e-7],
  ["pow(x, 45)", 0.1, 7.1, 4e-6],
] as const;

test("webgpu: functions are right to rounding, far from 0 too", async (t) => {
  await onWebGpu(t, async (backend) => {
    for (const [text, from, to, most] of functions) {
      const plan = new TestPlan();
      const x = plan.view([count], "f32", (at) => from + ((to - from) * at) / (count + 4));
      const [exprs, outputs] = [[parseExpr(`(x) => ${text}`)], [plan.view([count])]];
      const shape = [count];
      const error = await plan.difference(backend, [
        { kind: "map", label: "", shape, inputs: [x], exprs, outputs },
      ]);
      t.ok(error < most, `${text}: ${error}`);
    }
  });
});
