import { compile, grad, type Node, variable } from "@metrigrad/graph";
import type { Block, SolveOptions } from "@metrigrad/metric";
import type { Matrix } from "ml-matrix";
import { onReference, type Tested } from "./backends.ts";
import { asMatrix, asTensor } from "./draws.ts";

/** A subsystem with one weight matrix: its loss and metric as functions of it. */
export interface Problem {
  readonly w: Matrix;
  readonly loss: (w: Node) => Node;
  readonly block: (w: Node) => Block;
}

/** −g⁻¹∂L/∂w: the direction of RNGD with γ = 1. */
export async function direction(
  { w, loss, block }: Problem,
  damping: NonNullable<SolveOptions["damping"]> = {},
  on: Tested = onReference,
): Promise<Matrix> {
  const parameter = variable("w", [w.rows, w.columns]);
  const store = await on.store({ variables: [{ path: "w", spec: parameter.attrs }] });
  await store.write("w", asTensor(w));
  const gradient = grad(loss(parameter), parameter);
  const outputs = block(parameter).solve(gradient, { damping, solver: "dense" });
  const program = await compile({ outputs }, store);
  const value = asMatrix(await (await program.run()).read());
  await store.close();
  return value.mul(-1);
}
