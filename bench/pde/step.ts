/**
 * `node --import tsx bench/pde/step.ts [--native]`, after `npm run build`: milliseconds of a step of the energy natural gradient on Poisson's
 * equation in two dimensions, whole, without bent steps and without a line search, in turn; one thread, float64.
 */
import { cpu, engd, type Optimizer, solve } from "metrigrad";
import { problems } from "./problems.ts";

const ways: Readonly<Record<string, () => Optimizer>> = {
  whole: () => engd(),
  "without acceleration": () => engd({ acceleration: null }),
  "without a line search": () => engd({ lineSearch: null, adapt: {} }),
};
const [own] = problems;
if (own === undefined) throw new Error("there must be a problem");
const backend = await cpu({ threads: 1, native: process.argv.includes("--native") });
console.log(backend.describe());
for (let round = 0; round < 3; round++) {
  for (const [name, optimizer] of Object.entries(ways)) {
    const run = await solve(own.model(), own.problem, {
      ...{ backend, seed: 1, steps: 150, checkEvery: 50, optimizer: optimizer() },
    });
    const [first, last] = [run.history[0], run.history.at(-1)];
    const seconds = (last?.seconds ?? 0) - (first?.seconds ?? 0);
    const steps = (last?.step ?? 0) - (first?.step ?? 0);
    console.log(`${name}: ${((1000 * seconds) / steps).toFixed(1)} ms`);
    await run.close();
  }
}
await backend.close();
