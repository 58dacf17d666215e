import { compile, input, mean, type Node, neg } from "@metrigrad/graph";
import { applyModel, type RowLaw as Law, type Module } from "@metrigrad/nn";
import { type Store, type Tensor, tensor } from "@metrigrad/tensor";
import { Matrix } from "ml-matrix";

/** A value of a model as a function of all its parameters, one after the other, row-major. */
export interface Flat {
  readonly start: readonly number[];
  at(values: readonly number[]): Promise<number[]>;
  close(): Promise<void>;
}

async function flatOf(
  model: Module,
  store: Store,
  node: Node,
  feeds: Readonly<Record<string, Tensor>>,
): Promise<Flat> {
  const homes = new Map<string, Tensor>();
  for (const { path } of model.variables) homes.set(path, await store.read(path));
  const program = await compile({ outputs: node }, store);
  const at = async (values: readonly number[]) => {
    let begin = 0;
    for (const [name, { shape, size }] of homes) {
      const part = Float64Array.from(values.slice(begin, begin + size));
      await store.write(name, tensor(part, { shape }));
      begin += size;
    }
    const found = [...(await (await program.run(feeds)).read()).data()];
    for (const [name, home] of homes) await store.write(name, home);
    return found;
  };
  const start = [...homes.values()].flatMap((home) => [...home.data()]);
  return { start, at, close: () => program.close() };
}

/** f at the values with some of them moved. */
function moved(start: readonly number[], ...moves: readonly (readonly [k: number, by: number])[]) {
  const values = [...start];
  for (const [k, by] of moves) values[k] = (values[k] as number) + by;
  return values;
}

/** ∂f/∂θ_k of every element of f, as columns k [size of f, P]; an error of order h⁴. */
async function jacobianOf(flat: Flat, h = 1e-3): Promise<Matrix> {
  const columns: number[][] = [];
  for (let k = 0; k < flat.start.length; k++) {
    const f = (steps: number) => flat.at(moved(flat.start, [k, steps * h]));
    const [a, b, c, d] = [await f(-2), await f(-1), await f(1), await f(2)];
    columns.push(
      a.map((_, i) => {
        const at = (list: readonly number[]) => list[i] as number;
        return (8 * (at(c) - at(b)) - (at(d) - at(a))) / (12 * h);
      }),
    );
  }
  await flat.close();
  return new Matrix(columns).transpose();
}

/** The Jacobians ∂o_s/∂Θ [m, P] of a model's output at every row, by finite differences. */
export async function outputJacobians(
  model: Module,
  store: Store,
  x: Tensor,
): Promise<{ readonly outputs: readonly number[][]; readonly jacobians: readonly Matrix[] }> {
  const { output } = applyModel(model, input("x", x.shape));
  const flat = await flatOf(model, store, output, { x });
  const [n = 0, m = 0] = output.shape;
  const values = await flat.at(flat.start);
  const all = await jacobianOf(flat);
  const rows = Array.from({ length: n }, (_, s) => s * m);
  return {
    outputs: rows.map((at) => values.slice(at, at + m)),
    jacobians: rows.map((at) => all.subMatrix(at, at + m - 1, 0, all.columns - 1)),
  };
}

/** Scores ∂ ln p(y_s | x_s)/∂Θ as rows [n, P], by finite differences. */
export async function scoresOf(model: Module, law: Law, store: Store, x: Tensor, labels: Tensor) {
  const { output } = applyModel(model, input("x", x.shape));
  const y = input("y", labels.shape);
  return jacobianOf(await flatOf(model, store, law.logProb(y, output), { x, y: labels }));
}

/** The Hessian of −(1/n) Σ ln p(y_s | x_s) over all parameters, by second differences. */
export async function hessianOf(
  model: Module,
  law: Law,
  store: Store,
  x: Tensor,
  labels: Tensor,
): Promise<Matrix> {
  const { output } = applyModel(model, input("x", x.shape));
  const y = input("y", labels.shape);
  const loss = neg(mean(law.logProb(y, output)));
  const flat = await flatOf(model, store, loss, { x, y: labels });
  const size = flat.start.length;
  const f = async (...moves: readonly (readonly [number, number])[]) =>
    (await flat.at(moved(flat.start, ...moves)))[0] as number;
  const second = async (k: number, l: number, h: number) => {
    const [a, b] = [await f([k, h], [l, h]), await f([k, -h], [l, -h])];
    const [c, d] = [await f([k, h], [l, -h]), await f([k, -h], [l, h])];
    return (a + b - c - d) / (4 * h * h);
  };
  const result = Matrix.zeros(size, size);
  const h = 4e-3;
  for (let k = 0; k < size; k++) {
    for (let l = 0; l <= k; l++) {
      const value = (4 * (await second(k, l, h)) - (await second(k, l, 2 * h))) / 3;
      result.set(k, l, value);
      result.set(l, k, value);
    }
  }
  await flat.close();
  return result;
}
