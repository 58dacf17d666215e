/** Which ONNX nodes common models become. */
import { input, type Node, relu, softmax } from "@metrigrad/graph";
import {
  type AnyModule,
  applyModel,
  batchNorm,
  conv2d,
  dense,
  flatten,
  gru,
  lambda,
  maxPool2d,
  sequential,
} from "@metrigrad/nn";
import test from "tape";
import type { OnnxGraph } from "../src/model.ts";
import { translate } from "../src/translate.ts";

function nodesOf(model: AnyModule, ...shape: number[]) {
  const x = input("x", shape);
  const { output } = applyModel(model as never, x as never);
  return translate({ inputs: [x], outputs: [["y", output as Node]], rows: null });
}

const names = (model: AnyModule, ...shape: number[]) =>
  nodesOf(model, ...shape).graph.nodes.map(({ op }) => op);

test("translate: a dense layer is a product, a sum and its activation", (t) => {
  const model = sequential(dense(4, 8, { activation: relu }), dense(8, 3));
  t.deepEqual(names(model, 2, 4), ["MatMul", "Add", "Relu", "MatMul", "Add", "Identity"]);
  const { known } = nodesOf(model, 2, 4);
  t.deepEqual(
    [...known.values()].map(({ kind }) => kind),
    new Array(4).fill("node"),
  );
  t.end();
});

test("translate: convolutions and pools are those of ONNX, and windows that nothing reads are left out", (t) => {
  const model = sequential(conv2d(1, 4, 3, { padding: 1 }), maxPool2d(2), batchNorm(4), flatten());
  const made = names(model, 2, 1, 6, 6);
  t.equal(made.filter((op) => op === "Conv").length, 1);
  t.equal(made.filter((op) => op === "MaxPool").length, 1);
  t.notOk(made.includes("Gather") || made.includes("Transpose"));
  t.end();
});

test("translate: a loop is one scan with the turn inside, whatever the number of turns", (t) => {
  const sizes = [3, 300].map((turns) => {
    const { graph } = nodesOf(gru(2, 3), 2, turns, 2);
    const scans = graph.nodes.filter(({ op }) => op === "Scan");
    t.equal(scans.length, 1);
    const [scan] = scans as [(typeof scans)[number]];
    const { nodes } = scan.attrs.body as OnnxGraph;
    return [graph.nodes.length, nodes.length];
  });
  t.deepEqual(sizes[0], sizes[1]);
  t.end();
});

test("translate: names are those of modules, and never those of inputs", (t) => {
  const model = sequential(
    dense(2, 2),
    lambda((h: Node) => softmax(h)),
  );
  const inside = nodesOf(model, 2, 2).graph.nodes.map(({ outputs }) => outputs[0] as string);
  t.ok(inside.some((name) => name.startsWith("dense0/MatMul_")));
  const taken = inside.find((name) => name.startsWith("dense0/MatMul_")) as string;
  const x = input(taken, [2, 2]);
  const output = applyModel(model as never, x as never).output as Node;
  const { graph } = translate({ inputs: [x], outputs: [["y", output]], rows: null });
  const all = graph.nodes.flatMap(({ outputs }) => outputs).concat(taken);
  t.equal(new Set(all).size, all.length);
  t.end();
});
