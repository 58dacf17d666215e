import v8 from "node:v8";
import vm from "node:vm";
import { type Backend, compile, tensor } from "metrigrad";
import { paperWidths, stepProblem } from "../network.ts";
import { stepGraph } from "../ours/step.ts";
import { type Result, resultOf } from "../result.ts";
import type { Session } from "../session.ts";

/** Rows of the batch whose memory is measured: so many that the arena is most of it. */
const batch = 5000;

/** What a step holds beside its variables over what its plan's arena says, and growth by many steps. */
export async function stepMemory({ ours, options, progress }: Session): Promise<Result[]> {
  const results: Result[] = [];
  const steps = options.quick ? 2_000 : 100_000;
  for (const { backend, variant } of ours) {
    progress(`step memory ${variant}`);
    const found = await overArena(backend);
    const growth = await growthOver(backend, steps);
    const add = (name: string, unit: string, value: number) => {
      const measured = { suite: "step", case: `${name} ${variant}`, unit, ours: value };
      results.push(resultOf({ ...measured, better: "lower", peers: {} }));
    };
    add("memory over arena", "ratio", found);
    add(`growth over ${steps} steps`, "MB", growth);
  }
  return results;
}

/** Bytes of a backend's memory in use, by what it says of itself. */
function inUse(backend: Backend): number {
  const [, megabytes] = /([\d.]+) MB/.exec(backend.describe()) ?? [];
  if (megabytes === undefined) throw new Error("describe() must tell the megabytes in use");
  return 1e6 * Number(megabytes);
}

async function overArena(backend: Backend): Promise<number> {
  const { updates, variables } = stepGraph(stepProblem("adam", paperWidths, batch));
  const before = inUse(backend);
  const store = await backend.store(variables);
  const program = await compile({ outputs: [], updates }, store);
  await program.run({ rows: tensor(Int32Array.from({ length: batch }, (_, i) => i)) });
  const ratio = (inUse(backend) - before - store.bytes) / program.plan.arenaBytes;
  await store.close();
  return ratio;
}

/** Megabytes of the backend and of the host's heap that many steps add, after a warm-up. */
async function growthOver(backend: Backend, steps: number): Promise<number> {
  const { updates, variables } = stepGraph(stepProblem("adam", paperWidths, 50));
  const store = await backend.store(variables);
  const program = await compile({ outputs: [], updates }, store);
  const rows = tensor(Int32Array.from({ length: 50 }, (_, i) => i));
  v8.setFlagsFromString("--expose-gc");
  const collect = vm.runInNewContext("gc") as () => void;
  const bytes = () => {
    collect();
    return inUse(backend) + process.memoryUsage().heapUsed;
  };
  for (let i = 0; i < 1000; i++) await program.run({ rows });
  const before = bytes();
  for (let i = 0; i < steps; i++) await program.run({ rows });
  const growth = bytes() - before;
  await store.close();
  return growth / 1e6;
}
