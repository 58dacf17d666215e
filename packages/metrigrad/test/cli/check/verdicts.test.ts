/** What the checks of a file find: nothing in what is right, and what is off where it is. */
import { defElementwise, defOp, mul, type Node, type Op, sin, sub } from "@metrigrad/graph";
import { autoMetric, plain, standardMetrics, tanhRow } from "@metrigrad/metric";
import { defLaw, defModule, dense, gaussian, heNormal, joint, param } from "@metrigrad/nn";
import { adam, groups, sgd } from "@metrigrad/optim";
import { tensor } from "@metrigrad/tensor";
import test from "tape";
import { findIn } from "../../../src/cli/check/found.ts";
import { lawVerdict, metricVerdict } from "../../../src/cli/check/metricVerdict.ts";
import { firstRows, moduleVerdict } from "../../../src/cli/check/moduleVerdict.ts";
import { optimizerVerdict } from "../../../src/cli/check/optimizerVerdict.ts";
import { opVerdict } from "../../../src/cli/check/opVerdict.ts";

const mish = defElementwise({ name: "mish", f: "x*tanh(log1p(exp(x)))" });
const place = { inputs: null, modules: [], seed: 1 };

/** An op of one value with a derivative of our choice. */
const withSlope = (name: string, slope: (x: never) => never) => {
  const { op } = sin;
  const rules = { ...op, name, vjp: (node: never, ybar: never) => [mul(ybar, slope(node))] };
  return defOp(rules as unknown as Op<null>);
};

test("what can be checked is found by what it is, each once", (t) => {
  const row = { op: "mish", f: mish, cases: [] };
  const table = standardMetrics.with(autoMetric(dense));
  const found = findIn({
    ...{ mish, table, layer: dense(1, 1), law: gaussian(), sgd: sgd(), again: mish },
    ...{ list: [tanhRow()], number: 3, text: "x", nothing: null, make: () => mish },
  });
  t.deepEqual(
    found.map(({ kind, name }) => `${kind} ${name.replace(/\d+/, "i")}`),
    [
      ...["op mish", "module layer", "law law", "optimizer sgd"],
      ...["metric table.rows[i]", "metric list[i]"],
    ],
  );
  t.deepEqual(
    findIn({ mish, row }).map(({ name }) => name),
    ["row"],
    "an op that has a row is checked by it",
  );
  t.end();
});

test("ops: formulas and rows; a wrong derivative rings", async (t) => {
  t.ok((await opVerdict(mish, 1)).passed);
  const log = defElementwise({ name: "halfLog", f: "0.5*log(x)" });
  t.ok((await opVerdict(log, 1)).passed, "where it is finite");
  const two = defElementwise({ name: "mixed", f: "x*exp(y)" });
  t.ok((await opVerdict(two, 1)).passed);
  const f = (x: never) => sin(x);
  const cases = [{ name: "one", inputs: [[0.3]], value: [Math.sin(0.3)] }];
  t.ok((await opVerdict({ op: "sin", f: f as never, cases }, 1)).passed);
  const wrong = await opVerdict(
    { op: "sin", f: f as never, cases: [{ ...cases[0], value: [1] } as never] },
    1,
  );
  t.equal(wrong.passed, false);
  t.match(wrong.detail, /^1 of \d+ comparisons are off$/);
  t.match(wrong.off[0] ?? "", /value: element 0 must be 1, got 0\.29/);
  const open = await opVerdict(withSlope("odd", (x) => x) as never, 1);
  t.equal(open.passed, null);
  t.match(open.detail, /export a row \{ op: "odd", f, cases \}/);
});

test("modules: derivatives by inputs and parameters; kinds through their modules", async (t) => {
  t.ok((await moduleVerdict(dense(3, 2), place)).passed);
  const kind = defModule({
    name: "scaledSine",
    options: (features: number) => ({ features }),
    params: ({ features }) => ({ gain: param([features], heNormal) }),
    apply: ({ gain }, x) => mul(sin(x), gain),
  });
  t.equal((await moduleVerdict(kind as never, place)).passed, null);
  t.ok((await moduleVerdict(kind as never, { ...place, modules: [kind(3) as never] })).passed);
  const inputs = firstRows(tensor(new Uint8Array(20), { shape: [5, 4] }), 0.5);
  t.ok((await moduleVerdict(dense(4, 1), { ...place, inputs })).passed);
  const large = await moduleVerdict(dense(1000, 1000), place);
  t.match(large.detail, /not checked: it has 10\d{5} numbers, more than 200000/);
});

test("modules: a response whose derivative is wrong rings", async (t) => {
  const { op } = mish;
  const rules = { ...op, name: "off", vjp: () => [null] };
  const off = (x: never) => defOp(rules as unknown as Op<null>)([x], null);
  const kind = defModule({ name: "off", options: () => ({}), apply: (_, x) => off(x as never) });
  const verdict = await moduleVerdict(kind() as never, { ...place, inputs: tensor([[1, 2]]) });
  t.match(verdict.off.join(), /derivative by input 0/);
});

test("metrics and laws: right ones pass, a law off by a factor and a metric off by 10 % ring", async (t) => {
  t.ok((await metricVerdict(tanhRow(), [], 1)).passed);
  const row = tanhRow();
  const off = await metricVerdict({ ...row, nu: (x) => mul(1.1, row.nu(x)) }, [], 1);
  t.equal(off.passed, false);
  t.ok(
    off.off.some((line) => /1\.100 times what it must be/.test(line)),
    off.off.join("\n"),
  );
  t.match((await metricVerdict(plain(dense), [], 1)).detail, /the plain gradient has no metric/);
  t.ok((await lawVerdict(gaussian(), 1)).passed);
  const law = gaussian();
  const wrong = { ...law, fisherDiagonal: 1.1 };
  t.equal((await lawVerdict(wrong, 1)).passed, false);
  t.match((await lawVerdict(joint({ a: gaussian() }), 1)).detail, /not checked: .*call checkLaw/);
});

test("optimizers: those that lower a loss pass; others, and those for other parameters, do not", async (t) => {
  t.ok((await optimizerVerdict(adam({ learningRate: 0.05 }), 1)).passed);
  const up = { ...sgd(), update: (context: never) => sgd({ learningRate: 1e6 }).update(context) };
  const { passed, off } = await optimizerVerdict(up, 1);
  t.equal(passed, false, off.join());
  const elsewhere = groups({ "encoder/**": sgd() });
  t.match((await optimizerVerdict(elsewhere, 1)).detail, /not checked: it does not take/);
});

test("what throws everywhere fails or says why it is open", async (t) => {
  const logProb = (y: Node, h: Node) => sub(y, h);
  const shape = lawVerdict(defLaw({ name: "flat", support: "real", logProb }), 1);
  const refused = await shape.then(
    () => "none",
    (error) => error.message,
  );
  t.match(refused, /^flat, logProb: it must be a number for each row/);
  const odd = () => {
    throw new TypeError("no such thing");
  };
  const law = await lawVerdict(defLaw({ name: "odd", support: "real", logProb: odd }), 1);
  t.equal(law.passed, null);
  t.match(law.detail, /got no inputs, and at rows of \d numbers TypeError: no such thing; call/);
  const kind = defModule({ name: "odd", options: () => ({}), apply: odd as never });
  const module = await moduleVerdict(kind() as never, place);
  t.equal(module.passed, null);
  t.match(
    module.detail,
    /it takes no rows: GraphError: odd, apply: .* no such thing; .*; export an example/,
  );
  const metric = await metricVerdict(autoMetric(kind as never), [], 1);
  t.match(metric.detail, /the last one says: GraphError: odd, apply: .* no such thing/);
});

test("kinds: among examples what is off comes before what is open", async (t) => {
  const { op } = mish;
  const rules = { ...op, name: "off", vjp: () => [null] };
  const wrong = defModule({
    name: "wrong",
    options: () => ({}),
    apply: (_, x) => defOp(rules as unknown as Op<null>)([x as never], null),
  });
  const large = { module: dense(1000, 1000), inputs: tensor([[1]]) };
  const off = { module: wrong(), inputs: tensor([[1, 2]]) };
  const kindOf = (examples: readonly unknown[]) =>
    defModule({
      name: "several",
      options: () => ({}),
      apply: (_, x) => x as never,
      example: () => examples as never,
    }) as never;
  t.equal((await moduleVerdict(kindOf([large, off]), place)).passed, false);
  t.equal((await moduleVerdict(kindOf([large]), place)).passed, null);
  t.match((await moduleVerdict(kindOf([]), place)).detail, /not checked: its list of examples is/);
});
