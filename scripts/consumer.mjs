/**
 * What users of the archives meet: installs them in folders outside of the workspace, once without and once with the optional
 * packages, then checks their types by several compilers, runs them in Node, Deno and Bun, and bundles them by esbuild, webpack,
 * rollup, Vite and Bun. The bundles run in Chromium.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { launch } from "./chromium.mjs";
import { npm, root } from "./setup.mjs";

const compilers = ["5.5", "5.9", "6", "7"];
const resolutions = [
  { module: "nodenext", moduleResolution: "nodenext" },
  { module: "esnext", moduleResolution: "bundler" },
];
const optional = ["@metrigrad/gpu", "@metrigrad/native", "@metrigrad/onnx"];
/** Megabytes that an install of `metrigrad` takes at most. */
const heaviest = 8;

/** @typedef {(what: string, problems: string[]) => void} Report */

/**
 * @param {string} work A folder outside of the workspace
 * @param {readonly { name: string, archive: string }[]} archives
 * @param {Report} report
 */
export async function consumer(work, archives, report) {
  const browser = await launch();
  try {
    for (const has of [false, true]) {
      const kind = has ? "with the optional packages" : "without them";
      const folder = join(work, has ? "with" : "without");
      cpSync(join(root, "test", "consumer"), folder, {
        recursive: true,
        filter: (path) => !path.includes("node_modules"),
      });
      const chosen = archives.filter(({ name }) => has || !optional.includes(name));
      if (!has) weigh(join(work, "plain"), chosen, report);
      const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];
      const tools = npm(["ci", ...quiet], { cwd: folder, stdio: ["ignore", 2, 2] });
      // Where npm may not run scripts of packages, Bun's program is not in its place yet.
      spawnSync(process.execPath, [join(folder, "node_modules", "bun", "install.js")], {
        cwd: folder,
      });
      const files = chosen.map(({ archive }) => archive);
      const own = npm(["install", "--no-save", "--ignore-scripts", ...quiet, ...files], {
        ...{ cwd: folder, stdio: ["ignore", 2, 2] },
      });
      report(`${kind}: installed`, tools === 0 && own === 0 ? [] : ["npm failed, see above"]);
      for (const compiler of compilers) {
        for (const resolution of resolutions) {
          const problems = typesOf(folder, compiler, resolution);
          report(
            `${kind}: types, TypeScript ${compiler}, ${resolution.moduleResolution}`,
            problems,
          );
        }
      }
      const bin = (/** @type {string} */ name) => join(folder, "node_modules", ".bin", name);
      const engines = [
        { name: "Node", command: [process.execPath] },
        { name: "Deno", command: [bin("deno"), "run", "--allow-all"] },
        { name: "Bun", command: [bin("bun"), "run"] },
      ];
      for (const { name, command } of engines) {
        const [tool = "", ...args] = command;
        for (const entry of ["train", "open"]) {
          const { stdout, stderr } = spawnSync(tool, [...args, `./${entry}.js`], {
            ...{ cwd: folder, encoding: "utf8", timeout: 120_000 },
          });
          const result = (stdout ?? "").trim().split("\n").at(-1) ?? "";
          report(`${kind}: ${name}, ${entry}`, wrong(entry, has, result, stderr ?? ""));
        }
      }
      const { stdout, stderr, status } = spawnSync(process.execPath, ["bundle.mjs"], {
        ...{ cwd: folder, encoding: "utf8" },
      });
      if (status !== 0) report(`${kind}: bundlers`, [stderr]);
      for (const line of stdout.split("\n").filter((one) => /^(ok|FAIL) /.test(one))) {
        const [, verdict, bundler = "", entry = "", why = ""] =
          /^(ok|FAIL) (\w+) (\w+):? ?(.*)$/.exec(line) ?? [];
        const what = `${kind}: ${bundler}, ${entry}`;
        if (verdict === "FAIL") {
          report(what, [why]);
          continue;
        }
        const file = join(folder, "out", bundler, `${entry}.js`);
        const size = `${(statSync(file).size / 1000).toFixed(0)} kB`;
        const result = await inPage(browser, readFileSync(file));
        report(`${what}, ${size}, in Chromium`, wrong(entry, has, result, ""));
      }
    }
  } finally {
    await browser.close();
  }
}

/** How much an install takes. @param {string} folder @param {readonly { archive: string }[]} archives @param {Report} report */
function weigh(folder, archives, report) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true }');
  const files = archives.map(({ archive }) => archive);
  npm(["install", "--no-audit", "--no-fund", "--loglevel=error", ...files], {
    ...{ cwd: folder, stdio: ["ignore", 2, 2] },
  });
  const modules = join(folder, "node_modules");
  const bytes = readdirSync(modules, { recursive: true, encoding: "utf8" })
    .map((name) => statSync(join(modules, name)))
    .reduce((sum, one) => sum + (one.isFile() ? one.size : 0), 0);
  const size = bytes / 1e6;
  const problems = size <= heaviest ? [] : [`more than ${heaviest} MB`];
  report(`an install of metrigrad takes ${size.toFixed(1)} MB`, problems);
}

/** @param {string} folder @param {string} compiler @param {object} resolution */
function typesOf(folder, compiler, resolution) {
  const strict = {
    noEmit: true,
    strict: true,
    skipLibCheck: false,
    exactOptionalPropertyTypes: true,
  };
  const compilerOptions = {
    ...{ ...strict, ...resolution, target: "es2022", lib: ["es2023", "dom"], types: [] },
  };
  const config = join(folder, "tsconfig.json");
  writeFileSync(config, JSON.stringify({ compilerOptions, files: ["types.ts"] }));
  const tsc = join(folder, "node_modules", `typescript-${compiler}`, "bin", "tsc");
  const { stdout, status } = spawnSync(process.execPath, [tsc, "-p", config], { encoding: "utf8" });
  return status === 0 ? [] : stdout.split("\n").slice(0, 5);
}

/** What is wrong with what a program told. @param {string} entry @param {boolean} has @param {string} result @param {string} errors */
function wrong(entry, has, result, errors) {
  const missing =
    /^"BackendError: gpu\(\): the package @metrigrad\/gpu must be installed, got .*; npm install/;
  const trained = () => {
    const { first, last } = /** @type {{ first: number, last: number }} */ (JSON.parse(result));
    return last < 0.3 * first;
  };
  try {
    const right =
      entry === "train" ? trained() : has ? result === '"opened cpu"' : missing.test(result);
    return right ? [] : [result, errors.slice(0, 500)];
  } catch {
    return [result, errors.slice(0, 500)];
  }
}

/** What a bundle tells as the script of a page. @param {import("playwright-core").Browser} browser @param {Buffer} script */
async function inPage(browser, script) {
  const server = createServer((request, response) => {
    const isScript = request.url === "/script.js";
    response.setHeader("Content-Type", isScript ? "text/javascript" : "text/html");
    response.end(
      isScript ? script : '<!doctype html><script type="module" src="/script.js"></script>',
    );
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", () => done(undefined)));
  const address = server.address();
  const port = address !== null && typeof address === "object" ? address.port : 0;
  const tab = await browser.newPage();
  /** @type {string[]} */
  const errors = [];
  tab.on("pageerror", (error) => errors.push(String(error)));
  try {
    await tab.goto(`http://127.0.0.1:${port}/`);
    await tab.waitForFunction("globalThis.metrigradResult !== undefined", { timeout: 20_000 });
    return JSON.stringify(await tab.evaluate("globalThis.metrigradResult"));
  } catch (error) {
    return [String(error).split("\n")[0], ...errors].join("; ");
  } finally {
    await tab.close();
    server.close();
  }
}
