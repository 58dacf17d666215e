/** A module that a loop calls is trained as in the unrolled graph, whichever row describes it. */
import { type Node, scan, slice, tanh } from "@metrigrad/graph";
import { autoMetric, linearMetrics, plain, standardMetrics } from "@metrigrad/metric";
import { defModule, dense, type Module } from "@metrigrad/nn";
import test from "tape";
import { rngd } from "../../src/index.ts";
import { follow, gap, inputs, labels } from "../problem.ts";

const turns = 3;

function model(looped: boolean): Module {
  const inner = dense(4, 4, { activation: tanh });
  return defModule({
    name: "looping",
    children: () => ({ inner }),
    apply: (_, x: Node, { call }) => {
      let h = x;
      if (looped) {
        const cell = (state: Node) => ({ carry: call(inner, state), y: {} });
        h = scan(cell, x, null, { turns }).carry;
      } else {
        for (let turn = 0; turn < turns; turn++) h = call(inner, h);
      }
      return slice(h, [null, [0, 3]]);
    },
  })() as Module;
}

const tables = {
  linear: linearMetrics,
  standard: standardMetrics,
  auto: linearMetrics.with(autoMetric(dense)),
  plain: linearMetrics.with(plain(dense)),
};

test("rngd: steps of a looped module are those of the unrolled one, by rows of uses and of modules", async (t) => {
  const found: (ArrayLike<number> | undefined)[] = [];
  for (const [name, metrics] of Object.entries(tables)) {
    const optimizer = () => rngd({ metrics, learningRate: 0.1, absolute: 0.05 });
    const data = [
      { x: inputs, y: labels },
      { x: inputs, y: labels },
    ];
    const one = (await follow(model(true), optimizer(), data)).at(-1)?.get("inner/w");
    const other = (await follow(model(false), optimizer(), data)).at(-1)?.get("inner/w");
    const off = gap(one as never, other as never);
    t.ok(off < 1e-10, `${name}: ${off}`);
    found.push(one as never);
  }
  for (const [k, one] of found.entries()) {
    for (const other of found.slice(k + 1)) {
      t.ok(gap(one as never, other as never) > 1e-5, "each row makes steps of its own");
    }
  }
  t.end();
});
