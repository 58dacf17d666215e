/** Every acceptance identity, T1 to T19, is tested on both backends. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import test from "tape";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Numbers of the identities whose title in a test file ends in the backend of a loop over both. */
function numbersIn(folder: string): number[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts"))
    .flatMap((name) => {
      const text = readFileSync(join(root, folder, name), "utf8");
      const titles = text.matchAll(/\btest\(\s*`T(\d+) [^`]*, on \$\{on(?:\.name)?\}`/g);
      return [...titles].map((match) => Number(match[1]));
    });
}

test("T1 to T19 each have a test on the reference and on the cpu backend", (t) => {
  const found = new Set(["packages/metric/test", "packages/optim/test"].flatMap(numbersIn));
  const all = Array.from({ length: 19 }, (_, k) => k + 1);
  t.deepEqual(
    all.filter((number) => !found.has(number)),
    [],
  );
  t.end();
});
