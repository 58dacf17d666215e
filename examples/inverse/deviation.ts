import {
  cholesky,
  choleskySolve,
  concat,
  grad,
  isVariable,
  jacobianRows,
  matmul,
  mul,
  type Node,
  type NodeTree,
  nodesOf,
  type Problem,
  reshape,
  type Solved,
  sizeOf,
  sqrt,
  sum,
  topological,
  trace,
  transpose,
} from "metrigrad";

/**
 * The standard deviation of a function q of the parameters when residuals are Gaussian with variances 1/weight: √(q'F⁻¹q') with the
 * Fisher information F of all residuals (the method of Laplace).
 *
 * @param count - What F is over: that many times the loss, which is a mean, such as the number of measurements.
 * @param of - q, a scalar of the model.
 */
export async function deviationOf<U>(
  run: Solved<U>,
  problem: Problem<U>,
  count: number,
  of: (u: U) => Node,
): Promise<number> {
  const names = Object.keys(problem.parts);
  const places = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await run.points(name)] as const)),
  );
  const found = await run.at(places, (u: U, at) => {
    const target = of(u);
    const residuals = names.map((name) => problem.parts[name]?.of(u, at[name] as never) as Node);
    const params = topological(residuals).filter(
      (node) => isVariable(node) && node.attrs.role === "parameter",
    );
    const rows = residuals.map((r, part) => {
      const name = names[part] as string;
      const n = r.shape[0] as number;
      const share = Math.sqrt(((problem.parts[name]?.weight ?? 1) * count) / n);
      const all = jacobianRows(r, params, { inputs: nodesOf(at[name] as NodeTree) });
      const flat = all.map((one, k) => reshape(one, [n, sizeOf(params[k]!.shape)]));
      return mul(share, concat(flat, 1));
    });
    const jacobian = concat(rows, 0);
    const fisher = matmul(transpose(jacobian), jacobian);
    const slopes = grad(target, params, { unused: "zero" });
    const slope = concat(
      slopes.map((one) => reshape(one, [sizeOf(one.shape), 1])),
      0,
    );
    // A little damping, since parameters of a network are not all determined.
    const factor = cholesky(fisher, { shift: mul(1e-15, trace(fisher)) });
    return sqrt(sum(mul(slope, choleskySolve(factor, slope))));
  });
  return found.item();
}
