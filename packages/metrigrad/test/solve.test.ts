import test from "tape";
import { defaultBackend, dense, reference, responses, solve, sub } from "../src/index.ts";

const problem = responses({ line: { at: [[1], [2]], of: (u, x) => sub(u(x), x) } });

test("solve runs on the cpu in 64 bits where no backend is given", async (t) => {
  const run = await solve(dense(1, 1), problem, { steps: 30, seed: 1 });
  t.equal(run.store.backend, await defaultBackend());
  t.equal(run.store.float, "f64");
  const u = await run.at([[5]]);
  t.ok(Math.abs(u.item() - 5) < 1e-6, `u(5) = ${u.item()}`);
  await run.close();
});

test("solve takes another backend", async (t) => {
  const run = await solve(dense(1, 1), problem, { steps: 1, seed: 1, backend: reference });
  t.equal(run.store.backend.name, "reference");
  await run.close();
});
