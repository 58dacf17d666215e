/** Every public op has rows in the table of cases, each op a known value, and all of them hold. */
import test from "tape";
import { checkOp, opRows } from "../../src/index.ts";
import * as ops from "../../src/ops/index.ts";

/** Exports of the ops' index that make values or ops rather than apply one. */
const notOps = [
  "constant",
  "defElementwise",
  "input",
  "isLinearIn",
  "isVariable",
  "leakOf",
  "patchRows",
  "coreOps",
  "pick",
  "rngState",
  "structuralOps",
  "unaryOf",
  "variable",
  "variableName",
  "variableOf",
];

test("every op has a row with a known value or shape, and every row an op", (t) => {
  const names = Object.keys(ops).filter((name) => !notOps.includes(name));
  const covered = new Set(opRows.map(({ op }) => op));
  t.deepEqual(
    names.filter((name) => !covered.has(name)),
    [],
    "ops without a row",
  );
  t.deepEqual(
    [...covered].filter((name) => !names.includes(name)),
    [],
    "rows without an op",
  );
  const known = opRows.filter(({ cases }) => cases.some(({ value, type }) => value ?? type));
  const withValue = new Set(known.map(({ op }) => op));
  t.deepEqual(
    names.filter((name) => !withValue.has(name)),
    [],
    "ops whose value no case states",
  );
  t.end();
});

/** Cases of a row whose derivatives are compared; all of them with METRIGRAD_SWEEP=full, as in `npm run check`. */
const casesOf = process.env.METRIGRAD_SWEEP === "full" ? Number.POSITIVE_INFINITY : 2;

for (const name of new Set(opRows.map(({ op }) => op))) {
  test(`${name}: value, derivatives and batch rule`, async (t) => {
    for (const { f, cases } of opRows.filter(({ op }) => op === name)) {
      const { results } = await checkOp(f, cases.slice(0, casesOf), { name });
      t.ok(results.length > 0, `${results.length} comparisons`);
    }
  });
}
