/**
 * `npm run native`: the tests of native linear algebra on this machine's library, and trainings that must go as without
 * it. Needs a BLAS library; where none is found and CI=true it installs Debian's libopenblas0.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { build, install, root, run } from "./setup.mjs";

install();
if (build() !== 0) process.exit(1);
const { openNative } = await import("../packages/native/dist/index.js");
const { adam, categorical, cpu, dense, fit, mnist, relu, rngd, sequential } = await import(
  "metrigrad"
);

/** The library's name; null where there is none. */
function find() {
  try {
    return openNative({}, "").name;
  } catch (error) {
    console.log(error instanceof Error ? error.message : error);
    return null;
  }
}

if (find() === null && process.env.CI === "true") {
  for (const args of [["update"], ["install", "-y", "libopenblas0"]]) {
    spawnSync("apt-get", args, { stdio: ["ignore", "ignore", "inherit"] });
  }
}
const name = find();
if (name === null) process.exit(1);
console.log(`native: ${name}`);
process.env.METRIGRAD_NATIVE = "on";

/** Costs of two epochs. @param {boolean} native @param {import("metrigrad").Optimizer} optimizer @param {import("metrigrad").FloatType} float */
async function train(native, optimizer, float) {
  const data = await mnist({ split: [1000, 500, 500] });
  const backend = await cpu({ native, float });
  const model = sequential(dense(784, 80, { activation: relu }), dense(80, 10));
  const settings = { batchSize: 50, epochs: 2, seed: 1, l2: 1e-3 };
  const training = fit(model, { data, backend, likelihood: categorical(), optimizer, ...settings });
  const costs = [];
  for await (const { trainCost } of training) costs.push(trainCost ?? Number.NaN);
  await training.close();
  await backend.close();
  return costs;
}

let failed = 0;
for (const [what, optimizer] of /** @type {const} */ ([
  ["adam", adam],
  ["rngd", rngd],
])) {
  for (const float of /** @type {const} */ (["f32", "f64"])) {
    const [got, expected] = [
      await train(true, optimizer(), float),
      await train(false, optimizer(), float),
    ];
    const off = Math.max(...got.map((cost, i) => Math.abs(cost / (expected[i] ?? 0) - 1)));
    const fine = off < (float === "f32" ? 1e-2 : 1e-9);
    if (!fine) failed += 1;
    console.log(
      `${fine ? "ok  " : "FAIL"}  ${what}, ${float}: costs ${off.toExponential(1)} apart`,
    );
  }
}
const tests = ["packages/native/test", "packages/cpu/test/native"];
if (run(process.execPath, [join(root, "scripts", "test.mjs"), ...tests]) !== 0) failed += 1;
process.exit(failed === 0 ? 0 : 1);
