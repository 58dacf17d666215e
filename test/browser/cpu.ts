/**
 * The cpu backend in a page: the built packages as a page would load them. Like the other pages of
 * scripts/browser.mjs it hands back what each backend is, and what is wrong.
 */
import { cpu } from "@metrigrad/cpu";
import {
  affine,
  checkBackend,
  compile,
  grad,
  input,
  matmul,
  mean,
  square,
  sum,
  tanh,
  transpose,
  variable,
} from "@metrigrad/graph";
import { type Backend, tensor } from "@metrigrad/tensor";

/** One line of the report. */
export interface Line {
  readonly name: string;
  readonly described: string;
  readonly problems: readonly string[];
}

/** Outputs of a step that is large enough for several threads, as text. */
async function largeStep(backend: Backend): Promise<string> {
  const init = ({ shape }: { shape: readonly number[] }) => {
    const size = shape.reduce((product, length) => product * length, 1);
    return Float32Array.from({ length: size }, (_, i) => Math.sin(i) / 20);
  };
  const w = variable("w", [401, 160], { init });
  const x = input("x", [300, 400]);
  const hidden = tanh(affine(x, w));
  const kernel = matmul(hidden, transpose(hidden));
  const loss = mean(square(kernel));
  const outputs = { loss, gradient: grad(loss, w), total: sum(x) };
  const store = await backend.store([w.attrs], { seed: 1 });
  const program = await compile({ outputs }, store);
  const values = Float32Array.from({ length: 300 * 400 }, (_, i) => Math.cos(i));
  const fed = tensor(values, { shape: [300, 400] });
  let text = "";
  for (let run = 0; run < 20; run++) {
    const handles = await program.run({ x: fed });
    const read = await Promise.all(Object.values(handles).map((handle) => handle.read()));
    text = read.map((value) => value.data().join()).join(";");
  }
  await store.close();
  return text;
}

/** What `describe()` says of a number of threads. */
function threadsText(threads: number): string {
  return threads === 1 ? ", 1 thread, " : `, ${threads} threads, `;
}

/** Checks backends on one thread and on several, plain and with the browser's best instructions. */
async function check(): Promise<Line[]> {
  const lines: Line[] = [];
  const known = new Map<boolean, string>();
  for (const relaxed of [false, true]) {
    for (const threads of [1, 2, 3]) {
      const problems: string[] = [];
      let described = "";
      const started = performance.now();
      try {
        const backend = await cpu(relaxed ? { threads } : { threads, relaxed });
        described = backend.describe();
        const isolated = globalThis.crossOriginIsolated;
        const wanted = threadsText(isolated ? threads : 1);
        if (!described.includes(wanted)) problems.push(`expected "${wanted}"`);
        const { results } = await checkBackend(backend);
        if (results.length < 500) problems.push(`only ${results.length} comparisons`);
        const text = await largeStep(backend);
        const first = known.get(relaxed) ?? text;
        known.set(relaxed, first);
        if (!text.includes(",") || text.includes("NaN"))
          problems.push("a large step gave no numbers");
        if (text !== first) problems.push("a large step gave other bits than on one thread");
        await backend.close();
      } catch (error) {
        problems.push(String(error));
      }
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      const name = `${relaxed ? "default" : "plain"}, threads: ${threads}, ${seconds} s`;
      lines.push({ name, described, problems });
    }
  }
  const backend = await cpu();
  const described = backend.describe();
  const cores = globalThis.crossOriginIsolated ? navigator.hardwareConcurrency : 1;
  const wanted = threadsText(cores);
  const problems = described.includes(wanted) ? [] : [`expected "${wanted}"`];
  lines.push({ name: "no options", described, problems });
  await backend.close();
  return lines;
}

// The page's runner calls it by this name.
Object.assign(globalThis, { check });
