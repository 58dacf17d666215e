/** The house rules of CONTRIBUTING.md that a program can check. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import test from "tape";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What each package may import of its sisters: imports go one way. */
const allowed: Record<string, readonly string[]> = {
  tensor: [],
  cpu: ["tensor"],
  gpu: ["tensor"],
  native: ["tensor"],
  mpi: ["tensor"],
  graph: ["tensor"],
  data: ["tensor"],
  nn: ["tensor", "graph"],
  onnx: ["tensor", "graph", "nn"],
  metric: ["tensor", "graph", "nn"],
  optim: ["tensor", "graph", "nn", "metric"],
  train: ["tensor", "graph", "nn", "metric", "optim", "data"],
  view: ["tensor", "graph", "nn", "metric", "train"],
  metrigrad: ["tensor", "cpu", "gpu", "graph", "nn", "metric", "optim", "train", "data", "view"],
};
const packages = readdirSync(join(root, "packages"));

interface SourceFile {
  readonly path: string;
  readonly text: string;
  /** The text without comments. */
  readonly code: string;
  /** Module specifiers of imports and re-exports, static and dynamic. */
  readonly imports: readonly string[];
}

function filesIn(folder: string): SourceFile[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => {
      const path = `${folder}/${name}`;
      const text = readFileSync(join(root, path), "utf8");
      const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
      const found = code.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*["']([^"'\n]+)["']/g);
      return { path, text, code, imports: [...found].map((match) => match[1]!) };
    });
}

const sources = new Map(packages.map((name) => [name, filesIn(`packages/${name}/src`)]));
const everySource = [...sources.values()].flat();
const everyTest = [...packages.map((name) => `packages/${name}/test`), "test"].flatMap(filesIn);

test("the table of imports names every package", async (t) => {
  t.deepEqual(packages.toSorted(), Object.keys(allowed).sort());
});

test("no source files import each other in a circle, not even types", async (t) => {
  const targets = new Map(
    everySource.map(({ path, imports }) => {
      const own = imports.filter((name) => name.startsWith("."));
      return [path, own.map((name) => join(dirname(path), name))] as const;
    }),
  );
  const state = new Map<string, "open" | "done">();
  const circles: string[] = [];
  const visit = (path: string, way: readonly string[]): void => {
    if (state.get(path) === "open")
      circles.push([...way.slice(way.indexOf(path)), path].join(" → "));
    if (state.has(path)) return;
    state.set(path, "open");
    for (const target of targets.get(path) ?? []) visit(target, [...way, path]);
    state.set(path, "done");
  };
  for (const path of targets.keys()) visit(path, []);
  t.deepEqual(circles, []);
});

test("a source file has at most 300 lines without its comments", async (t) => {
  const isCode = (line: string) => !/^\s*(\/\*\*|\*|\/\/|$)/.test(line);
  const long = everySource.filter(({ text }) => text.split("\n").filter(isCode).length > 300);
  t.deepEqual(
    long.map(({ path }) => path),
    [],
  );
});

test("no default export, enum or namespace", async (t) => {
  const odd = everySource.filter(({ code }) =>
    /^\s*(export\s+default|(export\s+)?(declare\s+)?(const\s+)?(enum|namespace)\s+\w+\s*\{)/m.test(
      code,
    ),
  );
  t.deepEqual(
    odd.map(({ path }) => path),
    [],
  );
});

test("a package's index.ts only re-exports", async (t) => {
  const statement =
    /export\s+(type\s+)?(\{[^{}]*\}|\*(\s+as\s+\w+)?)\s*(from\s*["'][^"']+["'])?\s*;/g;
  const odd = packages
    .map((name) =>
      filesIn(`packages/${name}/src`).find(({ path }) => path.endsWith("/src/index.ts")),
    )
    .filter((file) => file?.code.replace(statement, "").trim() !== "");
  t.deepEqual(
    odd.map((file) => file?.path),
    [],
  );
});

test("relative imports end in .ts, those of a program that node runs as it is in .mjs", async (t) => {
  const ending = (path: string) => (path.startsWith("test/") ? /\.(ts|json|mjs)$/ : /\.(ts|json)$/);
  const odd = [...everySource, ...everyTest].flatMap(({ path, imports }) =>
    imports
      .filter((name) => name.startsWith(".") && !ending(path).test(name))
      .map((name) => `${path}: ${name}`),
  );
  t.deepEqual(odd, []);
});

test("imports between packages go one way", async (t) => {
  const sister = (specifier: string) =>
    /^(?:@metrigrad\/)?([^/]+)/.exec(specifier)?.[1] ?? specifier;
  const odd = [...sources].flatMap(([name, files]) =>
    files.flatMap(({ path, imports }) =>
      imports
        .filter((specifier) => /^(@metrigrad\/|metrigrad$)/.test(specifier))
        .filter((specifier) => !allowed[name]?.includes(sister(specifier)))
        .map((specifier) => `${path}: ${specifier}`),
    ),
  );
  t.deepEqual(odd, []);
});

test("a package depends on no sisters but those in the table", async (t) => {
  const odd = packages.flatMap((name) => {
    const file = join(root, "packages", name, "package.json");
    const { dependencies = {} } = JSON.parse(readFileSync(file, "utf8"));
    return Object.keys(dependencies)
      .filter((dependency) => dependency.startsWith("@metrigrad/"))
      .filter((dependency) => !allowed[name]?.includes(dependency.slice("@metrigrad/".length)))
      .map((dependency) => `${name}: ${dependency}`);
  });
  t.deepEqual(odd, []);
});

test("each package has a README.md with an example", async (t) => {
  const without = packages.filter((name) => {
    const file = join(root, "packages", name, "README.md");
    return (
      !existsSync(file) || !/^## Example\n+```ts\n[\s\S]+?^```$/m.test(readFileSync(file, "utf8"))
    );
  });
  t.deepEqual(without, []);
});

test("no test is skipped or runs alone", async (t) => {
  const odd = everyTest.filter(({ code }) =>
    /\b(test|tape|t)\.(skip|only)\(|\b(skip|todo): true/.test(code),
  );
  t.deepEqual(
    odd.map(({ path }) => path),
    [],
  );
});
