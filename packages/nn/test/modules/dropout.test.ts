import { cpu } from "@metrigrad/cpu";
import { constant, input, type Node, onesLike, topological } from "@metrigrad/graph";
import { applyModel, defModule, dense, dropout, freeze, sequential } from "@metrigrad/nn";
import { ShapeError, tensor } from "@metrigrad/tensor";
import test from "tape";
import { drawn } from "../support/drawn.ts";

const n = 4000;
const ones = onesLike(constant(tensor(new Float32Array(n), { shape: [n, 1] })));

const shareOfZeros = (values: readonly number[]) =>
  values.filter((value) => value === 0).length / values.length;

const agreement = (a: readonly number[], b: readonly number[]) =>
  a.filter((value, i) => (value === 0) === (b[i] === 0)).length / a.length;

test("dropout: its rate, and what stays is divided by the chance to stay", async (t) => {
  for (const rate of [0.1, 0.5, 0.8]) {
    const { output } = applyModel(dropout(rate), ones, { mode: "train" });
    const [values = []] = await drawn([output], 1);
    // Seed 11; four standard errors of a share of n draws.
    const error = 4 * Math.sqrt((rate * (1 - rate)) / n);
    const share = shareOfZeros(values);
    t.ok(Math.abs(share - rate) < error, `rate ${rate}: ${share}`);
    t.notOk(Math.abs(share - (rate + 0.05)) < error, "the check rings on a rate that is 0.05 off");
    const kept = 1 / (1 - rate);
    t.ok(values.every((value) => value === 0 || Math.abs(value - kept) < 1e-6));
  }
  t.equal(dropout().options.rate, 0.5);
});

test("dropout: inferring it is the identity, and so is rate 0", (t) => {
  const x = input("x", [3, 2]);
  t.equal(applyModel(dropout(0.9), x).output, x);
  t.equal(applyModel(dropout(0), x, { mode: "train" }).output, x);
  t.notEqual(applyModel(dropout(0.9), x, { mode: "train" }).output, x);
  t.equal(applyModel(freeze(dropout(0.9)), x, { mode: "train" }).output, x, "and frozen");
  t.end();
});

test("dropout: masks of two dropouts, of two uses and of two steps are independent", async (t) => {
  const [one, other] = [dropout(0.5), dropout(0.5)];
  const both = defModule({
    name: "both",
    children: () => [one, other],
    apply: (_, x: Node, { call }): readonly Node[] => [call(one, x), call(one, x), call(other, x)],
  });
  const { output } = applyModel(both(), ones, { mode: "train" });
  const masks = await drawn(output, 2);
  t.equal(masks.length, 6);
  // Masks that are independent agree in half of the places: seed 5, four standard errors.
  const error = 4 * Math.sqrt(0.25 / n);
  for (let i = 0; i < 6; i++) {
    for (let j = 0; j < i; j++) {
      const share = agreement(masks[i] as number[], masks[j] as number[]);
      t.ok(Math.abs(share - 0.5) < error, `masks ${i} and ${j}: ${share}`);
    }
  }
});

test("dropout: an application that is applied again infers", (t) => {
  const model = sequential(dropout(0.5), dense(1, 1));
  const { applications } = applyModel(model, ones, { mode: "train" });
  const inner = defModule({
    name: "inner",
    params: { w: dense(1, 1).params.w },
    children: () => [model],
    apply: (_, x, { call }) => call(model, x),
  });
  t.equal(applications.length, 1);
  const whole = inner();
  const applied = applyModel(whole, ones, { mode: "train" });
  const again = applied.applications.at(-1)?.applyTo(ones).response as Node;
  const draws = (node: Node) => topological([node]).some(({ op }) => op.name === "random");
  t.ok(draws(applied.output));
  t.notOk(draws(again), "without draws");
  t.end();
});

test("dropout: the same masks on reference and cpu", async (t) => {
  const model = sequential(dropout(0.3), dropout(0.3));
  const { output } = applyModel(model, ones, { mode: "train" });
  const host = await drawn([output], 2);
  const wasm = await drawn([output], 2, await cpu({ threads: 1 }));
  t.equal(host.length, 2);
  for (const [run, values] of host.entries()) {
    t.equal(agreement(values, wasm[run] as number[]), 1, `run ${run}`);
  }
});

test("dropout: along axes, whole channels are left out, seed 11", async (t) => {
  const [samples, channels, inner] = [40, 50, 6];
  const x = onesLike(
    constant(
      tensor(new Float32Array(samples * channels * inner), { shape: [samples, channels, 2, 3] }),
    ),
  );
  for (const axes of [
    [0, 1],
    [-4, -3],
  ]) {
    const { output } = applyModel(dropout({ rate: 0.25, axes }), x, { mode: "train" });
    const [values = []] = await drawn([output]);
    const firsts = values.filter((_, i) => i % inner === 0);
    const whole = values.every((value, i) => value === firsts[Math.floor(i / inner)]);
    t.ok(whole, "all positions of a channel alike");
    const share = shareOfZeros(firsts);
    const error = 4 * Math.sqrt((0.25 * 0.75) / firsts.length);
    t.ok(Math.abs(share - 0.25) < error, `share ${share}`);
    t.notOk(Math.abs(share - 0.35) < error, "the check rings on a rate that is 0.1 off");
  }
  t.throws(
    () => applyModel(dropout({ axes: [4] }), x, { mode: "train" }),
    /dropout: its input must have the axes 4, got \[40, 50, 2, 3\]/,
  );
  t.throws(() => dropout({ axes: [0.5] }), /axes integers, got 0.5 and \[0.5\]/);
});

test("dropout: a rate out of range is refused", (t) => {
  for (const rate of [1, -0.1, 2, Number.NaN]) {
    t.throws(() => dropout(rate), ShapeError, `${rate}`);
  }
  t.throws(
    () => dropout(1),
    /dropout: the rate must be within \[0, 1\), and axes integers, got 1; call dropout/,
  );
  t.end();
});
