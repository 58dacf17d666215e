import { add, compile, grad, type Node } from "@metrigrad/graph";
import { type MetricTable, subsystems } from "@metrigrad/metric";
import type { AnyModule } from "@metrigrad/nn";
import { reference } from "@metrigrad/tensor";
import { Matrix, solve } from "ml-matrix";
import type { OptimizerContext } from "../src/index.ts";
import type { Feeds } from "./problem.ts";

/**
 * θ − γ(g + λI)⁻¹∇L of every parameter by its path, solved on the host with the blocks and the whole gradients
 * of the start.
 */
export async function byHand(
  model: AnyModule,
  context: OptimizerContext,
  feeds: Feeds,
  { table, gamma, lambda }: { table: MetricTable; gamma: number; lambda: number },
): Promise<Map<string, number[]>> {
  const variables = context.parameters.map(({ variable }) => variable);
  const whole = context.penalty === null ? context.loss : add(context.loss, context.penalty.value);
  const found = subsystems(context.applications, table, variables);
  const blocks = found.map(({ block }) => block?.toDense() as Node);
  const backend = await reference();
  const store = await backend.store(model, { seed: 1 });
  const program = await compile({ outputs: [...grad(whole, variables), ...blocks] }, store);
  const handles = await program.run(feeds);
  const all: number[][] = [];
  for (const handle of handles) all.push([...(await handle.read()).data()]);
  const expected = new Map<string, number[]>();
  for (const [k, { params }] of found.entries()) {
    const at = params.map((one) => variables.indexOf(one));
    const slope = at.flatMap((index) => all[index] as number[]);
    const size = slope.length;
    const g = Matrix.from1DArray(size, size, all[variables.length + k] as number[]);
    const damped = g.add(Matrix.eye(size).mul(lambda));
    const step = solve(damped, Matrix.columnVector(slope)).to1DArray();
    let begin = 0;
    for (const index of at) {
      const { path } = context.parameters[index] as (typeof context.parameters)[0];
      const value = [...(await store.read(path)).data()];
      const moved = value.map((one, i) => one - gamma * (step[begin + i] as number));
      expected.set(path, moved);
      begin += value.length;
    }
  }
  await backend.close();
  return expected;
}
