/** Modules that the cell of a loop calls: rows for them hold as in the unrolled graph. */
import {
  add,
  affine,
  cast,
  cos,
  matmul,
  mul,
  type Node,
  relu,
  reshape,
  scan,
  sin,
  slice,
  square,
  stack,
  tanh,
  transpose,
} from "@metrigrad/graph";
import { type AnyModule, defModule, dense, glorotUniform, param } from "@metrigrad/nn";
import { reference, type Tensor, tensor } from "@metrigrad/tensor";
import test from "tape";
import {
  autoMetric,
  defMetric,
  explain,
  linearMetrics,
  type MetricTable,
  plain,
  rfim,
  standardMetrics,
  unitGram,
} from "../src/index.ts";
import { drawnOf } from "./support/draws.ts";
import { gap } from "./support/evaluate.ts";

const [n, T, d] = [3, 4, 2] as const;
const x = drawnOf("x", n, T, d);
const at = (all: Node, t: number) => reshape(slice(all, [null, [t, t + 1]]), [n, d]);

/** A kind of the user's. */
const sine = defModule({
  name: "sine",
  params: { w: param([d + 1, d], glorotUniform) },
  apply: ({ w }, one: Node) => {
    const t = affine(one, w);
    return { response: sin(t), preActivation: t };
  },
});

const sineRow = defMetric(sine, {
  block: ({ params, reference: rows, preActivation }) => [
    { params: [params.w], block: unitGram(rows, square(cos(preActivation)), { bias: true }) },
  ],
});

/** h ← child(h) + x_t, as one loop or turn by turn. */
function pair(child: () => AnyModule): readonly [AnyModule, AnyModule, AnyModule, AnyModule] {
  type Unary = ReturnType<typeof sine>;
  const of = (looped: boolean) => {
    const inner = child() as unknown as Unary;
    const model = defModule({
      name: looped ? "looped" : "unrolled",
      children: () => ({ inner }),
      apply: (_, all: Node, { call }) => {
        if (looped) {
          const cell = (h: Node, now: Node) => {
            const next = add(call(inner, h), now);
            return { carry: next, y: next };
          };
          const { ys } = scan(cell, at(all, 0), transpose(all, [1, 0, 2]));
          return transpose(ys, [1, 0, 2]);
        }
        const states: Node[] = [];
        for (let t = 0; t < T; t++) {
          states.push(add(call(inner, states.at(-1) ?? at(all, 0)), at(all, t)));
        }
        return transpose(stack(states), [1, 0, 2]);
      },
    });
    return [model() as AnyModule, inner as AnyModule] as const;
  };
  const [one, other] = [of(true), of(false)];
  return [one[0], other[0], one[1], other[1]];
}

async function metricOf(
  model: AnyModule,
  table: MetricTable,
  batch: unknown = x,
): Promise<readonly Tensor[]> {
  const store = await (await reference()).store(model, { float: "f64" });
  for (const { path, spec } of store.variables) {
    await store.write(path, drawnOf(path, ...spec.shape));
  }
  const { blocks } = await rfim(model as never, batch as never, { store, metrics: table });
  return Promise.all(blocks.map((block) => block.toDense()));
}

const rows: readonly [string, () => AnyModule, (child: AnyModule) => MetricTable][] = [
  ["a form by kind", () => sine() as AnyModule, () => linearMetrics.with(sineRow)],
  ["autoMetric by kind", () => sine() as AnyModule, () => linearMetrics.with(autoMetric(sine))],
  [
    "autoMetric by instance",
    () => dense(d, d, { activation: tanh }) as AnyModule,
    (child) => linearMetrics.with(autoMetric(child)),
  ],
  ["units of dense", () => dense(d, d, { activation: relu }) as AnyModule, () => standardMetrics],
  ["shared rows", () => dense(d, d) as AnyModule, () => linearMetrics],
];

test("looped modules: rows of the module agree with those of the unrolled graph", async (t) => {
  for (const [name, child, tableOf] of rows) {
    const [one, other, inner, outer] = pair(child);
    const [[a], [b]] = await Promise.all([
      metricOf(one, tableOf(inner)),
      metricOf(other, tableOf(outer)),
    ]);
    const off = gap((a as Tensor).data(), (b as Tensor).data());
    t.ok(off < 1e-12, `${name}: ${off}`);
  }
  t.end();
});

test("looped modules: weights of samples count in every turn", async (t) => {
  const weighted = { inputs: x, weights: tensor([1, 0, 3]) };
  for (const [name, child, tableOf] of rows.slice(1)) {
    const [one, other, inner, outer] = pair(child);
    const [[a], [b], [alike]] = await Promise.all([
      metricOf(one, tableOf(inner), weighted),
      metricOf(other, tableOf(outer), weighted),
      metricOf(one, tableOf(inner)),
    ]);
    const off = gap((a as Tensor).data(), (b as Tensor).data());
    t.ok(off < 1e-12, `${name}: ${off}`);
    t.ok(gap((a as Tensor).data(), (alike as Tensor).data()) > 1e-3, `${name}: they do count`);
  }
  t.end();
});

test("looped modules: several calls in a turn add up", async (t) => {
  // Heun's method: two calls in each turn.
  const heun = (f: (h: Node) => Node, h: Node) => {
    const first = f(h);
    return add(h, mul(0.05, add(first, f(add(h, mul(0.1, first))))));
  };
  const inner = sine();
  const of = (looped: boolean) =>
    defModule({
      name: "heun",
      children: () => ({ inner }),
      apply: (_, all: Node, { call }) => {
        const f = (h: Node) => call(inner, h);
        if (looped) {
          const cell = (h: Node) => ({ carry: heun(f, h), y: {} });
          return scan(cell, at(all, 0), null, { turns: T }).carry;
        }
        let h = at(all, 0);
        for (let turn = 0; turn < T; turn++) h = heun(f, h);
        return h;
      },
    })() as AnyModule;
  for (const row of [sineRow, autoMetric(sine)]) {
    const table = linearMetrics.with(row);
    const [[a], [b]] = await Promise.all([metricOf(of(true), table), metricOf(of(false), table)]);
    const off = gap((a as Tensor).data(), (b as Tensor).data());
    t.ok(off < 1e-12, `${off}`);
  }
  t.throws(
    () => explain(of(true), { batchSize: n, inputs: [T, d] }),
    /metric of inner: the table must have a row for sine or for how inner\/w acts in a loop: several times in one turn, or neither as X̃W, nor as scale, nor as lookup/,
  );
  t.end();
});

test("looped modules: explain knows their paths and rows, and the plain gradient is theirs alone", (t) => {
  const [model, , inner] = pair(() => dense(d, d, { activation: relu }) as AnyModule);
  const shown = (table: MetricTable) =>
    explain(model, { batchSize: n, inputs: [T, d], metrics: table }).rows.map(
      ({ path, form }) => `${path} ${form}`,
    );
  t.deepEqual(shown(linearMetrics), ["inner sharedGram"]);
  t.deepEqual(shown(standardMetrics), ["inner unitGram"]);
  t.deepEqual(shown(linearMetrics.with(plain(dense))), ["inner plain gradient"]);
  t.deepEqual(shown(linearMetrics.with(plain(inner))), ["inner plain gradient"]);
  t.deepEqual(shown(linearMetrics.with(autoMetric(inner))), ["inner jacobianGram"]);
  t.end();
});

test("looped modules: a row for one that gets the number of the turn is refused", (t) => {
  const timed = defModule({
    name: "timed",
    params: { w: param([d, d], glorotUniform) },
    apply: ({ w }, { turn, h }: { readonly turn: Node; readonly h: Node }) =>
      mul(matmul(h, w), cos(turn)),
  });
  const inner = timed();
  const model = defModule({
    name: "driven",
    children: () => [inner],
    apply: (_, all: Node, { call }) => {
      const cell = (h: Node, _: null, turn: Node) => {
        return { carry: call(inner, { turn: cast(turn, "float"), h }), y: {} };
      };
      return scan(cell, at(all, 0), null, { turns: T }).carry;
    },
  })() as AnyModule;
  const rowsOf = (table: MetricTable) =>
    explain(model, { batchSize: n, inputs: [T, d], metrics: table }).rows.map(({ form }) => form);
  t.deepEqual(rowsOf(linearMetrics), ["sharedGram"]);
  t.throws(
    () => rowsOf(linearMetrics.with(autoMetric(timed))),
    /metric of timed0: where a loop calls a module, the row of timed must get inputs \[rows, …\] of one length, got an input without rows/,
  );
  t.deepEqual(
    rowsOf(linearMetrics.with(plain(timed))),
    ["plain gradient"],
    "which the plain gradient is not",
  );
  t.end();
});
