import { type Store, type Tensor, tensor } from "@metrigrad/tensor";
import type { Node } from "../core/node.ts";
import { input } from "../ops/input.ts";
import { vjp } from "../transform/vjp.ts";
import { vmap } from "../transform/vmap.ts";
import type { OpFunction } from "./case.ts";
import { type CheckResult, compareTensors } from "./report.ts";
import { evaluator, inputLike, moved, noiseLike } from "./trace.ts";

/** The number of cases in a batch. */
const cases = 3;

/**
 * Makes values like the given one: floats that differ a little, and other values with their
 * elements in another order.
 */
function variants(value: Tensor, path: string): Tensor[] {
  return Array.from({ length: cases }, (_, index) => {
    if (value.dtype === "f64")
      return moved(value, noiseLike(value.shape, `${path}/${index}`), 0.02 * index);
    const data = value.data();
    const rotated = data.map((_, i) => data[(i + index) % data.length] as number);
    return tensor(rotated, { shape: value.shape, dtype: value.dtype });
  });
}

/** Stacks tensors of one shape and type along a new first axis. */
function stacked(values: readonly Tensor[]): Tensor {
  const [first] = values as [Tensor];
  const size = first.size;
  const data = first.data().slice(0, 0).constructor as new (size: number) => Float64Array;
  const all = new data(size * values.length);
  values.forEach((value, index) => {
    all.set(value.data() as Float64Array, index * size);
  });
  return tensor(all, { shape: [values.length, ...first.shape], dtype: first.dtype });
}

/** Returns which arguments are batched together. The last argument is the cotangent. */
function choices(count: number): number[][] {
  const inputs = Array.from({ length: count }, (_, index) => index);
  const subsets = Array.from({ length: 2 ** count - 1 }, (_, bits) =>
    inputs.filter((index) => ((bits + 1) >> index) & 1),
  );
  const few = count <= 3 ? subsets : [...inputs.map((index) => [index]), inputs];
  return [...few, [count], [...inputs, count]];
}

/**
 * Compares the batch rule of a function with a loop over the cases, and also the batch rule of its
 * pullback if `pullback` is true. It does this for every choice of batched inputs and cotangent.
 */
export async function batchResults(
  name: string,
  f: OpFunction,
  values: readonly Tensor[],
  store: Store,
  pullback: boolean,
  tolerance: number,
): Promise<CheckResult[]> {
  const inputs = values.map((value, index) => inputLike(`x${index}`, value));
  const single = f(...inputs);
  const differentiable =
    pullback && single.type === "float" && inputs.some(({ type }) => type === "float");
  const results = (xs: readonly Node[], c: Node): Node[] => {
    const y = f(...xs);
    const floats = xs.filter((x) => x.type === "float");
    return differentiable ? [y, ...vjp([y], floats, [c])] : [y];
  };
  const c = input("c", single.shape);
  const given = [...values, noiseLike(single.shape, "c")];
  const options = choices(inputs.length).filter(
    (chosen) => chosen.length > 0 && (differentiable || !chosen.includes(inputs.length)),
  );
  if (options.length === 0) return [];

  const args = [...inputs, c];
  const named = args.map((_, index) => (index === inputs.length ? "c" : `x${index}`));
  const many = args.map((arg, index) =>
    input(`${named[index]} cases`, [cases, ...arg.shape], arg.type),
  );
  const batched = options.flatMap((chosen) => {
    const inAxes = args.map((_, index) => (chosen.includes(index) ? 0 : null));
    const mapped = vmap((...xs) => results(xs.slice(0, -1), xs.at(-1) as Node), { inAxes });
    return mapped(
      ...args.map((arg, index) => (chosen.includes(index) ? many[index] : arg) as Node),
    );
  });
  const one = results(inputs, c);
  const together = await evaluator(batched, store);
  const alone = await evaluator(one, store);
  const lists = given.map((value, index) => variants(value, `${named[index]}`));
  const feeds: Record<string, Tensor> = {};
  named.forEach((key, index) => {
    feeds[key] = given[index] as Tensor;
    feeds[`${key} cases`] = stacked(lists[index] as Tensor[]);
  });
  const got = await together.run(feeds);
  const found: CheckResult[] = [];
  for (const [number, chosen] of options.entries()) {
    const loop: Tensor[][] = [];
    for (let index = 0; index < cases; index++) {
      const own = chosen.map((which) => [named[which], lists[which]?.[index]]);
      loop.push(await alone.run({ ...feeds, ...Object.fromEntries(own) }));
    }
    const what = chosen.map((which) =>
      which === inputs.length ? "the cotangent" : `input ${which}`,
    );
    one.forEach((_, output) => {
      const expected = stacked(loop.map((outputs) => outputs[output] as Tensor));
      const label = `${name}: batch rule of ${output === 0 ? "the op" : "its vjp"}, cases in ${what.join(", ")}`;
      const value = got[number * one.length + output] as Tensor;
      found.push(compareTensors(label, value, expected, tolerance));
    });
  }
  await together.close();
  await alone.close();
  return found;
}
