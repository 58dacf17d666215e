import { constant, grad, input, type Node } from "@metrigrad/graph";
import {
  applyModel,
  dense,
  type MixtureExtras,
  type MixtureSettings,
  mixtureOfExperts,
  sequential,
} from "@metrigrad/nn";
import { tensor } from "@metrigrad/tensor";
import test from "tape";
import { gap } from "../support/evaluate.ts";
import { extrasOf, run, written } from "../support/written.ts";

// Logits are x of three features, and expert e gives (e + 1)·(1, 1)'x: so all can be worked out by hand.
const eye = [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0];
const expert = (e: number) => [e + 1, e + 1, e + 1, 0];
const values = {
  gate: eye,
  "expert0/w": expert(0),
  "expert1/w": expert(1),
  "expert2/w": expert(2),
};
const rows = [
  [Math.log(2), 0, Math.log(6)],
  [1, 1, 1],
  [0, Math.log(4), -5],
];
const x = constant(tensor(rows));
const totals = rows.map((row) => row.reduce((a, b) => a + b, 0));

const made = (settings: MixtureSettings = {}) =>
  mixtureOfExperts(3, { count: 3, make: () => dense(3, 1) }, settings);

async function at(settings: MixtureSettings, mode: "train" | "infer" = "infer", given: Node = x) {
  const model = made(settings);
  const applied = applyModel(model, given, { mode });
  const extras = extrasOf<MixtureExtras>(applied);
  const nodes = [applied.output, extras.gates, extras.balance];
  const [output = [], gates = [], balance = []] = await written(model, values, (store) =>
    run(store, nodes),
  );
  return { output, gates, balance: balance[0] as number };
}

test("mixtureOfExperts: two experts by default, the soft-max over these, the first ones of equal ones", async (t) => {
  const { output, gates } = await at({});
  const expected = [1 / 4, 0, 3 / 4, 1 / 2, 1 / 2, 0, 1 / 5, 4 / 5, 0];
  t.ok(gap(gates, expected) < 1e-15);
  t.deepEqual(
    gates.map((g) => g > 0),
    expected.map((g) => g > 0),
    "exactly 0 for the others",
  );
  const h = totals.map((total, s) =>
    [0, 1, 2].reduce((all, e) => all + (expected[3 * s + e] as number) * (e + 1) * total, 0),
  );
  t.ok(gap(output, h) < 1e-13, "Σ g f");
});

test("mixtureOfExperts: one expert has its probability among all, or 1", async (t) => {
  const one = await at({ top: 1 });
  const [last, second] = [6 / 9, 4 / (5 + Math.exp(-5))];
  t.ok(gap(one.gates, [0, 0, last, 1 / 3, 0, 0, 0, second, 0]) < 1e-15);
  const chosen = await at({ top: 1, over: "chosen" });
  t.deepEqual(chosen.gates, [0, 0, 1, 1, 0, 0, 0, 1, 0]);
  const all = await at({ top: 3 });
  const whole = await at({ top: 3, over: "all" });
  t.ok(gap(all.gates, whole.gates) < 1e-15, "all of them: no difference");
  t.ok(all.gates.every((g) => g > 0));
});

test("mixtureOfExperts: the balance is 1 for an even load, and as worked out by hand", async (t) => {
  const { balance } = await at({ top: 1 });
  // Shares of the choices are one third each; so is the sum of mean probabilities.
  t.ok(Math.abs(balance - 1) < 1e-14);
  const uneven = await at({ top: 1 }, "infer", constant(tensor([[Math.log(2), 0, 0]])));
  t.ok(Math.abs(uneven.balance - 3 * (2 / 4)) < 1e-14, "all on one expert of probability ½");
  const two = await at({}, "infer", constant(tensor([[Math.log(2), 0, Math.log(0.5)]])));
  const mass = 2 + 1 + 0.5;
  t.ok(Math.abs(two.balance - (3 * (2 / mass + 1 / mass)) / 2) < 1e-14, "half on each of two");
});

test("mixtureOfExperts: padding does not count in the balance", async (t) => {
  const model = made({ top: 1 });
  const padded = constant(tensor([[Math.log(2), 0, 0], rows[0] as number[]]));
  const applied = applyModel(model, padded, { rowWeights: constant(tensor([1, 0])) });
  const { balance } = extrasOf<MixtureExtras>(applied);
  const [[value = 0] = []] = await written(model, values, (store) => run(store, [balance]));
  t.ok(Math.abs(value - 1.5) < 1e-14);
});

test("mixtureOfExperts: the load loss leads the gate alone, and away from what is used most", async (t) => {
  const model = made({ top: 1 });
  const applied = applyModel(model, constant(tensor([[0.2, 0.1, 0]])));
  const { balance } = extrasOf<MixtureExtras>(applied);
  const gate = applied.parameters.find(({ path }) => path === "gate")?.variable as Node;
  const [slopes = []] = await written(model, values, (store) => run(store, [grad(balance, gate)]));
  const bias = slopes.slice(9);
  t.ok((bias[0] as number) > 0 && (bias[1] as number) < 0 && (bias[2] as number) < 0);
});

test("mixtureOfExperts: positions are routed on their own", async (t) => {
  const series = constant(tensor([rows.slice(0, 2), [rows[2] as number[], rows[0] as number[]]]));
  const model = made();
  const { output } = applyModel(model, series);
  t.deepEqual(output.shape, [2, 2, 1]);
  const flat = await at({});
  const [all = []] = await written(model, values, (store) => run(store, [output]));
  t.ok(gap(all, [...flat.output, flat.output[0] as number]) < 1e-14);
});

test("mixtureOfExperts: noise tries others when training alone, by the seed and the use", async (t) => {
  const quiet = await at({ noise: 3 });
  t.ok(gap(quiet.gates, (await at({})).gates) === 0, "not when inferring");
  const [once, again] = [await at({ noise: 3 }, "train"), await at({ noise: 3 }, "train")];
  t.deepEqual(once, again, "a function of the seed");
  t.notDeepEqual(once.gates, quiet.gates);
  const even = constant(tensor(new Float64Array(3000), { shape: [1000, 3] }));
  const { gates } = await at({ noise: 1, top: 1 }, "train", even);
  for (let e = 0; e < 3; e++) {
    const share = gates.filter((g, k) => k % 3 === e && g > 0).length / 1000;
    // Four standard errors of a share of 1/3 of 1,000 draws, seed 5.
    t.ok(Math.abs(share - 1 / 3) < 4 * Math.sqrt(2 / 9 / 1000), `expert ${e}: ${share}`);
  }
});

test("mixtureOfExperts: experts are named modules, given as a list or made by their number", (t) => {
  const shared = dense(3, 2);
  const model = mixtureOfExperts(3, [shared, sequential(dense(3, 4), dense(4, 2))]);
  t.deepEqual(
    model.variables.map(({ path }) => path),
    ["gate", "expert0/w", "expert1/dense0/w", "expert1/dense1/w"],
  );
  t.deepEqual(model.options.top, 2);
  const counted = mixtureOfExperts(3, { count: 2, make: (e) => dense(3, 1 + e) });
  t.equal(counted.options.experts.length, 2);
  t.end();
});

test("mixtureOfExperts: what does not fit is refused", (t) => {
  const experts = { count: 2, make: () => dense(3, 1) };
  t.throws(
    () => mixtureOfExperts(3, experts, { top: 3 }),
    /mixtureOfExperts: inputs must be a positive integer, top one up to 2, and noise finite and not negative, got 3, 3 and 0; call/,
  );
  t.throws(() => mixtureOfExperts(0, experts), /inputs must be a positive integer/);
  t.throws(() => mixtureOfExperts(3, experts, { noise: -1 }), /noise finite and not negative/);
  t.throws(
    () => mixtureOfExperts(3, []),
    /experts must be a list of modules, or \{ count, make \} with a positive count, got a list of others/,
  );
  t.throws(() => mixtureOfExperts(3, { count: 0, make: () => dense(3, 1) }), /got a count of 0/);
  t.throws(
    () => mixtureOfExperts(3, experts, { over: "some" as never }),
    /over must be "chosen" or "all", and response "sum" or "choice", got over some and response sum/,
  );
  t.throws(
    () => mixtureOfExperts(3, experts, { top: 1, response: "choice" }),
    /a choice needs gates that add up to 1.*got over all and response choice; pass \{ over: "chosen" \}/,
  );
  t.throws(
    () => applyModel(made(), input("x", [4, 2])),
    /mixtureOfExperts: its input must be \[n, 3\], or \[n, …, 3\], got \[4, 2\]; check/,
  );
  const odd = mixtureOfExperts(3, [dense(3, 1), dense(3, 2)]);
  t.throws(
    () => applyModel(odd, x),
    /all experts must have responses of one shape, got \[3, 1\] and \[3, 2\]; give/,
  );
  t.end();
});
