import { constant, grad, sum } from "@metrigrad/graph";
import { tensor } from "@metrigrad/tensor";
import test from "tape";
import { eluRow } from "../../src/index.ts";
import { evaluate } from "../support/evaluate.ts";

test("elu row: ν can be differentiated where the exponential overflows", async (t) => {
  const x = constant(tensor([-1, 89, 2000]));
  const slope = grad(sum(eluRow().nu(x)), x);
  const [found] = await evaluate([slope]);
  const [below, ...above] = [...(found?.data() ?? [])];
  // dν/dt = 2e²ᵗ below 0, and 0 above.
  t.ok(Math.abs((below as number) - 2 * Math.exp(-2)) < 1e-12);
  t.deepEqual(above, [0, 0]);
});
