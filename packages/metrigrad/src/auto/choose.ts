import { type Backend, BackendError, GraphError } from "@metrigrad/tensor";
import type { Measure } from "./measure.ts";

/**
 * A backend, and the reason why {@link auto} chose it.
 *
 * @category Backends
 */
export interface Choice {
  /** The chosen backend. Close it when you are done. */
  readonly backend: Backend;
  /** The measured times, or why nothing was measured. */
  readonly why: string;
}

/** How to make the two backends. */
export interface Openers {
  readonly cpu: () => Promise<Backend>;
  readonly gpu: () => Promise<Backend>;
}

/** How many times slower than the cpu a gpu need not be measured to the end. */
const hopeless = 10;

/** What one of them takes: seconds, or the error of one that cannot. */
type Taken = number | BackendError;

/** Measures both backends, keeps the quicker and closes the other. See `auto`. */
export async function choose({ cpu, gpu }: Openers, measure: Measure): Promise<Choice> {
  const host = await cpu();
  let device: Backend;
  try {
    device = await gpu();
  } catch (error) {
    if (error instanceof BackendError) {
      return { backend: host, why: `cpu, since no gpu answers: ${error.message}` };
    }
    await host.close();
    throw error;
  }
  try {
    const here = await taken(host, measure, Number.POSITIVE_INFINITY);
    const enough = typeof here === "number" ? hopeless * here : Number.POSITIVE_INFINITY;
    const there = await taken(device, measure, enough);
    const { name, why } = decide(here, there);
    const [kept, other] = name === "cpu" ? [host, device] : [device, host];
    const choice = { backend: kept, why: `${why} (${device.describe()})` };
    await other.close();
    return choice;
  } catch (error) {
    await host.close();
    await device.close();
    throw error;
  }
}

async function taken(backend: Backend, measure: Measure, enough: number): Promise<Taken> {
  let seconds: unknown;
  try {
    seconds = await measure(backend, enough);
  } catch (error) {
    if (error instanceof BackendError) return error;
    throw error;
  }
  if (typeof seconds === "number" && seconds >= 0 && seconds < Number.POSITIVE_INFINITY) {
    return seconds;
  }
  throw new GraphError({
    where: "auto",
    must: "what measures must return the seconds of a run",
    got: String(seconds),
    todo: "pass trainingTime(…), programTime(…), or a function (backend) => Promise<number>",
  });
}

/** The quicker backend, the cpu where they are equal. Throws where neither can. */
export function decide(
  cpu: Taken,
  gpu: Taken,
): { readonly name: "cpu" | "gpu"; readonly why: string } {
  if (typeof gpu !== "number") {
    if (typeof cpu !== "number") throw cpu;
    return { name: "cpu", why: `cpu, since the gpu backend fails: ${gpu.message}` };
  }
  if (typeof cpu !== "number") {
    return { name: "gpu", why: `gpu, since the cpu backend fails: ${cpu.message}` };
  }
  const name = gpu < cpu ? "gpu" : "cpu";
  const times = Number((Math.max(cpu, gpu) / Math.min(cpu, gpu)).toPrecision(2));
  const least = gpu > hopeless * cpu ? "at least " : "";
  const numbers = `a run takes ${show(cpu)} on the cpu and ${least}${show(gpu)} on the gpu`;
  return { name, why: `${name}, which is ${least}${times} times as fast: ${numbers}` };
}

function show(seconds: number): string {
  return `${Number((1000 * seconds).toPrecision(3))} ms`;
}
