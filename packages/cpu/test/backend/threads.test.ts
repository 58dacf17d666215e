import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import {
  arg,
  type Backend,
  call,
  type Executable,
  type Plan,
  primitiveFns,
  type Step,
  type Store,
  tensor,
  type VariableSpec,
  type View,
} from "@metrigrad/tensor";
import test from "tape";
import { cpu } from "../../src/index.ts";
import { openCpu } from "../../src/open.ts";

const [rows, inner, cols] = [60, 50, 40];

const weight: VariableSpec = {
  path: "w",
  shape: [inner, cols],
  type: "float",
  role: "parameter",
  init: () => Float32Array.from({ length: inner * cols }, (_, i) => Math.cos(i) / 9),
};

const view = (buffer: number, shape: readonly number[]): View => ({
  buffer,
  shape,
  strides: shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1)),
  offset: 0,
});

/** out = sum over rows of tanh(x w)·scale. */
function planOf(scale: number): Plan {
  const steps: readonly Step[] = [
    {
      kind: "matmul",
      label: "product",
      a: view(0, [rows, inner]),
      b: view(1, [inner, cols]),
      outputs: [view(2, [rows, cols])],
    },
    {
      kind: "map",
      label: "tanh",
      shape: [rows, cols],
      inputs: [view(2, [rows, cols]), { ...view(3, []), shape: [rows, cols], strides: [0, 0] }],
      exprs: [call(primitiveFns.mul, call(primitiveFns.tanh, arg(0)), arg(1))],
      outputs: [view(2, [rows, cols])],
    },
    {
      kind: "reduce",
      label: "sum",
      shape: [rows, cols],
      axes: [0],
      inputs: [view(2, [rows, cols])],
      exprs: [arg(0)],
      ops: ["sum"],
      outputs: [view(4, [cols])],
    },
  ];
  return {
    float: "f32",
    buffers: [
      { dtype: "f32", size: rows * inner, place: { kind: "feed", name: "x" }, label: "x" },
      { dtype: "f32", size: inner * cols, place: { kind: "variable", spec: weight }, label: "w" },
      { dtype: "f32", size: rows * cols, place: { kind: "arena", offset: 0 }, label: "product" },
      {
        dtype: "f32",
        size: 1,
        place: { kind: "constant", data: Float32Array.of(scale) },
        label: "scale",
      },
      { dtype: "f32", size: cols, place: { kind: "output" }, label: "out" },
    ],
    steps,
    feeds: [{ name: "x", shape: [rows, inner], dtype: "f32", buffer: 0 }],
    outputs: [view(4, [cols])],
    arenaBytes: 4 * rows * cols,
  };
}

const x = tensor(
  Float32Array.from({ length: rows * inner }, (_, i) => Math.sin(i)),
  { shape: [rows, inner] },
);

const storeOn = (backend: Backend): Promise<Store> => backend.store([weight]);

async function outcome(program: Executable): Promise<string> {
  const [out] = await program.run([x]);
  return ((await out?.read())?.data() ?? []).join();
}

/** What a plan gives on one thread. */
async function expectedOf(scales: readonly number[]): Promise<string[]> {
  const backend = await cpu({ threads: 1, relaxed: false });
  const store = await storeOn(backend);
  const results: string[] = [];
  for (const scale of scales) results.push(await outcome(await store.prepare(planOf(scale))));
  await backend.close();
  return results;
}

test("cpu, threads: many programs in a row give the bits of one thread", async (t) => {
  const scales = Array.from({ length: 60 }, (_, i) => i / 7);
  const expected = await expectedOf(scales);
  for (const threads of [2, 3]) {
    const backend = await openCpu({ threads, relaxed: false, grain: 0 });
    const store = await storeOn(backend);
    const off: number[] = [];
    for (const [i, scale] of scales.entries()) {
      const program = await store.prepare(planOf(scale));
      // Both ways to run: on all threads, and on the first one alone.
      for (let turn = 0; turn < 30; turn++) {
        if ((await outcome(program)) !== expected[i]) off.push(scale);
      }
      await program.close();
    }
    t.deepEqual(off, [], `${threads} threads`);
    await backend.close();
  }
});

test("cpu, threads: programs run while others are prepared, on two backends at once", async (t) => {
  const scales = [1, 2, 3, 4, 5, 6];
  const expected = await expectedOf(scales);
  const results = await Promise.all(
    [0, 1].map(async () => {
      const backend = await openCpu({ threads: 2, relaxed: false, grain: 0 });
      const store = await storeOn(backend);
      const found = await Promise.all(
        scales.map(async (scale) => {
          const program = await store.prepare(planOf(scale));
          let last = "";
          for (let turn = 0; turn < 50; turn++) {
            last = await outcome(program);
            // Workers that sleep and workers that poll must both wake.
            if (turn % 10 === 0) await new Promise((done) => setTimeout(done, 2));
          }
          return last;
        }),
      );
      await backend.close();
      return found;
    }),
  );
  t.deepEqual(results, [expected, expected]);
});

test("cpu, threads: profile runs every step on all threads", async (t) => {
  const [expected] = await expectedOf([3]);
  const backend = await openCpu({ threads: 2, relaxed: false, grain: 0 });
  t.match(backend.describe(), /^cpu: WebAssembly SIMD \(plain\), 2 threads, .* shared memory/);
  const program = await (await storeOn(backend)).prepare(planOf(3));
  t.equal(await outcome(program), expected);
  const times = await program.profile?.([x]);
  t.ok(times?.length === 3 && times.every((seconds) => seconds >= 0));
  t.equal(await outcome(program), expected);
  await backend.close();
});

test("cpu, threads: one per core by default", async (t) => {
  const backend = await cpu();
  const cores = availableParallelism();
  const threads = cores === 1 ? "1 thread" : `${cores} threads`;
  t.match(backend.describe(), new RegExp(`, ${threads}, `));
  await backend.close();
});

test("cpu, threads: options are checked, pages that share no memory get one thread", async (t) => {
  for (const threads of [0, 1.5, -1, Number.NaN, 5000]) {
    const message = await cpu({ threads }).then(
      () => "",
      (error) => (error as Error).message,
    );
    t.match(message, /cpu\({ threads }\): threads must be an integer from 1 to 128, got/);
  }
  const scope = globalThis as { crossOriginIsolated?: boolean };
  scope.crossOriginIsolated = false;
  const backend = await cpu({ threads: 2 });
  delete scope.crossOriginIsolated;
  t.match(backend.describe(), /, 1 thread, /);
  await backend.close();
});

/** Runs a program in a process of its own; its exit code and the seconds from "done" to its end. */
function child(after: string): Promise<{ code: number | null; seconds: number; text: string }> {
  const source = `
    import { cpu } from "@metrigrad/cpu";
    import { parseExpr } from "@metrigrad/tensor";
    const backend = await cpu({ threads: 3 });
    const init = () => new Float32Array(1e6);
    const spec = { path: "w", shape: [1e6], type: "float", role: "state", init };
    const store = await backend.store([spec]);
    const all = { buffer: 0, shape: [1e6], strides: [1], offset: 0 };
    const w = { dtype: "f32", size: 1e6, place: { kind: "variable", spec }, label: "w" };
    const exprs = [parseExpr("(x) => exp(x)")];
    const step = { kind: "map", label: "", shape: [1e6], inputs: [all], exprs, outputs: [all] };
    const plan = { float: "f32", buffers: [w], steps: [step], feeds: [], outputs: [], arenaBytes: 0 };
    const program = await store.prepare(plan);
    await program.run([]);
    console.log(backend.describe());
    console.log("done");
    ${after}`;
  const flags = ["--conditions=@metrigrad/source", "--import", "tsx", "--input-type=module"];
  const running = spawn(process.execPath, [...flags, "-e", source], {
    stdio: ["ignore", "pipe", "pipe"],
    cwd: import.meta.dirname,
  });
  let text = "";
  let done = 0;
  const listen = (data: Buffer) => {
    text += data;
    if (text.includes("done") && done === 0) done = performance.now();
  };
  running.stdout.on("data", listen);
  running.stderr.on("data", listen);
  const patience = setTimeout(() => running.kill("SIGKILL"), 20_000);
  return new Promise((resolve) =>
    running.on("close", (code) => {
      clearTimeout(patience);
      resolve({ code, seconds: (performance.now() - done) / 1000, text });
    }),
  );
}

test("cpu, threads: a process ends by itself, without close", async (t) => {
  const ways = [
    ["", 0],
    ["await new Promise((done) => setTimeout(done, 200));", 0],
    ["await backend.close();", 0],
    ["process.exitCode = 3;", 3],
    ["process.exit(4);", 4],
    [`throw new Error("gone");`, 1],
  ] as const;
  // Each starts a process, which takes seconds: `npm run check` has all of them.
  const whole = process.env.METRIGRAD_SWEEP === "full";
  for (const [after, code] of whole ? ways : ways.filter((_, at) => at % 2 === 0)) {
    const result = await child(after);
    t.match(result.text, /3 threads/);
    t.equal(result.code, code, `exit code after ${after || "nothing"}`);
    t.ok(result.seconds < 2, `${result.seconds.toFixed(3)} s`);
  }
});
