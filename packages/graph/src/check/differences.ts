import type { Store, Tensor } from "@metrigrad/tensor";
import type { Node } from "../core/node.ts";
import { add } from "../ops/arithmetic.ts";
import { constant } from "../ops/constant.ts";
import { input } from "../ops/input.ts";
import { jvp } from "../transform/jvp.ts";
import { vjp } from "../transform/vjp.ts";
import type { OpFunction } from "./case.ts";
import { type CheckResult, compareNumbers } from "./report.ts";
import { dot, evaluator, inputLike, moved, noiseLike } from "./trace.ts";

/** How derivatives are compared. */
export interface DifferenceOptions {
  /** The highest order of the derivatives. */
  readonly order: 1 | 2;
  /** The number of random directions. */
  readonly directions: number;
  /** The step of the central differences. */
  readonly step: number;
  /** The largest relative error. */
  readonly tolerance: number;
}

/** Scalars along directions v and u, for a cotangent c of y = f(x). */
interface Probes {
  /** The value c'y. */
  readonly value: Node;
  /** The derivatives c' ∂y/∂xᵢ vᵢ by `vjp`, one for each float input. */
  readonly first: Node[];
  /** The derivative Σᵢ c' ∂y/∂xᵢ vᵢ by `jvp`. */
  readonly forward: Node;
  /** The derivative Σᵢ c' ∂y/∂xᵢ uᵢ. */
  readonly slope: Node;
  /** The derivative of `slope` along vᵢ, one for each float input. */
  readonly second: Node[];
}

/** Makes the nodes of the probes. */
function probesOf(y: Node, xs: readonly Node[], order: 1 | 2): Probes {
  const named = (name: string) => xs.map((x, index) => input(`${name}${index}`, x.shape));
  const [v, u] = [named("v"), named("u")];
  const c = input("c", y.shape);
  const along = (nodes: readonly Node[], by: readonly Node[]) =>
    nodes.map((node, index) => dot(node, by[index] as Node));
  const pulled = vjp([y], xs, [c]);
  const slope = along(pulled, u).reduce((a, b) => add(a, b));
  const curved = order === 2 ? vjp([slope], xs, [constant(1)]) : [];
  const [pushed] = jvp([y], xs, v) as [Node];
  return {
    value: dot(y, c),
    first: along(pulled, v),
    forward: dot(pushed, c),
    slope,
    second: along(curved, v),
  };
}

/**
 * Compares the derivatives of a float result with central differences in random directions, for
 * each float input. It also compares `jvp` with `vjp`: ⟨c, J v⟩ = ⟨J'c, v⟩.
 */
export async function differenceResults(
  name: string,
  f: OpFunction,
  values: readonly Tensor[],
  store: Store,
  options: DifferenceOptions,
): Promise<CheckResult[]> {
  const { order, step, tolerance } = options;
  const inputs = values.map((value, index) => inputLike(`x${index}`, value));
  const places = inputs.flatMap((x, index) => (x.type === "float" ? [index] : []));
  const y = f(...inputs);
  if (y.type !== "float" || places.length === 0) return [];
  const xs = places.map((index) => inputs[index] as Node);
  const probes = probesOf(y, xs, order);
  const { value, slope, forward, first, second } = probes;
  const program = await evaluator([value, slope, forward, ...first, ...second], store);
  const results: CheckResult[] = [];
  for (let round = 0; round < options.directions; round++) {
    const noise = (what: string, shape: readonly number[]) => noiseLike(shape, `${what}/${round}`);
    const feeds: Record<string, Tensor> = { c: noise("c", y.shape) };
    inputs.forEach((_, index) => {
      feeds[`x${index}`] = values[index] as Tensor;
    });
    xs.forEach((x, index) => {
      feeds[`v${index}`] = noise(`v${index}`, x.shape);
      feeds[`u${index}`] = noise(`u${index}`, x.shape);
    });
    const at = async (given: Record<string, Tensor>) =>
      (await program.run(given)).map((tensor) => tensor.item());
    const [, , byJvp = Number.NaN, ...rest] = await at(feeds);
    const byVjp = rest.slice(0, xs.length).reduce((a, b) => a + b, 0);
    results.push(compareNumbers(`${name}: jvp against vjp`, byJvp, byVjp, tolerance, 0.1));
    for (const [index, place] of places.entries()) {
      const key = `x${place}`;
      const along = (h: number) => {
        const there = moved(values[place] as Tensor, feeds[`v${index}`] as Tensor, h);
        return at({ ...feeds, [key]: there });
      };
      const up = await along(step);
      const down = await along(-step);
      const by = (which: number) => ((up[which] as number) - (down[which] as number)) / (2 * step);
      const compare = (what: string, got: number | undefined, which: number) =>
        compareNumbers(
          `${name}: ${what} by input ${place}`,
          got ?? Number.NaN,
          by(which),
          tolerance,
          0.1,
        );
      results.push(compare("first derivative", rest[index], 0));
      if (order === 2) results.push(compare("second derivative", rest[xs.length + index], 1));
    }
  }
  await program.close();
  return results;
}
