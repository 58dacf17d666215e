/** What a training step asks of the device in mode webgpu: one submit, a few bytes of batch indices, nothing else. */
import { adam, categorical, dataSet, dense, fit, relu, rngd, sequential, tensor } from "metrigrad";
import test from "tape";
import { acquireContext } from "../packages/gpu/src/webgpu/acquire.ts";
import { onWebGpu } from "../packages/gpu/test/support/adapter.ts";

const rows = (count: number) => ({
  inputs: tensor(
    Float32Array.from({ length: count * 6 }, (_, i) => Math.sin(i * i)),
    { shape: [count, 6] },
  ),
  targets: tensor(Int32Array.from({ length: count }, (_, i) => (i * 7) % 3)),
});

/** Functions of the device and its queue that a step may or must not call. */
const made = [
  "createBuffer",
  "createBindGroup",
  "createBindGroupLayout",
  "createComputePipeline",
  "createComputePipelineAsync",
  "createShaderModule",
];

/** Counts calls until `restore`; `bytes` are those of uploads. */
function counting(device: GPUDevice) {
  const counts: Record<string, number> = { bytes: 0 };
  const restore: (() => void)[] = [];
  const wrap = (owner: object, name: string) => {
    const plain = Reflect.get(owner, name) as (...args: unknown[]) => unknown;
    counts[name] = 0;
    const wrapped = (...args: unknown[]) => {
      counts[name] = (counts[name] as number) + 1;
      if (name === "writeBuffer")
        counts.bytes = (counts.bytes as number) + (args[2] as Uint8Array).byteLength;
      return plain.apply(owner, args);
    };
    Object.defineProperty(owner, name, { value: wrapped, configurable: true });
    restore.push(() => Reflect.deleteProperty(owner, name));
  };
  for (const name of made) wrap(device, name);
  for (const name of ["submit", "writeBuffer"]) wrap(device.queue, name);
  return { now: () => ({ ...counts }), restore: () => restore.splice(0).map((undo) => undo()) };
}

test("a training step on webgpu is one submit, and uploads the indices of its batch only", async (t) => {
  await onWebGpu(t, async (backend) => {
    const { device } = await acquireContext();
    const data = dataSet({ name: "waves", train: rows(80), valid: rows(10), test: rows(10) });
    // One layer under RNGD: each shape is compiled anew, which takes seconds on a processor.
    for (const [model, optimizer] of [
      [sequential(dense(6, 8, { activation: relu }), dense(8, 3)), adam({ learningRate: 0.01 })],
      [dense(6, 3), rngd()],
    ] as const) {
      const counted = counting(device);
      const seen: Record<string, number>[] = [];
      const run = fit(model, {
        ...{ data, backend, optimizer, likelihood: categorical() },
        ...{ batchSize: 10, epochs: 1, seed: 1, onStep: () => seen.push(counted.now()) },
      });
      const [epoch] = await run.finish();
      counted.restore();
      const times = run.profile();
      await run.close();
      t.ok((epoch?.trainCost as number) > 0);
      if (device.features.has("timestamp-query")) {
        const { seconds = 0, secondsMetric = Number.NaN } = epoch ?? {};
        const named = `${optimizer.name}: ${secondsMetric} s of ${seconds} s`;
        if (optimizer.name === "rngd") t.ok(secondsMetric > 0 && secondsMetric < seconds, named);
        else t.equal(secondsMetric, 0, named);
        const kinds = times.map(({ kind }) => kind);
        t.ok(kinds.includes("matmul") && kinds.includes("map"), kinds.join());
        const sum = times.reduce((total, time) => total + time.seconds, 0);
        t.ok(times.every((time) => time.seconds >= time.secondsMetric));
        t.ok(sum > 0 && sum < seconds, `${sum} s a step by kinds`);
      }
      t.equal(seen.length, 8);
      const [first, last] = [seen[1], seen[6]] as [Record<string, number>, Record<string, number>];
      const steps = (name: string) => ((last[name] as number) - (first[name] as number)) / 5;
      t.equal(steps("submit"), 1, "submits");
      t.ok(steps("bytes") <= 64, `${steps("bytes")} bytes are uploaded for 10 indices`);
      for (const name of made) t.equal(steps(name), 0, name);
      t.ok((first.createComputePipelineAsync as number) > 0, "what is counted was called before");
    }
  });
});
