/** Measures metrigrad, side by side with its peers: `npm run bench -- gemm step [--json]`. */
import { environment } from "./environment.ts";
import { optionsFrom } from "./options.ts";
import { peers } from "./peers/index.ts";
import { writeResults } from "./readme.ts";
import type { Result } from "./result.ts";
import { openSession } from "./session.ts";
import { suites } from "./suites/index.ts";
import { tables } from "./table.ts";
import { targetTable } from "./targets.ts";

const options = optionsFrom(process.argv.slice(2), Object.keys(suites));
const session = await openSession(options, peers);
const results: Result[] = [];
for (const name of options.suites) results.push(...((await suites[name]?.(session)) ?? []));
const found = environment(session);
await session.close();

const targets = targetTable(results, found.adapters, options.suites);
if (options.json) {
  console.log(JSON.stringify({ environment: found, results }, null, 1));
} else {
  console.log(tables(found, results));
  if (options.targets) console.log(`\n${targets}`);
}
if (options.write) {
  const command = `\`npm run bench -- ${process.argv.slice(2).join(" ")}\``;
  await writeResults(options.suites, [command, tables(found, results), targets].join("\n\n"));
}
