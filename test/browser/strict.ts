/**
 * Pages whose Content-Security-Policy forbids code from strings and workers, and, for `locked`, WebAssembly: what works there,
 * and what the errors say.
 */
import { type Backend, compile, constant, cpu, gpu, matmul, tensor } from "metrigrad";
import type { Line } from "./cpu.ts";

async function product(backend: Backend): Promise<string> {
  const store = await backend.store([]);
  const y = matmul(constant(tensor([[1, 2]])), constant(tensor([[3], [4]])));
  const program = await compile({ outputs: { y } }, store);
  const { y: result } = await program.run();
  const text = JSON.stringify((await result.read()).toArray());
  await backend.close();
  return text;
}

/** A line for a backend, or for the error that must come in its place. */
async function lineOf(name: string, open: () => Promise<Backend>, expected: RegExp): Promise<Line> {
  try {
    const backend = await open();
    const described = backend.describe();
    const result = await product(backend);
    const problems = result === "[[11]]" ? [] : [`the product is ${result}`];
    return {
      name,
      described,
      problems: expected.test(described) ? problems : [...problems, described],
    };
  } catch (error) {
    const described = String(error);
    return { name, described, problems: expected.test(described) ? [] : [described] };
  }
}

async function check(): Promise<Line[]> {
  const locked = location.pathname.includes("locked");
  const lines = [
    await lineOf(
      "cpu()",
      () => cpu(),
      locked
        ? /BackendError: cpu\(\): the page must allow WebAssembly, .*'wasm-unsafe-eval'/
        : /, 1 thread, /,
    ),
  ];
  if (locked) return lines;
  const webgpu =
    /^gpu: webgpu|BackendError: gpu\(\): gpu\.js must be allowed to make code from strings, .*'unsafe-eval'/;
  return [
    ...lines,
    await lineOf(
      "cpu({ threads: 2 })",
      () => cpu({ threads: 2 }),
      /BackendError: cpu, threads: .*worker could not start/,
    ),
    await lineOf("gpu({ mode: 'webgpu' })", () => gpu({ mode: "webgpu" }), webgpu),
    await lineOf(
      "gpu({ mode: 'cpu' })",
      () => gpu({ mode: "cpu" }),
      /BackendError: gpu\(.*\): gpu\.js must be allowed to make code from strings, .*'unsafe-eval'/,
    ),
  ];
}

Object.assign(globalThis, { check });
