/** The elu row far from 0, in float32 too. */
import { cpu } from "@metrigrad/cpu";
import { compile, constant, grad, sum } from "@metrigrad/graph";
import { eluRow } from "@metrigrad/metric";
import { tensor } from "@metrigrad/tensor";
import test from "tape";

const points = [-200, -2, -0.5, 0, 0.5, 88, 89, 100, 1000];

test("eluRow: in float32 ν and its derivative are finite for large t", async (t) => {
  const backend = await cpu({ threads: 1 });
  const store = await backend.store([]);
  const at = constant(tensor(points));
  const nu = eluRow({ alpha: 1.5, sigma: 0.5 }).nu(at);
  const program = await compile({ outputs: [nu, grad(sum(nu), at)] }, store);
  const [values, slopes] = await Promise.all(
    (await program.run()).map(async (handle) => [...(await handle.read()).data()]),
  );
  await backend.close();
  for (const [k, point] of points.entries()) {
    // σ⁻²(αeᵗ)² below 0, and its derivative 2σ⁻²(αeᵗ)².
    const below = 4 * (1.5 * Math.exp(point)) ** 2;
    const close = (got: number | undefined, wanted: number) =>
      Math.abs((got ?? Number.NaN) - wanted) <= 1e-5 * Math.max(1, Math.abs(wanted));
    t.ok(close(values?.[k], point >= 0 ? 4 : below), `ν at ${point}: ${values?.[k]}`);
    t.ok(close(slopes?.[k], point >= 0 ? 0 : 2 * below), `ν' at ${point}: ${slopes?.[k]}`);
  }
});
