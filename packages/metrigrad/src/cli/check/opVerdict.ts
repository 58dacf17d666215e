import { checkOp, constant, type Node, type OpCase, type OpRow } from "@metrigrad/graph";
import { reference, type Tensor, tensor, uniformStream } from "@metrigrad/tensor";
import { evaluate } from "@metrigrad/train";
import type { CallableOp } from "./found.ts";
import { unchecked, type Verdict, verdictOfOp } from "./verdict.ts";

/** Where a formula is looked at: numbers around 0, then positive ones, then those between 0 and 1. */
const domains: readonly ((normal: number, uniform: number) => number)[] = [
  (normal) => normal,
  (normal) => Math.exp(normal),
  (_, uniform) => 0.05 + 0.9 * uniform,
];

/**
 * Checks an op: a row on its cases, a formula on draws from the first domain in which its values are finite. The shapes
 * and settings of other ops are not known here.
 */
export async function opVerdict(op: CallableOp | OpRow, seed: number): Promise<Verdict> {
  if ("cases" in op) return verdictOfOp(() => checkOp(op.f, op.cases, { name: op.op }));
  const { name, arity } = op.op;
  if (arity === undefined || !takesFloats(op)) {
    return unchecked(`export a row { op: "${name}", f, cases } for it`);
  }
  const f = op as unknown as (...inputs: readonly Node[]) => Node;
  for (const domain of domains.keys()) {
    const cases = casesOf(arity, seed, domain);
    if (await finiteAt(f, cases)) return verdictOfOp(() => checkOp(f, cases, { name }));
  }
  return unchecked(
    `it is not finite; export a row { op: "${name}", f, cases } with points where it is`,
  );
}

function takesFloats(op: CallableOp): boolean {
  try {
    return op.expr !== undefined;
  } catch {
    return false;
  }
}

/** Draws of all inputs, alike in shape and broadcasting. */
function casesOf(arity: number, seed: number, domain: number): readonly OpCase[] {
  const stream = uniformStream({ seed, path: `check/op/${domain}` });
  const drawn = (input: number, shape: readonly number[]) => {
    const length = shape.reduce((a, b) => a * b, 1);
    const values = Float64Array.from({ length }, (_, i) => {
      const at = 16 * input + i;
      return (domains[domain] as (typeof domains)[number])(stream.normal(at), stream.uniform(at));
    });
    return tensor(values, { shape });
  };
  const inputs = (shapes: (input: number) => readonly number[]) =>
    Array.from({ length: arity }, (_, input) => drawn(input, shapes(input)));
  const alike = { name: "draws", inputs: inputs(() => [5]) };
  if (arity === 1) return [alike];
  return [alike, { name: "broadcast", inputs: inputs((input) => (input === 0 ? [3, 2] : [2])) }];
}

/** Whether the values of a function are finite at all cases. */
async function finiteAt(f: (...xs: readonly Node[]) => Node, cases: readonly OpCase[]) {
  const backend = await reference();
  try {
    const store = await backend.store([], { float: "f64" });
    const nodes = cases.map(({ inputs }) => f(...inputs.map((x) => constant(x as Tensor))));
    const values = await evaluate(nodes, { store });
    return values.every((value) => Array.from(value.data()).every(Number.isFinite));
  } finally {
    await backend.close();
  }
}
