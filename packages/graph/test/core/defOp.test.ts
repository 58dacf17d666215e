import { tensor } from "@metrigrad/tensor";
import test from "tape";
import { add, checkOp, defOp, matmul, mul, type Node, transpose } from "../../src/index.ts";
import { evaluate } from "../evaluate.ts";

/** c·xx' for x [n, d], by a rewrite into other ops and a pullback of its own. */
const outer = (slope: number) =>
  defOp<{ readonly factor: number }>({
    name: "outer",
    infer: ([x]) => {
      const n = (x as Node).shape[0] as number;
      return { shape: [n, n], type: "float" };
    },
    vjp: ({ inputs: [x], attrs: { factor } }, ybar) => [
      mul(matmul(add(ybar, transpose(ybar)), x as Node), factor * slope),
    ],
    batch: ({ attrs: { factor } }, [x]) => mul(matmul(x as Node, transpose(x as Node)), factor),
    lower: () => undefined,
    rewrite: ({ inputs: [x], attrs: { factor } }) =>
      mul(matmul(x as Node, transpose(x as Node)), factor),
  });

const x = tensor([
  [1, -2],
  [0.5, 3],
  [2, 0.1],
]);

test("defOp: a user's op computes, differentiates and batches by its own rules", async (t) => {
  const op = outer(1);
  const [value] = await evaluate([op([tensor([[1, 2]])], { factor: 3 })]);
  t.deepEqual(value?.toArray(), [[15]]);
  t.ok(Object.isFrozen(op) && op.op.name === "outer");
  await checkOp((node: Node) => op([node], { factor: 0.5 }), [{ name: "outer", inputs: [x] }]);
  t.pass("checkOp finds nothing wrong");
});

test("defOp: checkOp rings on a pullback that is off", async (t) => {
  const wrong = outer(1.1);
  const error = await checkOp(
    (node: Node) => wrong([node], { factor: 0.5 }),
    [{ name: "outer", inputs: [x] }],
  ).catch((thrown: unknown) => thrown);
  t.ok(error instanceof Error, String(error).slice(0, 200));
});
