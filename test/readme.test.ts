/** The example in each package's README.md runs, and each `console.log(...); // text` prints that text. */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import test from "tape";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, "node_modules", ".cache", "metrigrad-examples");

for (const name of readdirSync(join(root, "packages"))) {
  const readme = join(root, "packages", name, "README.md");
  const page = existsSync(readme) ? readFileSync(readme, "utf8") : "";
  const example = /^## Example\n+```ts\n([\s\S]+?)^```$/m.exec(page)?.[1];
  if (example === undefined) continue; // test/repository.test.ts reports the missing section

  test(`the example of packages/${name}/README.md`, async (t) => {
    const promised = [...example.matchAll(/^console\.log\(.*\);? \/\/ (.*)$/gm)].map((m) => m[1]);
    mkdirSync(folder, { recursive: true });
    const file = join(folder, `${name}.mts`);
    writeFileSync(file, example);
    const node = ["--conditions=@metrigrad/source", "--import", "tsx", file];
    const { stdout } = await promisify(execFile)(process.execPath, node, { cwd: root });
    t.deepEqual(stdout.split("\n").filter(Boolean), promised);
  });
}
