/**
 * The example in each package's README.md runs, and so do the files of examples/api, which the reference pages show, and
 * the pages of the documentation site, all blocks of a page as one program; each `console.log(...); // text` prints that text. Links
 * between pages lead somewhere. What the tables in docs/from name is exported.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import * as metric from "@metrigrad/metric";
import * as metrigrad from "metrigrad";
import test, { type Test } from "tape";
import ts from "typescript";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, "node_modules", ".cache", "metrigrad-examples");

const docs = join(root, "docs");
const guides = join(docs, "guide");

/** The Markdown files of a folder. */
const markdownIn = (of: string) =>
  readdirSync(of)
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(of, name));

/** Tables of what stands for what in other libraries. */
const tables = markdownIn(join(docs, "from"));

/** The pages of the site whose code runs. */
const sitePages = [
  ...["start.md", "engine.md", "troubleshooting.md"].map((name) => join(docs, name)),
  ...tables,
  ...markdownIn(guides),
];

/** The code of a page. */
const codeOf = (page: string) =>
  [...readFileSync(page, "utf8").matchAll(/^```ts\n([\s\S]+?)^```$/gm)].map(
    ([, block = ""]) => block,
  );

/** What the program of a page is called. */
const nameOf = (page: string) =>
  relative(docs, page).replace(`guide${sep}`, "guide-").replaceAll(sep, "-");

/** Programs by name: the example of each package and the code of each page. */
const programs = new Map<string, string>();
for (const name of readdirSync(join(root, "packages"))) {
  const readme = join(root, "packages", name, "README.md");
  const page = existsSync(readme) ? readFileSync(readme, "utf8") : "";
  const example = /^## Example\n+```ts\n([\s\S]+?)^```$/m.exec(page)?.[1];
  // test/repository.test.ts reports a missing section.
  if (example !== undefined) programs.set(name, example);
}
for (const page of sitePages) {
  const blocks = codeOf(page);
  if (blocks.length > 0) programs.set(nameOf(page), blocks.join("\n"));
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

test("the examples of READMEs and names and the code of pages print what their comments promise", async (t) => {
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
  join(root, "examples", "README.md"),
  ...markdownIn(docs),
  ...tables,
  ...markdownIn(guides),
].filter((page) => page.endsWith(".md") && existsSync(page));

test("the links of READMEs, pages and the changelog", (t) => {
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

test("docs/guides.md has every guide in the site's navigation and in its table", (t) => {
  const page = readFileSync(join(docs, "guides.md"), "utf8");
  for (const name of markdownIn(guides).map((guide) => `guide/${relative(guides, guide)}`)) {
    t.ok(page.includes(`  - ${name}\n`) && page.includes(`](${name})`), name);
  }
  t.end();
});

test("the engine has about 100 lines and imports nothing", (t) => {
  const own = codeOf(join(docs, "engine.md")).filter((block) => !/^import /m.test(block));
  const lines = own.join("\n").split("\n");
  const count = lines.filter((line) => line.trim() !== "").length;
  t.ok(count > 50 && count <= 100, `${count} lines`);
  t.end();
});

test("docs/troubleshooting.md has every class of errors", (t) => {
  const page = readFileSync(join(docs, "troubleshooting.md"), "utf8");
  const classes = Object.values(metrigrad).filter(
    (value): value is typeof metrigrad.MetrigradError =>
      value === metrigrad.MetrigradError ||
      (typeof value === "function" && value.prototype instanceof Error),
  );
  t.ok(classes.length > 1);
  for (const { name } of classes) {
    t.ok(page.includes(`\n## ${name}\n`), `${name} has a section`);
    t.ok(page.includes(`\n| [${name}](#${name.toLowerCase()}) |`), `${name} is in the table`);
  }
  t.end();
});

/** What stands for values of a reader's own in the tables of docs/from. */
const placeholders = `
declare const x: Node, y: Node, w: Node, a: Node, b: Node, v: Node, mask: Node, indices: Node;
declare const loss: Node, zeros0: Node, image: Node, x0: Tensor, y0: Tensor;
declare const store: Store, backend: Backend, run: Run, program: Program<Record<string, Handle>>;
declare const data: DataSet, model: Module, bytes: Uint8Array, text: string;
declare const f: (x: Node) => Node, batchesOf: (epoch: number) => AsyncIterable<any>;
`;

/** The expressions in the second column of a page's tables. */
function expressionsOf(page: string): string[] {
  const rows = readFileSync(page, "utf8").match(/^\| (?!---).*$/gm) ?? [];
  return rows.flatMap((row) => {
    const [, , cell = ""] = row.split("|");
    return [...cell.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);
  });
}

/** Names that an expression takes from outside. */
function freeNames(code: string): string[] {
  const file = ts.createSourceFile("table.ts", `(${code})`, ts.ScriptTarget.ES2022, true);
  const names = new Set<string>();
  const own = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node)) return;
    if (ts.isParameter(node) || ts.isBindingElement(node)) {
      if (ts.isIdentifier(node.name)) own.add(node.name.text);
    }
    const { parent } = node;
    const isMember = ts.isIdentifier(node) && ts.isPropertyAccessExpression(parent);
    const isKey = ts.isIdentifier(node) && ts.isPropertyAssignment(parent) && parent.name === node;
    if (ts.isIdentifier(node) && !isKey && !(isMember && parent.name === node)) {
      names.add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return [...names].filter((name) => !own.has(name));
}

test("the tables from other libraries name what is exported", (t) => {
  const known = new Set(placeholders.match(/\w+/g));
  for (const page of tables) {
    const expressions = expressionsOf(page);
    t.ok(expressions.length > 30, `${relative(root, page)} has ${expressions.length} expressions`);
    const names = expressions.flatMap(freeNames);
    const missing = names.filter((name) => !known.has(name) && !Object.hasOwn(metrigrad, name));
    t.deepEqual(missing, [], relative(root, page));
  }
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
if (whole) test("the programs and tables of the site have types", programsHaveTypes);

/** The expressions of docs/from as a program. */
function programOfTables(): string {
  const expressions = tables.flatMap(expressionsOf);
  const own = new Set(placeholders.match(/\w+/g));
  const names = new Set(expressions.flatMap(freeNames).filter((name) => !own.has(name)));
  const types = ["Backend", "DataSet", "Handle", "Module", "Node", "Program", "Run", "Store"];
  return [
    `import { ${[...names].join(", ")} } from "metrigrad";`,
    `import type { ${types.join(", ")}, Tensor } from "metrigrad";`,
    placeholders,
    ...expressions.map((code) => `void (${code});`),
  ].join("\n");
}

async function programsHaveTypes(t: Test) {
  writeFileSync(join(folder, "tables.mts"), programOfTables());
  const withCode = sitePages.filter((page) => codeOf(page).length > 0);
  const programs = [...withCode.map((page) => `${nameOf(page)}.mts`), "tables.mts"];
  const config = join(folder, "tsconfig.json");
  const options = { types: ["node"], typeRoots: [join(root, "node_modules", "@types")] };
  const parts = { compilerOptions: options, files: programs, include: [], references: [] };
  writeFileSync(config, JSON.stringify({ extends: join(root, "tsconfig.test.json"), ...parts }));
  const tsc = [join(root, "node_modules", "typescript", "bin", "tsc"), "-p", config];
  const { stdout } = await promisify(execFile)(process.execPath, tsc, { cwd: root }).catch(
    (error: { readonly stdout: string }) => error,
  );
  const errors = stdout.split("\n").filter((line) => programs.some((name) => line.includes(name)));
  t.deepEqual(errors, []);
}
