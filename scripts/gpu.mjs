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
const {
  adam,
  categorical,
  checkBackend,
  compile,
  cpu,
  dense,
  div,
  fit,
  grad,
  input,
  matmul,
  mnist,
} = await import("metrigrad");
const { mul, opRows, relu, rngd, sequential, square, sub, sum, sqrt, tensor, variable } =
  await import("metrigrad");

const { decompositions, solves } = await import("./gpuLinear.mjs");

/** @typedef {NonNullable<Parameters<typeof openGpu>[0]>} Options */

/** What a process ends with if a check does not end: now and then a wait for llvmpipe has no end. */
const stuck = 75;
if (process.env.METRIGRAD_GPU_CHECKS === undefined) {
  const env = { ...process.env, METRIGRAD_GPU_CHECKS: "here" };
  const checks = () =>
    spawnSync(process.execPath, [import.meta.filename], { stdio: "inherit", env });
  const first = checks();
  if (first.status === stuck) console.log("all checks once more, since one did not end");
  process.exit((first.status === stuck ? checks() : first).status ?? 1);
}

let failed = 0;

/** Reports one check. @param {string} name @param {() => Promise<string>} check */
async function report(name, check) {
  const begun = performance.now();
  const timer = setTimeout(() => {
    console.log(`FAIL  ${name}: it did not end in 480 s`);
    process.exit(stuck);
  }, 480_000);
  try {
    const said = await check();
    console.log(`ok    ${name}: ${said}  ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL  ${name}: ${error instanceof Error ? error.message : error}`);
  }
  clearTimeout(timer);
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

/**
 * A step of least squares on a matrix of 144 MB, with its gradient g in the arena: w ← w − 0.1·g/‖g‖, for g = (w·x − t)·x'.
 * Many adapters bind 128 MiB at once.
 */
async function large() {
  const n = 6000;
  const backend = await openGpu({ mode: "webgpu" });
  const before = Float32Array.from({ length: n * n }, (_, i) => ((i * 7919) % 1013) / 1013 - 0.5);
  const w = variable("w", [n, n], { role: "state", init: () => before });
  const [x, t] = [input("x", [n, 1]), input("t", [n, 1])];
  const [g] = grad(mul(0.5, sum(square(sub(matmul(w, x), t)))), [w]);
  if (g === undefined) throw new Error("there must be a gradient");
  const norm = sqrt(sum(square(g)));
  const store = await backend.store([]);
  const updates = /** @type {const} */ ([[w, sub(w, mul(0.1, div(g, norm)))]]);
  const program = await compile({ outputs: { norm }, updates }, store);
  const feed = (/** @type {number} */ by) =>
    Float32Array.from({ length: n }, (_, i) => Math.sin(by * i));
  const [xs, ts] = [feed(1.7), feed(0.3)];
  const shape = { shape: [n, 1] };
  const { norm: handle } = await program.run({ x: tensor(xs, shape), t: tensor(ts, shape) });
  const got = (await handle.read()).item();
  const after = (await store.read("w")).data();
  const bytes = program.bytes;
  await backend.close();
  const errors = Float64Array.from({ length: n }, (_, row) => {
    let total = -Number(ts[row]);
    for (let k = 0; k < n; k++) total += Number(before[row * n + k]) * Number(xs[k]);
    return total;
  });
  const expected = Math.hypot(...errors) * Math.hypot(...xs);
  let off = Math.abs(got / expected - 1);
  for (let i = 0; i < n * n; i++) {
    const step = (0.1 * Number(errors[Math.floor(i / n)]) * Number(xs[i % n])) / expected;
    off = Math.max(off, Math.abs(Number(after[i]) - (Number(before[i]) - step)));
  }
  if (!(off < 1e-5 && bytes > n * n * 4)) throw new Error(`off by ${off}, ${bytes} bytes`);
  return `${(bytes / 1e6).toFixed(0)} MB beside a variable of 144 MB, off by ${off.toExponential(1)}; ${backend.describe().split(";")[0]}`;
}

/** Runs a check on WebGPU. @param {(backend: import("metrigrad").Backend) => Promise<string>} check */
async function onWebGpu(check) {
  const backend = await openGpu({ mode: "webgpu" });
  try {
    return await check(backend);
  } finally {
    await backend.close();
  }
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
await report("webgpu, bindings of 64 KiB", () =>
  compare(
    { mode: "webgpu", limits: { bindingBytes: 2 ** 16 } },
    opRows.filter(({ op }) => some.includes(op)),
  ),
);
// A graphics card computes products by larger tiles, without subgroups.
const card = { processor: false, lanes: 0, sharedBytes: 16_384 };
await report("training by RNGD, webgpu, as on a card", () =>
  agree({ mode: "webgpu", limits: card }, () => rngd()),
);
await report("webgpu, a variable of 144 MB", large);
await report("webgpu, a factor of 1100 axes and 1 right-hand side", () =>
  onWebGpu((backend) => solves(backend, 1100, 1)),
);
await report("webgpu, a factor of 785 axes and 200 right-hand sides", () =>
  onWebGpu((backend) => solves(backend, 785, 200)),
);
await report("webgpu, eigenvectors of 260 axes", () =>
  onWebGpu((backend) => decompositions(backend, 260)),
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
