/**
 * The example in each package's README.md runs, and so do the files of examples/api, which the reference pages show, and
 * the pages of docs/guide, all blocks of a page as one program; each `console.log(...); // text` prints that text. Links between pages lead somewhere.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import * as metric from "@metrigrad/metric";
import test, { type Test } from "tape";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, "node_modules", ".cache", "metrigrad-examples");

const guides = join(root, "docs", "guide");

/** Programs by name: the example of each package and the code of each guide. */
const programs = new Map<string, string>();
for (const name of readdirSync(join(root, "packages"))) {
  const readme = join(root, "packages", name, "README.md");
  const page = existsSync(readme) ? readFileSync(readme, "utf8") : "";
  const example = /^## Example\n+```ts\n([\s\S]+?)^```$/m.exec(page)?.[1];
  // test/repository.test.ts reports a missing section.
  if (example !== undefined) programs.set(name, example);
}
for (const file of readdirSync(guides).filter((one) => one.endsWith(".md"))) {
  const page = readFileSync(join(guides, file), "utf8");
  const blocks = [...page.matchAll(/^```ts\n([\s\S]+?)^```$/gm)].map(([, block = ""]) => block);
  programs.set(`guide-${file}`, blocks.join("\n"));
}

/** The examples of the reference pages, a file each. */
const ofNames = readdirSync(join(root, "examples", "api"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => join(root, "examples", "api", name));

/** Runs one program after the other, each after a line with its number, and an error in place of the rest of its text. */
const runner = `
for (const [index, file] of process.argv.slice(2).entries()) {
  console.log("program " + index);
  await import(file).catch((error) => console.log(error.stack));
}`;

test("the examples of READMEs and names and the code of guides print what their comments promise", async (t) => {
  mkdirSync(folder, { recursive: true });
  const made = [...programs].map(([name, program]) => {
    const file = join(folder, `${name}.mts`);
    writeFileSync(file, program);
    return { name, program, file };
  });
  const kept = ofNames.map((file) => {
    return { name: relative(root, file), program: readFileSync(file, "utf8"), file };
  });
  const all = [...made, ...kept];
  const files = all.map(({ file }) => pathToFileURL(file).href);
  const main = join(folder, "runner.mjs");
  writeFileSync(main, runner);
  // One process for all: each would load the sources anew.
  const node = ["--conditions=@metrigrad/source", "--import", "tsx", main, ...files];
  const { stdout } = await promisify(execFile)(process.execPath, node, { cwd: root });
  const printed = stdout.split(/^program \d+$/m).slice(1);
  t.equal(printed.length, all.length);
  for (const [index, { name, program }] of all.entries()) {
    const promised = [...program.matchAll(/^console\.log\(.*\);? \/\/ (.*)$/gm)].map((m) => m[1]);
    t.deepEqual(printed[index]?.split("\n").filter(Boolean), promised, name);
  }
});

/** What a heading is called in links. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\- ]/gu, "")
    .replaceAll(" ", "-");
}

/** Links of a page to files and headings that are not there. */
function brokenLinks(page: string): string[] {
  const text = readFileSync(page, "utf8").replace(/^```[\s\S]*?^```$/gm, "");
  const links = [...text.matchAll(/\]\(([^):]+)\)/g)].map(([, link = ""]) => link);
  return links.filter((link) => {
    const [path = "", anchor] = link.split("#");
    const target = path === "" ? page : join(dirname(page), path);
    if (!existsSync(target)) return true;
    if (anchor === undefined) return false;
    const headings = [...readFileSync(target, "utf8").matchAll(/^#+ (.*)$/gm)];
    return !headings.some(([, heading = ""]) => anchorOf(heading) === anchor);
  });
}

const pages = [
  ...["README.md", "CHANGELOG.md"].map((name) => join(root, name)),
  ...readdirSync(join(root, "packages")).map((name) => join(root, "packages", name, "README.md")),
  ...readdirSync(guides).map((name) => join(guides, name)),
].filter((page) => page.endsWith(".md") && existsSync(page));

test("the links of READMEs, guides and the changelog", (t) => {
  for (const page of pages) t.deepEqual(brokenLinks(page), [], relative(root, page));
  t.end();
});

test("every guide is reachable from README.md", (t) => {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const names = readdirSync(guides).filter((name) => name.endsWith(".md"));
  t.deepEqual(
    names.filter((name) => !readme.includes(`](docs/guide/${name})`)),
    [],
  );
  t.end();
});

test("the guide to extending has a trained model with a new node in under 60 lines", async (t) => {
  const page = readFileSync(join(guides, "extend.md"), "utf8");
  const [, program = ""] = /^## The program\n+```ts\n([\s\S]+?)^```$/m.exec(page) ?? [];
  const lines = program.split("\n").filter((line) => line.trim() !== "").length;
  t.ok(/fit\(model/.test(program) && lines > 0 && lines < 60, `${lines} lines`);
});

test("the guides name everything that @metrigrad/metric exports", (t) => {
  const texts = readdirSync(guides)
    .filter((name) => name.endsWith(".md"))
    .map((name) => readFileSync(join(guides, name), "utf8"))
    .join();
  const missing = Object.keys(metric).filter((name) => !new RegExp(`\\b${name}\\b`).test(texts));
  t.deepEqual(missing, []);
  t.end();
});

// One more compilation of everything: `npm run check` takes it, `npm test` need not.
const whole = process.env.METRIGRAD_SWEEP === "full";
if (whole) test("the programs of the guides have types", programsHaveTypes);

async function programsHaveTypes(t: Test) {
  const programs = readdirSync(guides)
    .filter((name) => name.endsWith(".md"))
    .map((name) => `guide-${name}.mts`);
  const config = join(folder, "tsconfig.json");
  const options = { types: ["node"], typeRoots: [join(root, "node_modules", "@types")] };
  const parts = { compilerOptions: options, files: programs, include: [], references: [] };
  writeFileSync(config, JSON.stringify({ extends: join(root, "tsconfig.test.json"), ...parts }));
  const tsc = [join(root, "node_modules", "typescript", "bin", "tsc"), "-p", config];
  const { stdout } = await promisify(execFile)(process.execPath, tsc, { cwd: root }).catch(
    (error: { readonly stdout: string }) => error,
  );
  const errors = stdout.split("\n").filter((line) => line.includes("guide-"));
  t.deepEqual(errors, []);
}
