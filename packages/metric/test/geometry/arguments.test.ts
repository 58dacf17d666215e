/** Arguments of what computes on a store that are none, as they come from JavaScript. */
import * as metric from "@metrigrad/metric";
import { categorical, dense, sequential } from "@metrigrad/nn";
import { reference, tensor } from "@metrigrad/tensor";
import test from "tape";
import { rejects } from "../support/rejects.ts";

/** Functions that take any arguments. */
type Loose = (...given: unknown[]) => unknown;
const doors = metric as unknown as Record<string, Loose>;
const door = (name: string) => doors[name] as Loose;

const model = sequential(dense(2, 3, { activation: "tanh" }), dense(3, 3));
const x = tensor([
  [1, 2],
  [3, 4],
  [0, 1],
]);
const likelihood = categorical();

test("rfim, fisher and the like: model, options and laws are checked by name", async (t) => {
  const backend = await reference();
  const store = await backend.store(model, { seed: 1 });
  const given = { store, likelihood };
  const cases: readonly (readonly [string, readonly unknown[], RegExp])[] = [
    ["rfim", [model, x], /rfim: options must be an object, got undefined; pass \{ store: … \}/],
    ["rfim", [undefined, x, given], /rfim: the model must be a module, got undefined; pass one/],
    ["rfim", [dense, x, given], /rfim: the model must be a module, got a function/],
    [
      "rfim",
      [model, x, { store, likelihood: categorical }],
      /rfim: likelihood must be a law, got a function; call it/,
    ],
    [
      "rfim",
      [model, x, { ...given, mode: "trian" }],
      /rfim: mode must be "train" or "infer", got trian/,
    ],
    [
      "rfim",
      [model, x, { ...given, metric: 1 }],
      /rfim: options must be among store, likelihood, metrics, mode, got metric/,
    ],
    ["fisher", [model, x], /fisher: options must be an object, got undefined/],
    ["fisher", [null, x, given], /fisher: the model must be a module, got null/],
    [
      "fisher",
      [model, x, { ...given, memoryBudget: -1 }],
      /fisher: memoryBudget must be a positive number of bytes, got -1/,
    ],
    [
      "fisher",
      [model, x, { ...given, metrics: 1 }],
      /fisher: options must be among .*, got metrics/,
    ],
    ["observedFisher", [model, x], /observedFisher: options must be an object/],
    ["gaussNewton", [3, x, given], /gaussNewton: the model must be a module, got 3/],
    ["kl", [model, x, { ...given, step: {} }], /kl: options must be among .*, got step/],
    [
      "kl",
      [model, x, { ...given, delta: 1 }],
      /kl, delta: a vector must be values by parameter name, got 1; pass \{ "dense0\/w": … \}/,
    ],
    ["pullbackMetric", [], /pullbackMetric: options must be an object/],
    [
      "pullbackMetric",
      [undefined, { store, at: {}, map: () => ({}) }],
      /pullbackMetric: the metric must multiply, got undefined/,
    ],
    [
      "pullbackMetric",
      [{ apply: () => null }, { store, at: {}, map: 1 }],
      /pullbackMetric: map must be a function, got 1/,
    ],
  ];
  for (const [name, args, message] of cases)
    await rejects(t, door(name)(...args) as Promise<unknown>, message);

  const g = (await metric.rfim(model, x, given)) as unknown as Record<string, Loose>;
  const whole = (await metric.fisher(model, x, given)) as unknown as Record<string, Loose>;
  const w = tensor(new Float64Array(12).fill(1), { shape: [4, 3] });
  const nan = tensor(new Float64Array(12).fill(Number.NaN), { shape: [4, 3] });
  const block = (g.blocks as unknown as Record<string, Loose>[])[1] as Record<string, Loose>;
  const calls: readonly (readonly [Loose | undefined, readonly unknown[], RegExp])[] = [
    [g.solve, [null], /rfim.solve: a vector must be values by parameter name, got null/],
    [g.solve, [w], /rfim.solve: a vector must be values by parameter name, got a tensor \[4, 3\]/],
    [
      g.solve,
      [{ "dense1/w": undefined }],
      /rfim.solve, dense1\/w: the value must be a tensor, got undefined/,
    ],
    [
      g.solve,
      [{ "dense1/w": [[1]] }],
      /rfim.solve, dense1\/w: the value must be a tensor, got a list/,
    ],
    [
      g.solve,
      [{ "dense1/w": w }, 0.1],
      /rfim.solve: options must be an object, got 0.1; pass \{ relative/,
    ],
    [
      g.solve,
      [{ "dense1/w": w }, { damping: {} }],
      /rfim.solve: options must be among relative, absolute, solver, got damping/,
    ],
    [
      g.solve,
      [{ "dense1/w": w }, { absolute: Number.NaN }],
      /block of dense1, solve: damping must be finite and not negative, got relative 0, absolute NaN/,
    ],
    [
      g.solve,
      [{ "dense1/w": w }, { absolute: Number.POSITIVE_INFINITY }],
      /damping must be finite and not negative, got relative 0, absolute Infinity/,
    ],
    [
      g.solve,
      [{ "dense1/w": nan }, { absolute: 1 }],
      /block of dense1, solve: the vector must be finite, got NaN or infinity/,
    ],
    [g.length, [3], /rfim.length: a vector must be values by parameter name, got 3/],
    [block.solve, [undefined], /the value must be a tensor, got undefined/],
    [block.solve, [w, 0.1], /options must be an object, got 0.1/],
    [
      block.logdet,
      [{ relative: -1 }],
      /logdet: damping must be finite and not negative, got relative -1/,
    ],
    [
      block.inverseSqrt,
      [w, { absolute: "1" }],
      /inverseSqrt: damping must be finite and not negative/,
    ],
    [whole.apply, [null], /fisher.apply: a vector must be values by parameter name, got null/],
    [
      whole.solve,
      [{ "dense1/w": w }, { method: "cg" }],
      /fisher.solve: method must be "direct" or "conjugate gradients", got cg/,
    ],
    [
      whole.solve,
      [{ "dense1/w": w }, { tolerance: -1 }],
      /fisher.solve: tolerance must be positive, got -1/,
    ],
    [
      whole.solve,
      [{ "dense1/w": w }, { iterations: 0.5 }],
      /fisher.solve: iterations must be a count, got 0.5/,
    ],
    [
      whole.solve,
      [{ "dense1/w": w }, { lambda: 1 }],
      /fisher.solve: options must be among .*, got lambda/,
    ],
  ];
  for (const [call, args, message] of calls)
    await rejects(t, (call as Loose)(...args) as Promise<unknown>, message);
  await backend.close();
});
