/**
 * The gpu backend in a page, from the bundled `metrigrad`: every mode that a browser has, against the
 * reference over all ops (WebGPU: all but a few), and trainings that must go as on the cpu backend.
 */
import type { GpuMode } from "@metrigrad/gpu";
import {
  adam,
  type Backend,
  categorical,
  checkBackend,
  cpu,
  dataSet,
  dense,
  fit,
  gpu,
  type Optimizer,
  opRows,
  relu,
  rngd,
  sequential,
  tensor,
  uniformStream,
} from "metrigrad";
import type { Line } from "./cpu.ts";

/**
 * Ops whose shaders SwiftShader takes more than a minute to compile. Their steps run here all the same, in
 * choleskyShift and under RNGD; `npm run gpu` compares them with the reference.
 */
const slow = ["cholesky", "choleskySolve", "choleskyLogdet", "triangularSolve"];

/** Points of the plane, in class 1 where their product is positive. */
function points() {
  const { uniform } = uniformStream({ seed: 3, path: "points" });
  const x = Float32Array.from({ length: 400 }, (_, i) => 2 * uniform(i) - 1);
  const labels = Int32Array.from({ length: 200 }, (_, i) => Number(x[2 * i]! * x[2 * i + 1]! > 0));
  const part = (from: number, to: number) => ({
    inputs: tensor(x.slice(2 * from, 2 * to), { shape: [to - from, 2] }),
    targets: tensor(labels.slice(from, to)),
  });
  const splits = { train: part(0, 120), valid: part(120, 160), test: part(160, 200) };
  return dataSet({ name: "quadrants", ...splits });
}

/** The cost of three epochs. */
async function costsOf(backend: Backend, optimizer: Optimizer): Promise<number[]> {
  const model = sequential(dense(2, 16, { activation: relu }), dense(16, 2));
  const settings = { likelihood: categorical(), batchSize: 20, epochs: 3, seed: 1 };
  const run = fit(model, { ...settings, data: points(), backend, optimizer });
  const costs: number[] = [];
  for await (const { trainCost } of run) costs.push(trainCost ?? Number.NaN);
  await run.close();
  return costs;
}

/** What is wrong with a backend that must run in a mode. */
async function problemsOf(backend: Backend & { readonly mode: GpuMode }, mode: GpuMode) {
  const problems: string[] = [];
  if (backend.mode !== mode) problems.push(`${backend.mode} runs instead of ${mode}`);
  const rows = opRows.filter(({ op }) => mode !== "webgpu" || !slow.includes(op));
  const { results } = await checkBackend(backend, { rows });
  if (results.length < 700) problems.push(`only ${results.length} comparisons`);
  const host = await cpu({ threads: 1 });
  for (const optimizer of [() => adam({ learningRate: 0.01 }), () => rngd()]) {
    const [got, expected] = [await costsOf(backend, optimizer()), await costsOf(host, optimizer())];
    const agree =
      got.length === 3 && got.every((cost, i) => Math.abs(cost / expected[i]! - 1) < 1e-4);
    if (!agree) problems.push(`costs must be ${expected.join(", ")}, got ${got.join(", ")}`);
  }
  await host.close();
  return problems;
}

async function line(name: string, check: () => Promise<Omit<Line, "name">>): Promise<Line> {
  const started = performance.now();
  const done = await check().catch((error) => ({ described: "", problems: [String(error)] }));
  return { name: `${name}, ${((performance.now() - started) / 1000).toFixed(1)} s`, ...done };
}

/** Checks every mode, what is chosen without one, and what is said of modes that are not there. */
async function check(): Promise<Line[]> {
  const lines: Line[] = [];
  for (const mode of ["webgpu", "webgl2", "webasm", "cpu"] as const) {
    const checked = async () => {
      const backend = await gpu({ mode });
      const described = backend.describe();
      const problems = await problemsOf(backend, mode);
      await backend.close();
      return { described, problems };
    };
    lines.push(await line(mode, checked));
  }
  for (const wanted of ["webgpu", "webgl2"] as const) {
    const chosen = async () => {
      const backend = await gpu();
      const described = backend.describe();
      await backend.close();
      const problems = backend.mode === wanted ? [] : [`${backend.mode} instead of ${wanted}`];
      if (described.includes("not there: webgpu (") !== (wanted !== "webgpu")) {
        problems.push("the reason must be said where webgpu is not there, and only there");
      }
      return { described, problems };
    };
    lines.push(await line(`no mode, ${wanted} is the best`, chosen));
    Object.defineProperty(navigator, "gpu", { value: undefined });
  }
  for (const [mode, todo] of [
    ["webgpu", "use a browser that has WebGPU"],
    ["headlessgl", "npm install gl"],
  ] as const) {
    const refused = async () => {
      const message = await gpu({ mode }).then(() => "none", String);
      return { described: message, problems: message.includes(todo) ? [] : [`must say ${todo}`] };
    };
    lines.push(await line(`${mode}, not there`, refused));
  }
  return lines;
}

// The page's runner calls it by this name.
Object.assign(globalThis, { check });
