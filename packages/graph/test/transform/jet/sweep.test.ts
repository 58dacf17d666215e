/** Every differentiable op of the table, as a function of its floats: Taylor streams against nested `jvp`. */
import { reference, sizeOf, type Tensor, tensor } from "@metrigrad/tensor";
import test from "tape";
import { caseTensor } from "../../../src/check/case.ts";
import { evaluator, inputLike, noiseLike } from "../../../src/check/trace.ts";
import {
  add,
  constant,
  derivatives,
  jvp,
  type Node,
  opRows,
  reshape,
  slice,
} from "../../../src/index.ts";
import { gap } from "../../evaluate.ts";

/** Points with more coordinates are left to the checks of `checkOp`. */
const most = 100;

/** The second derivative of y along v, by nested jvp. */
function twice(y: Node, x: Node, v: Node): Node {
  const [slope] = jvp([y], [x], [v]) as [Node];
  return jvp([slope], [x], [v])[0] as Node;
}

test("every op: derivatives along a direction and over a stack are those of nested jvp", async (t) => {
  const backend = await reference();
  const store = await backend.store([], { float: "f64" });
  let compared = 0;
  for (const { op, f, cases } of opRows) {
    for (const one of cases) {
      const inputs = one.inputs.map(caseTensor);
      const floats = inputs.map((value) => inputLike("", value).type === "float");
      const whole = inputs.filter((_, k) => floats[k]).map(({ shape }) => sizeOf(shape));
      const d = whole.reduce((a, b) => a + b, 0);
      if (one.order === 0 || d < 2 || d > most) continue;
      const name = `${op}, ${one.name}`;
      const x = constant(
        tensor(
          inputs.filter((_, k) => floats[k]).flatMap((value) => [...value.data()]),
          { shape: [1, d], dtype: "f64" },
        ),
      );
      const asFunction = (at: Node) => {
        let from = 0;
        const nodes = inputs.map((value, k) => {
          if (!floats[k]) return constant(value);
          const size = sizeOf(value.shape);
          from += size;
          return reshape(slice(at, [null, [from - size, from]]), value.shape);
        });
        const y = f(...nodes);
        return reshape(y, [1, sizeOf(y.shape)]);
      };
      const sample = f(...inputs.map((value) => constant(value)));
      if (sample.type !== "float") continue;
      const v = constant(noiseLike([1, d], name));
      const unit = (axis: number) =>
        constant(
          tensor(
            Float64Array.from({ length: d }, (_, k) => Number(k === axis)),
            { shape: [1, d] },
          ),
        );
      const u = derivatives(asFunction, x);
      const pairs = [
        [u.directional(v), jvp([u.value], [x], [v])[0] as Node],
        [u.directional(v, v), twice(u.value, x, v)],
        [
          u.laplacian({ axes: [0, d - 1] }),
          add(twice(u.value, x, unit(0)), twice(u.value, x, unit(d - 1))),
        ],
      ] as const;
      const program = await evaluator(pairs.flat(), store);
      const found = await program.run({});
      await program.close();
      for (let k = 0; k < pairs.length; k++) {
        const [a, b] = [found[2 * k], found[2 * k + 1]] as [Tensor, Tensor];
        const size = Array.from(b.data()).reduce((all, value) => Math.max(all, Math.abs(value)), 1);
        const off = gap(a.data(), b.data()) / size;
        compared++;
        if (!(off < 1e-9)) t.fail(`${name}, ${["first", "second", "stacked"][k]}: ${off}`);
      }
    }
  }
  t.ok(compared > 500, `${compared} comparisons`);
  await store.close();
  await backend.close();
});
