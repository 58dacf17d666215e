import {
  add,
  cholesky,
  compile,
  eigh,
  gather,
  gram,
  matmul,
  mul,
  type Node,
  triangularSolve,
  type Variable,
  variable,
} from "@metrigrad/graph";
import { type Backend, tensor } from "@metrigrad/tensor";
import { type Work, type WorkKind, worksOf } from "./stepWork.ts";

/** How fast work of a size is done. */
export interface Rate {
  /** Additions and multiplications, or bytes, of one time. */
  readonly size: number;
  /** Of these a second. */
  readonly perSecond: number;
}

/** The rates of each kind of work, the smallest size first. */
export type Rates = Readonly<Record<WorkKind, readonly Rate[]>>;

/** What is measured: for each kind the sizes, and the node of a size with its inputs. */
type Sample = (size: number, input: (shape: readonly number[]) => Variable) => Node;

const orders = [32, 128, 512, 1024];
const lengths = [1e3, 3e4, 1e6, 4e6];
/** A matrix that has a factor, and eigenvalues apart. */
const definite = (input: Parameters<Sample>[1], d: number) => gram(input([2 * d, d]));

const samples: Readonly<Record<WorkKind, readonly [sizes: readonly number[], sample: Sample]>> = {
  product: [orders, (d, input) => matmul(input([d, d]), input([d, d]))],
  gram: [orders, (d, input) => gram(input([d, d]))],
  cholesky: [orders, (d, input) => cholesky(definite(input, d))],
  solve: [orders, (d, input) => triangularSolve(cholesky(definite(input, d)), input([d, d]))],
  eigh: [[16, 64, 256, 768], (d, input) => eigh(definite(input, d)).values],
  elementwise: [lengths, (n, input) => add(mul(input([n]), input([n])), input([n]))],
  gather: [lengths, (n, input) => gather(input([n]), tensor(scattered(n)), { axis: 0 })],
};

/** Seconds for which a sample is repeated, at least. */
const enough = 0.03;
/** Runs of a sample that count, at most. */
const most = 20;

/** Measures the rates of a backend. It takes some seconds. */
export async function measuredRates(backend: Backend): Promise<Rates> {
  const measured = async (kind: WorkKind): Promise<readonly Rate[]> => {
    const [sizes, sample] = samples[kind];
    const found: Rate[] = [];
    for (const size of sizes) found.push(await measuredRate(kind, size, sample, backend));
    return found;
  };
  return {
    product: await measured("product"),
    gram: await measured("gram"),
    cholesky: await measured("cholesky"),
    solve: await measured("solve"),
    eigh: await measured("eigh"),
    elementwise: await measured("elementwise"),
    gather: await measured("gather"),
  };
}

async function measuredRate(
  kind: WorkKind,
  size: number,
  sample: Sample,
  backend: Backend,
): Promise<Rate> {
  const store = await backend.store([], { seed: 1 });
  try {
    let made = 0;
    const input = (shape: readonly number[]) =>
      variable(`sample${made++}`, shape, { role: "data", init: values });
    const node = sample(size, input);
    const program = await compile({ outputs: [node] }, store);
    // The last step of that kind is what is measured; others make its inputs.
    const works = worksOf(program.plan);
    const at = works.findLastIndex((work) => work.kind === kind);
    const times: number[] = [];
    const start = performance.now();
    for (let run = 0; run < most; run++) {
      if (run >= 3 && performance.now() - start > 1000 * enough) break;
      const begun = performance.now();
      const steps = await program.profile?.();
      if (steps === undefined) {
        const [handle] = await program.run();
        await handle?.read();
      }
      const whole = (performance.now() - begun) / 1000;
      if (run > 0) times.push(steps?.[at] ?? whole);
    }
    const { each = 0, count = 1 } = works[at] ?? {};
    // The shortest is that which nothing else disturbed.
    return { size: each, perSecond: (count * each) / Math.max(1e-9, Math.min(...times)) };
  } finally {
    await store.close();
  }
}

/** Values between −1 and 1 without an order. */
function values({ shape }: { readonly shape: readonly number[] }): Float64Array {
  const length = shape.reduce((product, one) => product * one, 1);
  return Float64Array.from({ length }, (_, at) => Math.sin(at * at + at));
}

/** The places of a lower triangle and the like: in order, with jumps. */
function scattered(n: number): Int32Array {
  const row = Math.ceil(Math.sqrt(n));
  return Int32Array.from({ length: n }, (_, at) => (at * row + Math.floor(at / row)) % n);
}

/** Returns the seconds of a piece of work, by its arithmetic or by its bytes if these take longer. */
export function workSeconds(
  { kind, count, each, bytes }: Omit<Work, "metric">,
  rates: Rates,
): number {
  const arithmetic = each / rateAt(rates[kind], each);
  const memory = kind === "gather" ? 0 : bytes / rateAt(rates.elementwise, bytes);
  return each === 0 ? 0 : count * Math.max(arithmetic, memory);
}

/** Returns the rate at a size: between two that were measured it grows by equal factors, beyond them it stays. */
export function rateAt(rates: readonly Rate[], size: number): number {
  const after = rates.findIndex((rate) => rate.size >= size);
  const last = rates.at(-1)?.perSecond ?? Number.NaN;
  if (after === -1) return last;
  const [low, high] = [rates[after - 1], rates[after] as Rate];
  if (low === undefined) return high.perSecond;
  const share = Math.log(size / low.size) / Math.log(high.size / low.size);
  return low.perSecond * (high.perSecond / low.perSecond) ** share;
}
