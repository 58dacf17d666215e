/** Metrics of recurrent modules: as loops, turn by turn, and beside sums over rows in plain numbers. */
import {
  add,
  affine,
  compile,
  constant,
  fill,
  isNode,
  matmul,
  mul,
  type Node,
  reshape,
  scan,
  sigmoid,
  slice,
  stack,
  sub,
  tanh,
  transpose,
} from "@metrigrad/graph";
import {
  type AnyModule,
  applyModel,
  defModule,
  glorotUniform,
  gru,
  gruCell,
  lstm,
  type Module,
  type ParameterSpec,
  param,
  recurrent,
} from "@metrigrad/nn";
import { isTensor, reference, type Tensor } from "@metrigrad/tensor";
import test from "tape";
import {
  autoMetric,
  checkMetric,
  fullMetrics,
  linearMetrics,
  linearRows,
  type MetricTable,
  metrics,
  metricTable,
  neuronRows,
  rfim,
  standardMetrics,
} from "../src/index.ts";
import { drawnOf } from "./support/draws.ts";
import { gap } from "./support/evaluate.ts";
import { wholeSweep } from "./support/seeds.ts";

const [n, T, d, h] = [3, 4, 2, 2] as const;

const row = (values: ArrayLike<number>, at: number, width: number) =>
  Array.from({ length: width }, (_, i) => values[at * width + i] as number);

const stateOf = (state: Tensor | { readonly h: Tensor; readonly c: Tensor }) =>
  isTensor(state) ? constant(state) : { h: constant(state.h), c: constant(state.c) };

type Kind = "recurrent" | "lstm" | "gru";
type State = { readonly h: Node; readonly c: Node };

const modules: Readonly<Record<Kind, AnyModule>> = {
  recurrent: recurrent(d, h),
  lstm: lstm(d, h),
  gru: gru(d, h),
};

/** One turn, by formulas of its own. */
function turnOf(kind: Kind, input: Node, recurrent: Node, x: Node, { h: before, c }: State): State {
  const part = (value: Node, k: number) => slice(value, [null, [k * h, (k + 1) * h]]);
  const a = affine(x, input);
  if (kind === "recurrent") return { h: tanh(add(a, matmul(before, recurrent))), c };
  if (kind === "lstm") {
    const gates = add(a, matmul(before, recurrent));
    const next = add(
      mul(sigmoid(part(gates, 1)), c),
      mul(sigmoid(part(gates, 0)), tanh(part(gates, 2))),
    );
    return { h: mul(sigmoid(part(gates, 3)), tanh(next)), c: next };
  }
  const b = affine(before, recurrent);
  const [r, z] = [0, 1].map((k) => sigmoid(add(part(a, k), part(b, k)))) as [Node, Node];
  const fresh = tanh(add(part(a, 2), mul(r, part(b, 2))));
  return { h: add(mul(sub(1, z), fresh), mul(z, before)), c };
}

/** The parameters of a module, acting turn by turn. */
const unrolled = defModule({
  name: "unrolled",
  options: (kind: Kind) => ({ kind }),
  params: ({ kind }) =>
    modules[kind].params as Readonly<Record<"input" | "recurrent", ParameterSpec>>,
  apply: (
    { input, recurrent },
    { x, state }: { readonly x: Node; readonly state: Node | State },
    { options: { kind } },
  ) => {
    const flat = (leaf: Node) => reshape(leaf, [n, h]);
    let now: State = isNode(state)
      ? { h: flat(state), c: flat(state) }
      : { h: flat(state.h), c: flat(state.c) };
    const outputs: Node[] = [];
    for (let turn = 0; turn < T; turn++) {
      const one = reshape(slice(x, [null, [turn, turn + 1]]), [n, d]);
      now = turnOf(kind, input, recurrent, one, now);
      outputs.push(now.h);
    }
    return transpose(stack(outputs), [1, 0, 2]);
  },
});

const tables: Readonly<Record<string, MetricTable>> = {
  linear: linearMetrics,
  standard: standardMetrics,
  full: fullMetrics,
  "K-FAC": metrics.kfac(),
  EKFAC: metrics.ekfac(),
  diagonal: metrics.diagonal(),
  "quasi-diagonal": metrics.quasiDiagonal(),
};

for (const kind of ["recurrent", "lstm", "gru"] as const) {
  const loop = modules[kind];
  const inputs = {
    x: drawnOf("x", n, T, d),
    state:
      kind === "lstm"
        ? { h: drawnOf("h", n, 1, h), c: drawnOf("c", n, 1, h) }
        : drawnOf("h", n, 1, h),
  };

  test(`${kind}: its metric is that of the unrolled graph, by every table`, async (t) => {
    const backend = await reference();
    // Gates take no other way through the tables; all of them are in the whole sweep.
    const all = wholeSweep || kind === "recurrent";
    for (const [name, table] of Object.entries(tables)) {
      if (!all && !["linear", "standard", "K-FAC"].includes(name)) continue;
      const matrices = await Promise.all(
        [loop, unrolled(kind)].map(async (model) => {
          const store = await backend.store(model as AnyModule, { float: "f64" });
          for (const { path, spec } of store.variables) {
            await store.write(path, drawnOf(path, ...spec.shape));
          }
          const { blocks } = await rfim(model as Module, inputs as never, {
            store,
            metrics: table,
          });
          return Promise.all(blocks.map((block) => block.toDense()));
        }),
      );
      const [one, other] = matrices as [Tensor[], Tensor[]];
      t.equal(one.length, 2, name);
      for (const [k, matrix] of one.entries()) {
        const off = gap(matrix.data(), (other[k] as Tensor).data());
        t.ok(off < 1e-12, `${name}, block ${k}: ${off}`);
      }
    }
    await backend.close();
  });

  test(`${kind}: linear rows of all turns, expanded and reduced, beside sums in numbers`, async (t) => {
    const backend = await reference();
    const store = await backend.store(loop, { float: "f64" });
    const { output } = applyModel(
      loop as Module,
      { x: constant(inputs.x), state: stateOf(inputs.state) } as never,
    );
    const program = await compile({ outputs: output }, store);
    const outputs = (await (await program.run()).read()).data();
    const begin = (isTensor(inputs.state) ? inputs.state : inputs.state.h).data();
    const bias = kind === "gru" ? [1] : [];
    // What the weights are multiplied with in turn τ of sample s.
    const rowsOf = [
      (s: number, turn: number) => [...row(inputs.x.data(), s * T + turn, d), 1],
      (s: number, turn: number) => [
        ...(turn === 0 ? row(begin, s, h) : row(outputs, s * T + turn - 1, h)),
        ...bias,
      ],
    ];
    for (const sharing of ["expand", "reduce"] as const) {
      const table = metricTable(sharing, linearRows({ sharing }));
      const { blocks } = await rfim(loop as Module, inputs as never, { store, metrics: table });
      for (const [k, block] of blocks.entries()) {
        const matrix = await block.toDense();
        const samples = Array.from({ length: n }, (_, s) => {
          const all = Array.from({ length: T }, (_, turn) => rowsOf[k]?.(s, turn) as number[]);
          return sharing === "expand"
            ? all
            : [all.reduce((a, b) => a.map((v, i) => v + (b[i] as number)))];
        });
        const sums = samples.flat();
        const width = sums[0]?.length as number;
        const m = (matrix.shape[0] as number) / width;
        const expected = Array.from({ length: width * m }, (_, a) =>
          Array.from({ length: width * m }, (_, b) => {
            if (a % m !== b % m) return 0;
            const [i, j] = [Math.floor(a / m), Math.floor(b / m)];
            return (
              sums.reduce((total, one) => total + (one[i] as number) * (one[j] as number), 0) / n
            );
          }),
        );
        const off = gap(matrix.data(), expected.flat());
        t.ok(off < 1e-12, `${sharing}, block ${k}: ${off}`);
      }
    }
    await backend.close();
  });

  test(`${kind}: rows agree with J'FJ of the rows as they are`, async (t) => {
    const rows = [
      linearRows(),
      autoMetric(loop as never),
      linearRows({ sharing: "reduce" }),
      neuronRows(),
    ];
    // Gates take many seconds each.
    const short = kind === "recurrent" ? 2 : 1;
    for (const row of wholeSweep ? rows : rows.slice(0, short)) {
      const report = await checkMetric(row, { module: loop, inputs });
      t.ok(report.passed, report.checks.map(({ detail }) => detail).join("; "));
    }
  });
}

test("a cell that the loop of a module calls has the metric of the recurrent module", async (t) => {
  const cell = gruCell(d, h);
  const decoder = defModule({
    name: "decoder",
    children: () => ({ cell }),
    apply: (_, x: Node, { call }) => {
      const turn = (state: Node, now: Node) => {
        const next = call(cell, { x: now, state });
        return { carry: next, y: next };
      };
      const begin = fill([x.shape[0] as number, h], 0);
      return transpose(scan(turn, begin, transpose(x, [1, 0, 2])).ys, [1, 0, 2]);
    },
  });
  const backend = await reference();
  for (const [name, table] of Object.entries({ ...tables, exact: metrics(autoMetric(decoder)) })) {
    const own = name === "exact" ? metrics(autoMetric(gru)) : table;
    const matrices = await Promise.all(
      [
        [decoder(), table],
        [modules.gru, own],
      ].map(async ([model, metrics]) => {
        const store = await backend.store(model as AnyModule, { float: "f64" });
        for (const { path, spec } of store.variables) {
          await store.write(path, drawnOf(path.split("/").at(-1) as string, ...spec.shape));
        }
        const options = { store, metrics: metrics as MetricTable };
        const { blocks } = await rfim(model as Module, drawnOf("x", n, T, d), options);
        return Promise.all(blocks.map((block) => block.toDense()));
      }),
    );
    const [one, other] = matrices as [Tensor[], Tensor[]];
    t.equal(one.length, name === "exact" ? 1 : 2, name);
    for (const [k, matrix] of one.entries()) {
      const off = gap(matrix.data(), (other[k] as Tensor).data());
      t.ok(off < 1e-12, `${name}, block ${k}: ${off}`);
    }
  }
  await backend.close();
});

test("an exact row of a module whose response is a result of a loop itself", async (t) => {
  const sums = defModule({
    name: "sums",
    params: { u: param([2, 2], glorotUniform) },
    apply: ({ u }, x: Node) => {
      const turn = (state: Node) => {
        const next = tanh(matmul(state, u));
        return { carry: next, y: next };
      };
      return scan(turn, x, null, { turns: 3 }).carry;
    },
  });
  const report = await checkMetric(autoMetric(sums), {
    module: sums(),
    inputs: drawnOf("rows", 3, 2),
  });
  t.ok(report.passed, String(report));
});
