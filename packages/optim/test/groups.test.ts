import { add, matmul } from "@metrigrad/graph";
import { metrics, paperMetrics, partition, stackedMetrics } from "@metrigrad/metric";
import {
  defModule,
  dense,
  glorotUniform,
  type Module,
  param,
  sequential,
  zeros,
} from "@metrigrad/nn";
import test from "tape";
import { adam, groups, type Optimizer, type OptimizerGroups, rngd, sgd } from "../src/index.ts";
import { batchesOf, classifier, contextOf, follow, gap, train } from "./problem.ts";

/** dense0, sequential0/dense0, sequential0/dense1. */
function nested() {
  const first = dense(4, 5, { activation: "tanh" });
  const inner = [dense(5, 4, { activation: "tanh" }), dense(4, 3)] as const;
  const rest = sequential(...inner);
  return { model: sequential(first, rest) as Module, first, rest, inner };
}

const paths = ["dense0/w", "sequential0/dense0/w", "sequential0/dense1/w"];

/** Rates by which SGD moves each parameter in a step: who took it. */
async function rates(given: OptimizerGroups, model: Module): Promise<number[]> {
  const optimizer = groups(given);
  const [one, all] = [
    await train(model, optimizer, 1),
    await train(model, sgd({ learningRate: 1 }), 1),
  ];
  const start = (await train(model, optimizer, 0)).parameters;
  return paths.map((path) => {
    const moved = (of: typeof one) =>
      (of.parameters.get(path)?.[0] as number) - (start.get(path)?.[0] as number);
    return Math.round((1000 * moved(one)) / moved(all)) / 1000;
  });
}

const by = (learningRate: number) => sgd({ learningRate });

test("groups: the first pattern that fits a path counts, others take the rest wherever they stand", async (t) => {
  const { model } = nested();
  t.deepEqual(await rates({ "dense0/*": by(0.5), others: by(0.25) }, model), [0.5, 0.25, 0.25]);
  t.deepEqual(
    await rates({ others: by(0.25), "sequential0/**": by(0.5) }, model),
    [0.25, 0.5, 0.5],
  );
  t.deepEqual(
    await rates({ "*/w": by(0.5), others: by(0.25) }, model),
    [0.5, 0.25, 0.25],
    "* is one part of a path",
  );
  t.deepEqual(await rates({ "**/w": by(0.5) }, model), [0.5, 0.5, 0.5], "** is any number of them");
  t.deepEqual(
    await rates({ "**/dense1/*": by(0.5), "**": by(0.25), others: by(0.125) }, model),
    [0.25, 0.25, 0.5],
    "others may take nothing",
  );
  t.deepEqual(
    await rates({ "dense0.w": by(1), "dense?/w": by(1), "**": by(0.5) }, model).catch(
      ({ message }) => message.slice(0, 17),
    ),
    "groups, dense0.w:",
    "other signs are themselves",
  );
});

test("groups: modules, lists of modules and functions of paths", async (t) => {
  const { model, first, rest, inner } = nested();
  t.deepEqual(
    await rates(
      [
        [first, by(0.5)],
        [rest, by(0.25)],
      ],
      model,
    ),
    [0.5, 0.25, 0.25],
  );
  t.deepEqual(
    await rates(
      [
        [[first, inner[1]], by(0.5)],
        [model, by(0.25)],
      ],
      model,
    ),
    [0.5, 0.25, 0.5],
  );
  t.deepEqual(
    await rates(
      [
        [(path) => path.endsWith("dense1/w"), by(0.5)],
        [() => true, by(0.25)],
      ],
      model,
    ),
    [0.25, 0.25, 0.5],
  );
});

test("groups: each part moves as under its optimizer alone while the gradient is the same", async (t) => {
  const model = classifier();
  const settings = { learningRate: 0.1, absolute: 0.3 };
  const [natural, moments] = [rngd(settings), adam({ learningRate: 0.02 })] as const;
  const both = await train(model, groups({ "dense0/*": natural, others: moments }), 1);
  const [one, two] = [await train(model, natural, 1), await train(model, moments, 1)];
  t.equal(gap(both.parameters.get("dense0/w"), one.parameters.get("dense0/w")), 0);
  t.equal(gap(both.parameters.get("dense1/w"), two.parameters.get("dense1/w")), 0);
  const all = await train(model, groups({ "**": natural }), 5);
  const alone = await train(model, natural, 5);
  for (const [path, value] of alone.parameters)
    t.equal(gap(all.parameters.get(path), value), 0, path);
});

test("groups: every part keeps its own state, and phases of its own", async (t) => {
  const model = classifier();
  const kept = rngd({ over: { every: 2 }, momentum: 0.5 });
  const given = groups({ "dense0/*": kept, others: adam() });
  const run = await follow(model, given, batchesOf(3));
  const names = [...(run[3]?.keys() ?? [])];
  t.ok(
    names.includes("optimizer/velocity/dense0/w") && !names.includes("optimizer/velocity/dense1/w"),
  );
  t.ok(
    names.includes("optimizer/squares/dense1/w") && !names.includes("optimizer/squares/dense0/w"),
  );
  t.deepEqual(
    given.update(contextOf(model)).map(({ every }) => every),
    [2, 1],
    "both move in one phase",
  );
});

test("groups: tables that look at the whole model precondition the parameters of their group alone", async (t) => {
  const { model, inner, first } = nested();
  for (const [name, table] of Object.entries({
    kfac: metrics.kfac(),
    paper: paperMetrics,
    stacked: stackedMetrics(),
    "stacked to the end": stackedMetrics({ layers: Number.POSITIVE_INFINITY }),
    "a group inside": partition(model, [[...inner]]),
  })) {
    const natural = rngd({ metrics: table, learningRate: 0.1, absolute: 0.3, forward: "infer" });
    for (const [choice, own] of [
      [nested, paths.slice(1)],
      [first, paths.slice(0, 1)],
    ] as const) {
      const taken = choice === first ? "dense0/*" : "sequential0/**";
      const context = contextOf(model);
      const both = groups({ [taken]: natural, others: sgd() });
      const report = both.update(context).flatMap((phase) => phase.report?.blocks ?? []);
      t.deepEqual(
        report.flatMap(({ params }) => params),
        own,
        `${name}: ${own}`,
      );
      const [got, alone, plain] = [
        await train(model, both, 1),
        await train(model, natural, 1),
        await train(model, sgd(), 1),
      ];
      for (const path of paths) {
        const expected = own.includes(path) ? alone : plain;
        t.equal(
          gap(got.parameters.get(path), expected.parameters.get(path)),
          0,
          `${name}: ${path}`,
        );
      }
    }
  }
});

test("groups: a block that two groups share is refused by the paths of its parameters", (t) => {
  const apart = defModule({
    name: "apart",
    params: { w: param([4, 3], glorotUniform), b: param([3], zeros, { decay: "none" }) },
    apply: ({ w, b }, x) => add(matmul(x, w), b),
  });
  const model = sequential(apart()) as Module;
  const message = /metric of apart0\/w, apart0\/b: .* one optimizer.*, got apart0\/b of another/;
  t.throws(() => groups({ "**/w": rngd(), others: sgd() }).update(contextOf(model)), message);
  const { model: deep } = nested();
  t.throws(
    () =>
      groups({ "dense0/*": rngd({ metrics: partition(deep, "whole") }), others: sgd() }).update(
        contextOf(deep),
      ),
    /got sequential0\/dense0\/w, sequential0\/dense1\/w of another/,
  );
  t.end();
});

test("groups: what is no optimizer, a parameter that none takes and a group that takes none are refused", (t) => {
  const { model, first } = nested();
  const other = dense(2, 2);
  const built = (given: OptimizerGroups) => () => groups(given).update(contextOf(model));
  t.throws(
    () => groups({ "dense0/*": sgd as unknown as Optimizer, others: sgd() }),
    /groups, dense0\/\*: each group must have an optimizer, got function; call one: groups\(\{ others: adam\(\) \}\)/,
  );
  t.throws(
    () => groups([[first, undefined as unknown as Optimizer]]),
    /groups, group 0: each group must have an optimizer/,
  );
  t.throws(
    built({ "dense0/*": sgd() }),
    /groups: every parameter must belong to a group, got none for sequential0\/dense0\/w \(there are dense0\/\*\); add \{ others: adam\(\) \}/,
  );
  t.throws(
    built({ "dense9/*": sgd(), others: sgd() }),
    /groups, dense9\/\*: a group must take a parameter, got none; correct the pattern/,
  );
  t.throws(
    built([
      [other, sgd()],
      [model, sgd()],
    ]),
    /groups, group 0: a group must take a parameter/,
  );
  t.end();
});

test("groups: settings name the optimizers as plain data", (t) => {
  const { settings, name } = groups({ "dense0/*": sgd({ learningRate: 0.5 }), others: adam() });
  t.equal(name, "groups");
  t.deepEqual(JSON.parse(JSON.stringify(settings)), settings);
  t.deepEqual(settings["dense0/*"], { name: "sgd", learningRate: 0.5, schedule: "constant" });
  t.end();
});
