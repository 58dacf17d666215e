import { checkPlan, type Plan, type RowsStep, reference, tensor } from "@metrigrad/tensor";
import test from "tape";
import {
  add,
  compile,
  div,
  exp,
  grad,
  input,
  logSoftmax,
  matmul,
  max,
  mean,
  mul,
  type Node,
  neg,
  oneHot,
  planOf,
  scan,
  sin,
  softmax,
  sqrt,
  square,
  sub,
  sum,
  transpose,
  type Update,
  uniform,
  variable,
  withMetricScope,
} from "../../src/index.ts";
import { gap } from "../evaluate.ts";

const last = { axis: -1, keepDims: true } as const;

function plan(outputs: readonly Node[], updates: readonly Update[] = []): Plan {
  const made = planOf({ outputs, updates, float: "f32" }).plan;
  checkPlan(made);
  return made;
}
const kinds = ({ steps }: Plan) => steps.map(({ kind }) => kind);
const first = ({ steps }: Plan) => steps.find(({ kind }) => kind === "rows") as RowsStep;

/** (x − mean) / √(variance + ε) over the last axis. */
function normed(x: Node): Node {
  const centred = sub(x, mean(x, last));
  return div(centred, sqrt(add(mean(square(centred), last), 1e-5)));
}

/** −mean ln P of labels. */
function crossEntropy(logits: Node, labels: Node): Node {
  const classes = logits.shape[1] as number;
  return neg(mean(sum(mul(oneHot(labels, classes), logSoftmax(logits)), { axis: 1 })));
}

const label = (at: number, classes: number) => (at * 7) % classes;
const labels = (n: number, classes: number) =>
  tensor(Int32Array.from({ length: n }, (_, at) => label(at, classes)));
const numbers = (shape: readonly number[]) => {
  const size = shape.reduce((product, n) => product * n, 1);
  return tensor(
    Float64Array.from({ length: size }, (_, at) => 3 * Math.sin(1.7 * at)),
    { shape },
  );
};

test("rows: a soft-max is one step without scratch, over any number of leading axes", (t) => {
  for (const shape of [
    [50, 10],
    [2, 3, 4, 9],
  ]) {
    const made = plan([softmax(input("x", shape))]);
    t.deepEqual(kinds(made), ["rows"]);
    t.equal(made.arenaBytes, 0);
    t.equal(first(made).rowAxes, 1);
  }
  t.deepEqual(kinds(plan([softmax(input("x", [2, 3, 4]), { axis: [1, 2] })])), ["rows"]);
  t.end();
});

test("rows: cross entropy of logits and its gradient are one step and the mean", (t) => {
  const x = input("x", [50, 10]);
  const loss = crossEntropy(x, input("y", [50], "i32"));
  const made = plan([loss, grad(loss, x)]);
  // Without rows: max, exp, sum, log, one-hot, two sums, two numbers per row, the gradient, the mean.
  t.deepEqual(kinds(made), ["rows", "reduce", "map"]);
  t.equal(first(made).outputs.length, 2, "a number per row, and the gradient");
  t.end();
});

test("rows: a norm with its gradient is one step", (t) => {
  const [x, w] = [input("x", [40, 30]), input("w", [40, 30])];
  t.deepEqual(kinds(plan([normed(x)])), ["rows"]);
  t.deepEqual(kinds(plan([normed(x), grad(sum(mul(normed(x), w)), x)])), ["rows"]);
  t.end();
});

test("rows: attention has a step between its products", (t) => {
  const [q, k, v] = ["q", "k", "v"].map((name) => input(name, [2, 5, 4])) as [Node, Node, Node];
  const scores = mul(matmul(q, transpose(k, [0, 2, 1])), 0.5);
  t.deepEqual(kinds(plan([matmul(softmax(scores), v)])), ["matmul", "rows", "matmul"]);
  t.end();
});

test("rows: values are those of a plan with every node in memory", async (t) => {
  const backend = await reference();
  const [x, y] = [input("x", [12, 10]), input("y", [12], "i32")];
  const loss = crossEntropy(add(x, 1), y);
  const w = input("w", [12, 10]);
  const ties = max(mul(x, 0), last);
  const cases: Record<string, readonly Node[]> = {
    "cross entropy": [loss, grad(loss, x)],
    "a norm": [normed(x), grad(sum(mul(normed(x), w)), x)],
    "a value that others read too": [softmax(x), exp(sub(x, max(x, last))), sum(softmax(x))],
    "ties of a maximum": [grad(sum(mul(add(ties, x), w)), x)],
    "two soft-maxes, one of the other": [softmax(mul(softmax(x), w))],
    "a gradient of a gradient": [grad(sum(square(grad(loss, x))), x)],
  };
  const feeds = { x: numbers([12, 10]), w: numbers([12, 10]), y: labels(12, 10) };
  for (const [name, outputs] of Object.entries(cases)) {
    const results: (readonly number[])[][] = [];
    for (const unfused of [false, true]) {
      const store = await backend.store([]);
      const program = await compile({ outputs, unfused }, store);
      checkPlan(program.plan);
      t.equal(
        program.plan.steps.some(({ kind }) => kind === "rows"),
        !unfused,
        `${name}${unfused ? ", unfused" : ""}`,
      );
      const own = program.plan.feeds.map((feed) => feed.name);
      const handles = await program.run(
        Object.fromEntries(Object.entries(feeds).filter(([feed]) => own.includes(feed))),
      );
      const values = await Promise.all(handles.map((handle) => handle.read()));
      results.push(values.map((value) => [...value.data()]));
    }
    const [joined = [], apart = []] = results;
    for (const [i, row] of joined.entries()) t.ok(gap(row, apart[i] ?? []) < 1e-12, name);
  }
  await backend.close();
});

test("rows: reductions over other axes and of everything stay as they are", (t) => {
  const x = input("x", [50, 10]);
  t.notOk(kinds(plan([softmax(x, { axis: 0 })])).includes("rows"), "over the first axis");
  t.notOk(kinds(plan([softmax(x, { axis: [0, 1] })])).includes("rows"), "of everything");
  const turned = transpose(input("t", [10, 50]));
  const made = kinds(plan([softmax(turned)]));
  t.deepEqual(
    made,
    ["reduce", "map", "rows"],
    "of rows whose elements lie apart, until they do not",
  );
  t.deepEqual(kinds(plan([sum(exp(x), { axis: 1 })])), ["reduce"], "of one reduction alone");
  t.end();
});

test("rows: few long rows, and very long ones, keep steps that threads share along them", (t) => {
  const has = (shape: readonly number[]) =>
    kinds(plan([softmax(input("x", shape))])).includes("rows");
  t.ok(has([31, 1000]), "31,000 elements");
  t.notOk(has([31, 1100]), "34,100 elements in 31 rows");
  t.ok(has([32, 1100]));
  t.ok(has([40, 2 ** 16]));
  t.notOk(has([40, 2 ** 16 + 1]));
  t.end();
});

test("rows: what must run in between stays in between", (t) => {
  const x = input("x", [8, 8]);
  const e = exp(sub(x, max(x, last)));
  const between = matmul(e, e);
  const made = plan([div(mul(e, between), sum(between, last))]);
  t.deepEqual(kinds(made), ["rows", "matmul", "rows"]);
  t.end();
});

test("rows: a value that is read in another layout stays in memory, and its reader apart", (t) => {
  const x = input("x", [6, 6]);
  const e = exp(sub(x, max(x, last)));
  const made = plan([div(add(e, transpose(e)), sum(e, last))]);
  t.deepEqual(kinds(made), ["rows", "map"]);
  t.end();
});

test("rows: what takes the place of a variable is computed in place, by a step of its own", (t) => {
  const w = variable("w", [40, 30]);
  const made = plan([], [[w, div(w, sqrt(sum(square(w), last)))]]);
  t.deepEqual(kinds(made).at(-1), "map");
  const step = made.steps.at(-1);
  const spec = made.buffers.findIndex(({ place }) => place.kind === "variable");
  t.equal(step?.kind === "map" && step.outputs[0]?.buffer, spec);
  t.notOk(kinds(made).includes("copy"));
  t.end();
});

test("rows: they are joined in the body of a loop, and carried values stay in place", async (t) => {
  const xs = input("xs", [4, 6, 5]);
  const start = input("h", [6, 5]);
  const { carry, ys } = scan(
    (h: Node, x: Node) => {
      const next = softmax(add(h, x));
      return { carry: next, y: sum(mul(softmax(mul(h, x)), next), { axis: 1 }) };
    },
    start,
    xs,
  );
  const outputs = [carry, ys];
  const made = plan(outputs);
  const [step] = made.steps.filter(({ kind }) => kind === "loop");
  t.ok(step?.kind === "loop" && step.body.some(({ kind }) => kind === "rows"));
  const backend = await reference();
  const values: number[][] = [];
  for (const unfused of [false, true]) {
    const store = await backend.store([]);
    const program = await compile({ outputs, unfused }, store);
    const handles = await program.run({ xs: numbers([4, 6, 5]), h: numbers([6, 5]) });
    const read = await Promise.all(handles.map((handle) => handle.read()));
    values.push(read.flatMap((value) => [...value.data()]));
  }
  await backend.close();
  t.ok(gap(values[0] ?? [], values[1] ?? []) < 1e-12);
});

test("rows: random numbers are read by them", (t) => {
  const dropped = mul(softmax(input("x", [9, 7])), uniform([9, 7], { key: "u" }));
  t.deepEqual(kinds(plan([dropped])).slice(0, 2), ["random", "rows"]);
  t.end();
});

test("rows: a step says how much of it is on a metric", (t) => {
  const x = input("x", [9, 7]);
  const share = (node: Node) => first(plan([node])).metric;
  t.equal(share(softmax(x)), undefined);
  t.equal(share(withMetricScope("a", () => softmax(x))), 1);
  const some = share(exp(softmax(withMetricScope("a", () => sin(x))))) as number;
  t.ok(some > 0 && some < 0.5, `${some}`);
  t.end();
});
