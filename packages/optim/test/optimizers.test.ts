import { variable } from "@metrigrad/graph";
import test from "tape";
import * as optim from "../src/index.ts";
import { everyOptimizer as rows } from "./everyOptimizer.ts";
import { classifier, contextOf, gap, train } from "./problem.ts";

/** Exports that are functions of another kind: of graphs, the links of a chain, and what trains distributions only. */
const notOptimizers = [
  "acceleration",
  "dualGradient",
  "naturalGradient",
  "gradients",
  "takesOf",
  "mapDirections",
  "warmup",
  "clipNorm",
  "klClip",
  "lineSearch",
  "spring",
  "moments",
  "precondition",
  "quadraticStep",
  "reject",
  "scale",
  "weightDecay",
];

/** Exports that return optimizers. */
function exported(): string[] {
  const found: string[] = [];
  const visit = (name: string, value: unknown) => {
    if (typeof value !== "function" || /^[A-Z]|Schedule$/.test(name)) return;
    if (notOptimizers.includes(name)) return;
    found.push(name);
    for (const [inner, member] of Object.entries(value)) visit(`${name}.${inner}`, member);
  };
  for (const [name, value] of Object.entries(optim)) visit(name, value);
  return found;
}

test("optimizers: every exported one has a row here", (t) => {
  t.deepEqual(exported().sort(), Object.keys(rows).sort());
  t.end();
});

for (const [name, optimizer] of Object.entries(rows)) {
  test(`optimizers: ${name} learns, repeats itself, and describes itself as plain data`, async (t) => {
    const first = await train(classifier(), optimizer, 40);
    const again = await train(classifier(), optimizer, 40);
    t.ok((first.losses.at(-1) as number) < 0.8 * (first.losses[0] as number), "the loss falls");
    t.equal(gap(first.losses, again.losses), 0, "the same seed gives the same run");
    t.deepEqual(
      JSON.parse(JSON.stringify(optimizer.settings)),
      optimizer.settings,
      "plain settings",
    );
    t.ok(Object.isFrozen(optimizer), "frozen");
  });

  test(`optimizers: ${name} moves every parameter in one phase, and each variable once in a phase`, (t) => {
    const context = contextOf(classifier());
    const phases = optimizer.update(context).map(({ updates }) => updates.map(([one]) => one));
    for (const moved of phases) t.equal(new Set(moved).size, moved.length);
    for (const { variable: parameter } of context.parameters)
      t.equal(phases.filter((moved) => moved.includes(parameter)).length, 1);
    t.end();
  });

  test(`optimizers: ${name} refuses a parameter that no path connects to the loss`, (t) => {
    const context = contextOf(classifier());
    const lost = { variable: variable("lost/w", [2, 2]), path: "lost/w", decay: "none" } as const;
    t.throws(
      () => optimizer.update({ ...context, parameters: [...context.parameters, lost] }),
      /lost\/w/,
    );
    t.end();
  });
}

test("optimizers: settings out of range are refused by name", (t) => {
  const refused = (make: () => unknown, text: RegExp) => t.throws(make, text);
  refused(
    () => optim.sgd({ learningRate: -1 }),
    /sgd: learningRate must be a finite number ≥ 0, got -1/,
  );
  refused(() => optim.momentum({ momentum: 2 }), /momentum must be a number in \[0, 1\], got 2/);
  refused(
    () => optim.adam({ beta2: Number.NaN }),
    /adam: beta2 must be a number in \[0, 1\), got NaN/,
  );
  refused(() => optim.adam({ beta1: 1 }), /adam: beta1 must be a number in .*got 1/);
  refused(() => optim.rngd({ absolute: -1 }), /rngd: absolute must be a finite number ≥ 0/);
  refused(
    () => optim.rngd({ absolute: 0 }),
    /the metric of one batch is singular, so it must be damped/,
  );
  refused(
    () => optim.rngd.paper({ over: { average: 0.9, every: 0 } }),
    /rngd-paper, over: every must be a positive integer, got 0/,
  );
  refused(() => optim.rngd({ over: { every: 2.5 } }), /every must be a positive integer, got 2.5/);
  t.end();
});
