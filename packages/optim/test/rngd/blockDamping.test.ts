/** Damping of single blocks. */
import { type Node, scan, slice, tanh } from "@metrigrad/graph";
import { type Damping, linearMetrics } from "@metrigrad/metric";
import { defModule, dense, type Module } from "@metrigrad/nn";
import { Matrix, solve } from "ml-matrix";
import test from "tape";
import { type BlockDamping, chain, precondition, rngd, scale } from "../../src/index.ts";
import {
  batchSize,
  classifier,
  contextOf,
  follow,
  gap,
  inputs,
  labels,
  start,
} from "../problem.ts";

const general = { metrics: linearMetrics, absolute: 0.3 };
const rows = new Matrix(
  Array.from({ length: batchSize }, (_, s) => [...inputs.data().slice(4 * s, 4 * s + 4), 1]),
);

/** The first layer after a step of length 1 with λ on its metric, by elimination. */
async function expected(model: Module, { relative = 0, absolute = 0 }: Damping) {
  const [first] = await start(model);
  const g = rows.transpose().mmul(rows).div(batchSize);
  const lambda = (relative as number) * g.trace() + (absolute as number);
  const gradient = Matrix.from1DArray(5, 5, [...(first?.gradient ?? [])]);
  const step = solve(Matrix.add(g, Matrix.eye(5).mul(lambda)), gradient).to1DArray();
  return first?.value.map((value, i) => value - (step[i] as number));
}

async function stepped(model: Module, damping: BlockDamping) {
  const optimizer = chain(precondition({ ...general, damping }), scale(1));
  const [, after] = await follow(model, optimizer, [{ x: inputs, y: labels }]);
  return after;
}

test("damping: by path, by kind, by module and by function, and in general where left out", async (t) => {
  const own = { relative: 0.02, absolute: 0.05 };
  const model = classifier();
  const layer = () => contextOf(model).applications[0]?.module as Module;
  const rows: readonly (readonly [string, BlockDamping, Damping])[] = [
    ["path", { dense0: own }, own],
    ["kind", new Map([[dense as never, own]]), own],
    [
      "module before kind",
      new Map<never, Damping>([
        [dense as never, { absolute: 9 }],
        [layer() as never, own],
      ]),
      own,
    ],
    ["function", ({ path }) => (path === "dense0" ? own : undefined), own],
    ["left out", { dense1: own }, { absolute: 0.3 }],
  ];
  for (const [name, damping, used] of rows) {
    const found = (await stepped(model, damping))?.get("dense0/w");
    t.ok(gap(found, await expected(model, used)) < 1e-11, name);
  }
});

test("damping: what names no module, or damps nothing, is refused", (t) => {
  const update = (damping: BlockDamping) => () => rngd({ damping }).update(contextOf(classifier()));
  t.throws(
    update({ dense7: { absolute: 1 } }),
    /rngd, damping: it must name modules of the model \(dense0, dense1\), got dense7; correct/,
  );
  t.throws(update(new Map([[dense(2, 2) as never, {}]])), /got one dense; correct the path/);
  t.throws(
    update({ dense1: {} }),
    /rngd, damping of dense1: the metric of one batch is singular, so it must be damped, got relative 0/,
  );
  t.throws(
    update({ dense1: { absolute: -1 } }),
    /damping of dense1: .*got relative 0, absolute -1/,
  );
  t.end();
});

test("damping: optimizers say it as plain data", (t) => {
  const by = (damping: BlockDamping) => rngd({ damping }).settings.damping;
  t.deepEqual(by({ dense0: { absolute: 1 } }), { dense0: { absolute: 1 } });
  t.deepEqual(by(new Map([[dense as never, { absolute: 1 }]])), { dense: { absolute: 1 } });
  t.equal(
    by(function mine() {
      return undefined;
    }),
    "mine",
  );
  t.end();
});

test("damping: a module that is called in a loop is known by path, module and kind", async (t) => {
  const inner = dense(4, 4);
  const model = defModule({
    name: "looping",
    children: () => ({ inner }),
    apply: (_, x: Node, { call }) => {
      const cell = (h: Node) => ({ carry: tanh(call(inner, h)), y: {} });
      return slice(scan(cell, x, null, { turns: 3 }).carry, [null, [0, 3]]);
    },
  })() as Module;
  const own = { absolute: 0.05 };
  const whole = chain(precondition({ ...general, ...own }), scale(1));
  const [, wanted] = await follow(model, whole, [{ x: inputs, y: labels }]);
  const rows: readonly (readonly [string, BlockDamping])[] = [
    ["path", { inner: own }],
    ["kind", new Map([[dense as never, own]])],
    ["module", new Map([[inner as never, own]])],
  ];
  for (const [name, damping] of rows) {
    const found = (await stepped(model, damping))?.get("inner/w");
    t.ok(gap(found, wanted?.get("inner/w") as never) < 1e-12, name);
  }
  const other = (await stepped(model, {}))?.get("inner/w");
  t.ok(gap(other, wanted?.get("inner/w") as never) > 1e-4, "the general damping is another step");
  t.end();
});
