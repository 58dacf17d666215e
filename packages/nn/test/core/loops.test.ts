/** Modules that are called in the cell of a scan. */
import { constant, type Node, scan } from "@metrigrad/graph";
import { applyModel, batchNorm, defModule, dense, gruCell, sequential } from "@metrigrad/nn";
import { tensor } from "@metrigrad/tensor";
import test from "tape";

const series = constant(tensor([[[1, 2]], [[3, -1]], [[0, 1]]]));

const inner = gruCell(2, 2);
/** x [T, n, 2] → h after the last turn. */
const decoder = defModule({
  name: "decoder",
  children: () => ({ cell: inner }),
  apply: (_, x: Node, { call }) => {
    const begin = constant(tensor([[0, 0]]));
    return scan(
      (h, now: Node) => {
        const next = call(inner, { x: now, state: h });
        return { carry: next, y: next };
      },
      begin,
      x,
    ).carry;
  },
});

test("modules in loops: their parameters act in the module whose loop it is", (t) => {
  const { applications, parameters, output } = applyModel(
    sequential(decoder(), dense(2, 1)),
    series,
  );
  t.deepEqual(
    applications.map(({ path }) => path),
    ["decoder0", "dense0"],
  );
  const [first] = applications;
  t.deepEqual(Object.keys(first?.trained ?? {}), ["cell/input", "cell/recurrent"]);
  t.deepEqual(first?.pathOf(first.trained["cell/input"] as never), "decoder0/cell/input");
  t.equal(first?.reference, series);
  t.equal(parameters.length, 3);
  t.deepEqual(output.shape, [1, 1]);
  t.end();
});

test("modules in loops: statistics cannot be moved there", (t) => {
  const norm = batchNorm(2);
  const moving = defModule({
    name: "moving",
    children: () => [norm],
    apply: (_, x: Node, { call }) =>
      scan((h, now: Node) => ({ carry: h, y: call(norm, now) }), constant(0), x).ys,
  });
  t.doesNotThrow(() => applyModel(moving(), series));
  t.throws(
    () => applyModel(moving(), series, { mode: "train" }),
    /batchNorm at batchNorm0: a module that moves running statistics must stand outside of the cell of a scan, got an update in a cell; apply it before/,
  );
  t.end();
});
