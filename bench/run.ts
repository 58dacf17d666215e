/** Measures metrigrad, side by side with peers where there are any: `npm run bench -- step gemm [--json]`. */
import { parseArgs } from "node:util";
import { environment } from "./environment.ts";
import type { Result } from "./result.ts";
import { gemm } from "./suites/gemm.ts";
import { step } from "./suites/step.ts";
import { printTable } from "./table.ts";

const suites: Readonly<Record<string, () => Promise<Result[]>>> = { gemm, step };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "boolean", default: false } },
});
const names = positionals.length > 0 ? positionals : Object.keys(suites);
const unknown = names.find((name) => !(name in suites));
if (unknown !== undefined) {
  console.error(`bench: a suite must be one of ${Object.keys(suites).join(", ")}, got ${unknown}`);
  process.exit(2);
}
const results: Result[] = [];
for (const name of names) results.push(...((await suites[name]?.()) ?? []));
if (values.json) console.log(JSON.stringify({ environment: environment(), results }, null, 1));
else printTable(environment(), results);
