import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import test from "tape";
import { inPackage } from "../../../src/cli/packageFolder.ts";
import { init } from "../../../src/cli/starter/init.ts";
import { version } from "../../../src/cli/version.ts";
import { isColoured, messageOf, pipeOf } from "../support.ts";

const root = mkdtempSync(join(tmpdir(), "metrigrad-init-"));
test.onFinish(() => rmSync(root, { recursive: true }));

/** The files of a folder, with those of its folders. */
function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  return files.map((entry) => relative(folder, join(entry.parentPath, entry.name))).sort();
}

test("init writes every file of the starter, and .gitignore under its name", async (t) => {
  const folder = join(root, "deep", "My Project!");
  const { code, text, value } = await init(folder, pipeOf(80));
  t.equal(code, 0);
  const wanted = filesIn(inPackage("starter")).map((name) =>
    name.replace(/^gitignore$/, ".gitignore"),
  );
  t.deepEqual(filesIn(folder), wanted.sort());
  t.ok(wanted.includes(".gitignore") && wanted.includes("package.json"));
  const told = value as { files: { path: string; written: boolean }[] };
  t.equal(told.files.length, wanted.length);
  t.ok(told.files.every(({ path, written }) => written && existsSync(path)));
  const { name, dependencies } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  t.equal(name, "my-project", "a name that npm takes");
  t.deepEqual(dependencies, { metrigrad: `^${version()}` });
  t.ok(
    text.includes(`  cd ${folder}\n  npm install\n  npm test\n  npx metrigrad train train.ts\n`),
  );
  t.notOk(isColoured(text));
});

test("a folder whose name npm does not take gets another one", async (t) => {
  const folder = join(root, "___");
  await init(folder, pipeOf(80));
  t.equal(JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).name, "my-project");
});

test("what is there is kept: files, and links that lead nowhere", async (t) => {
  const folder = join(root, "kept");
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), "mine");
  symlinkSync(join(root, "nowhere"), join(folder, "train.ts"));
  const { text, value } = await init(folder, pipeOf(80, true));
  const { files } = value as { files: { path: string; written: boolean }[] };
  const kept = files.filter(({ written }) => !written).map(({ path }) => relative(folder, path));
  t.deepEqual(kept.sort(), ["package.json", "train.ts"]);
  t.equal(readFileSync(join(folder, "package.json"), "utf8"), "mine");
  t.notOk(existsSync(join(root, "nowhere")), "nothing is written through the link");
  t.match(text, /npm install metrigrad\n {2}npm install --save-dev .*tsx/, "packages come by hand");
  t.ok(isColoured(text), "with colours where they are wanted");
});

test("a folder that cannot be made says what the file system says", async (t) => {
  const file = join(root, "file");
  writeFileSync(file, "");
  t.match(await messageOf(init(join(file, "inside"), pipeOf(80))), /ENOTDIR/);
});
