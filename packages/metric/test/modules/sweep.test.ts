/** Every module that nn exports has its geometry: uses that are found, rows that are right, and a block for each parameter. */
import { constant } from "@metrigrad/graph";
import {
  checkMetric,
  fullMetrics,
  groupedRows,
  linearMetrics,
  linearRows,
  lookupRows,
  scaleRows,
  standardMetrics,
} from "@metrigrad/metric";
import * as nn from "@metrigrad/nn";
import { isTensor, mapTree, tensor } from "@metrigrad/tensor";
import test from "tape";
import { subsystemsOf } from "../support/dense.ts";
import { type ModuleCase, moduleCases } from "../support/modules.ts";
import { wholeSweep } from "../support/seeds.ts";

const isDefinition = (value: unknown) => typeof value === "function" && "spec" in value;

/** Its family has the metric, and `naturalGradient` needs no block of it: test/naturalGradient.test.ts. */
const ofFamilies = ["distribution"];

test("every kind of module that nn exports has a case, and every case an export", (t) => {
  const kinds = Object.entries(nn).filter(([, value]) => isDefinition(value));
  t.deepEqual(
    [...Object.keys(moduleCases), ...ofFamilies].sort(),
    kinds.map(([name]) => name).sort(),
  );
  t.end();
});

/** Modules whose responses take long to integrate over. */
const long = ["attention", "gruCell", "gru", "lstm", "lstmCell", "mixtureOfExperts"];

/**
 * Whether to check both ways of sharing: a sample has several positions, or they make no difference, and responses are one
 * number wide, of which there are some in every layout: integrals over several take a second each.
 */
function isShared(one: ModuleCase, kind: string): boolean {
  return applied(one).applications.some(({ uses, samples }) =>
    uses.some((use) => {
      if ((use.kind !== "affine" && use.kind !== "scale") || use.kind !== kind) return false;
      return use.rows?.shape[0] !== samples && use.parameters[0]?.shape.at(-1) === 1;
    }),
  );
}

/** The row of each way to act, by how positions of a sample count. */
const rowsOf = {
  affine: { expand: linearRows(), reduce: linearRows({ sharing: "reduce" }) },
  scale: { expand: scaleRows(), reduce: scaleRows({ sharing: "reduce" }) },
  lookup: { expand: lookupRows() },
  grouped: { expand: groupedRows() },
  // What acts in another way has the row of its kind of module, below.
  free: {},
} as const;

function applied({ module, inputs }: ModuleCase) {
  const x = mapTree(inputs, isTensor, (value) => constant(value));
  return nn.applyModel(module as never, x as never);
}

for (const [name, cases] of Object.entries(moduleCases)) {
  for (const [index, one] of cases.entries()) {
    const title = cases.length === 1 ? name : `${name} ${index + 1}`;
    const { module, inputs, acts } = one;

    test(`${title}: how its parameters act is found, and every table has a row for each`, (t) => {
      const { applications, parameters } = applied(one);
      const found = applications.flatMap(({ uses, pathOf }) =>
        uses.flatMap((use) => {
          const kind = use.kind === "copies" ? use.each[0]?.use.kind : use.kind;
          return use.parameters.map((param) => [pathOf(param), kind]);
        }),
      );
      t.deepEqual(Object.fromEntries(found), acts);
      t.deepEqual(parameters.map(({ path }) => path).sort(), Object.keys(acts).sort());
      for (const metrics of [fullMetrics, standardMetrics, linearMetrics]) {
        const systems = subsystemsOf(module, { x: inputs, metrics });
        const names = systems.flatMap((system) => system.names);
        t.deepEqual(names.sort(), Object.keys(acts).sort(), metrics.name);
        if (metrics !== fullMetrics) continue;
        t.ok(
          systems.every(({ block }) => block !== null),
          "no plain gradient",
        );
      }
      t.end();
    });

    // Integrals take seconds: beyond the first case of a module they are in the whole sweep.
    if ((index > 0 || long.includes(name)) && !wholeSweep) continue;
    // What has no parameters of its own is made of modules that are checked themselves.
    if ([acts, module.params].some((of) => Object.keys(of).length === 0)) continue;
    for (const kind of [...new Set(Object.values(acts))]) {
      for (const [sharing, metric] of Object.entries(rowsOf[kind])) {
        if (sharing === "reduce" && (index > 0 || !isShared(one, kind))) continue;
        test(`${title}: checkMetric of its ${kind} uses, ${sharing}, weighted`, async (t) => {
          const n = (applied(one).applications[0] as nn.Application).samples;
          const rowWeights = tensor(Float64Array.from({ length: n }, (_, i) => i + 0.5));
          const options = { module, inputs, rowWeights, samples: 200 };
          const report = await checkMetric(metric, options);
          t.ok(report.passed, String(report));
        });
      }
    }

    const own = fullMetrics.rows.find(({ of }) => of === module.definition);
    // That of repeat is for what acts in another way alone.
    const none = name === "repeat" && !Object.values(acts).includes("free");
    if (own === undefined || none) continue;
    test(`${title}: checkMetric of its own row`, async (t) => {
      const report = await checkMetric(own, { module, inputs });
      t.ok(report.passed, String(report));
    });
  }
}
