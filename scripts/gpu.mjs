/**
 * `npm run gpu`: the gpu backend against the reference in all modes of Node, with the limits of small devices
 * too, and trainings that must go as on the cpu. Needs a WebGPU adapter; where none answers and CI=true it
 * installs Debian's mesa-vulkan-drivers, which has one that needs no GPU. The mode headlessgl is checked where it answers.
 */
import { spawnSync } from "node:child_process";
import { build, install } from "./setup.mjs";

install();
if (build() !== 0) process.exit(1);
const { openGpu } = await import("../packages/gpu/dist/open.js");
const { adam, categorical, checkBackend, cpu, dense, fit, mnist, opRows, relu, rngd, sequential } =
  await import("metrigrad");

/** @typedef {NonNullable<Parameters<typeof openGpu>[0]>} Options */

let failed = 0;

/** Reports one check. @param {string} name @param {() => Promise<string>} check */
async function report(name, check) {
  const begun = performance.now();
  try {
    const said = await check();
    console.log(`ok    ${name}: ${said}  ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL  ${name}: ${error instanceof Error ? error.message : error}`);
  }
}

/** Ops whose steps are of different kinds: each text that binds other buffers is compiled anew. */
const some = ["matmul", "gram", "choleskyShift", "softmax", "scatterAdd", "gather", "randomBits"];

/** @param {Options} options */
async function compare(options, rows = opRows) {
  const backend = await openGpu(options);
  if (backend.mode !== options.mode) throw new Error(`${backend.mode} ran instead`);
  const { results } = await checkBackend(backend, { rows });
  await backend.close();
  return `${results.length} comparisons; ${backend.describe().split(";")[0]}`;
}

/** Costs and accuracies of two epochs. @param {import("metrigrad").Backend} backend @param {import("metrigrad").Optimizer} optimizer */
async function train(backend, optimizer) {
  const data = await mnist({ split: [1000, 500, 500] });
  const model = sequential(dense(784, 24, { activation: relu }), dense(24, 10));
  const settings = { batchSize: 50, epochs: 2, seed: 1, l2: 1e-3 };
  const run = fit(model, { data, backend, likelihood: categorical(), optimizer, ...settings });
  const costs = [];
  for await (const { trainCost } of run) costs.push(trainCost ?? Number.NaN);
  await run.close();
  return costs;
}

/** @param {Options} options @param {() => import("metrigrad").Optimizer} optimizer */
async function agree(options, optimizer) {
  const [device, host] = [await openGpu(options), await cpu({ threads: 1 })];
  const [got, expected] = [await train(device, optimizer()), await train(host, optimizer())];
  await device.close();
  await host.close();
  const off = Math.max(...got.map((cost, i) => Math.abs(cost / Number(expected[i]) - 1)));
  if (!(off < 1e-3)) throw new Error(`costs must be ${expected.join(", ")}, got ${got.join(", ")}`);
  return `costs ${got.map((cost) => cost.toFixed(5)).join(", ")}, off by ${off.toExponential(1)}`;
}

/** What a mode says where it does not answer. @param {NonNullable<Options["mode"]>} mode */
async function missing(mode) {
  try {
    await (await openGpu({ mode })).close();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

if (process.env.CI === "true" && (await missing("webgpu")) !== null) {
  for (const args of [["update"], ["install", "-y", "mesa-vulkan-drivers"]]) {
    spawnSync("apt-get", args, { stdio: ["ignore", "ignore", "inherit"] });
  }
  // The package webgpu looks for drivers once per process.
  const again = spawnSync(process.execPath, [import.meta.filename], {
    stdio: "inherit",
    env: { ...process.env, CI: "false" },
  });
  process.exit(again.status ?? 1);
}

await report("webgpu", () => compare({ mode: "webgpu" }));
await report("webgpu, 2 buffers a dispatch", () =>
  compare(
    { mode: "webgpu", limits: { buffers: 2 } },
    opRows.filter(({ op }) => some.includes(op)),
  ),
);
await report("webgpu, 5 workgroups an axis, pages of 1 MB", () =>
  compare({ mode: "webgpu", limits: { groups: 5, pageBytes: 2 ** 20 } }),
);
await report("webasm", () => compare({ mode: "webasm" }));
await report("cpu", () => compare({ mode: "cpu" }));
const headless = await missing("headlessgl");
if (headless === null) {
  await report("headlessgl", () => compare({ mode: "headlessgl" }));
  await report("training by RNGD, headlessgl", () => agree({ mode: "headlessgl" }, () => rngd()));
} else console.log(`none  headlessgl was not checked: ${headless}`);
await report("training by ADAM, webgpu", () =>
  agree({ mode: "webgpu" }, () => adam({ learningRate: 0.002 })),
);
await report("training by RNGD, webgpu", () => agree({ mode: "webgpu" }, () => rngd()));
await report("training by RNGD, webasm", () => agree({ mode: "webasm" }, () => rngd()));
process.exit(failed === 0 ? 0 : 1);
