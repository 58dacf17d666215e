import { existsSync, readdirSync, realpathSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, extname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { didYouMean } from "../near.ts";
import { inPackage } from "../packageFolder.ts";
import { UsageError } from "../usage.ts";

const javascript = [".js", ".mjs", ".cjs"];
const typescript = [".ts", ".mts", ".cts"];

/** What a module exports, by name. */
export type Exports = Readonly<Record<string, unknown>>;

/**
 * Imports the module of a file. TypeScript goes through the loader that Node was started with, through Node itself where it
 * can, and else through tsx, where the file's project has it.
 * @param command - For messages.
 * @param file - The path.
 * @returns what it exports; of a module that has a default export alone, the members of that; of a CommonJS module, all members
 * @throws UsageError for a file that there is not or that cannot be loaded; what the module throws
 */
export async function loadModule(command: string, file: string): Promise<Exports> {
  const path = resolve(file);
  checkFile(command, file, path);
  checkCopy(command, path);
  const isTypescript = typescript.includes(extname(path));
  if (isTypescript && !loadsTypescript()) await registerTsx(command, path);
  const module = await imported(command, pathToFileURL(path).href, async () => {
    if (isTypescript) await registerTsx(command, path);
    return isTypescript;
  });
  const { default: whole, "module.exports": common, ...named } = module;
  if (typeof whole !== "object" || whole === null) return named;
  // Node finds only some of the names of a CommonJS module.
  if (common !== undefined || [".cjs", ".cts"].includes(extname(path)))
    return { ...whole, ...named };
  return Object.keys(named).length === 0 ? (whole as Exports) : named;
}

/** A module; where Node itself cannot load it but a loader may, `prepare` is called, and it is asked for anew. */
async function imported(
  command: string,
  url: string,
  prepare: () => Promise<boolean>,
): Promise<Exports> {
  try {
    return await import(url);
  } catch (error) {
    if (!needsLoader(error) || !(await prepare())) throw told(command, url, error);
  }
  try {
    // Node keeps the failure under the first address.
    return await import(`${url}?loaded`);
  } catch (error) {
    throw told(command, url, error);
  }
}

/** Whether an import failed at what a loader of TypeScript can do: types, enums, or "./x.js" for the file x.ts. */
function needsLoader(error: unknown): boolean {
  const { code = "", url = "" } = (error ?? {}) as NodeJS.ErrnoException & {
    readonly url?: string;
  };
  if (["ERR_UNKNOWN_FILE_EXTENSION", "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX"].includes(code))
    return true;
  if (code !== "ERR_MODULE_NOT_FOUND" || !/^file:.*js$/.test(url)) return false;
  return existsSync(fileURLToPath(url).replace(/js$/, "ts"));
}

/** The error of an import, in our form where it has one. */
function told(command: string, url: string, error: unknown): unknown {
  const { code, message } = (error ?? {}) as NodeJS.ErrnoException;
  if (code === "ERR_REQUIRE_CYCLE_MODULE") return noModule(command, url);
  return code === "ERR_MODULE_NOT_FOUND" ? notFound(command, message) : error;
}

/** What is said of a module that Node takes for a CommonJS file. */
function noModule(command: string, url: string): UsageError {
  return new UsageError({
    where: `metrigrad ${command}, ${fileURLToPath(url)}`,
    must: "the file must be a module",
    got: "a file of a project for CommonJS",
    todo: 'add "type": "module" to its package.json, or end its name in .mts',
  });
}

/** What is said of an import that leads nowhere. */
function notFound(command: string, message: string): UsageError {
  return new UsageError({
    where: `metrigrad ${command}`,
    must: "what the file imports must be there",
    got: message,
    todo: "correct the name, or npm install the package",
  });
}

function checkFile(command: string, file: string, path: string): void {
  const where = `metrigrad ${command}`;
  if (!existsSync(path) || !statSync(path).isFile()) {
    const folder = dirname(path);
    const names = existsSync(folder) ? readdirSync(folder) : [];
    const todo = `${didYouMean(basename(path), names)}check the path`;
    const got = existsSync(path) ? `the folder ${file}` : `none at ${file}`;
    throw new UsageError({ where, must: "there must be a file", got, todo });
  }
  const known = [...typescript, ...javascript];
  if (known.includes(extname(path))) return;
  throw new UsageError({
    where,
    must: `the file must be a module: ${known.join(", ")}`,
    got: file,
    todo: "export the model and the rest from a module",
  });
}

/** Whether Node strips types itself, or was started with a loader, which then is the user's choice. */
function loadsTypescript(): boolean {
  const { typescript = false } = process.features as { readonly typescript?: unknown };
  const options = [...process.execArgv, process.env.NODE_OPTIONS ?? ""].join(" ");
  return Boolean(typescript) || /--(import|loader|experimental-loader)\b/.test(options);
}

async function registerTsx(command: string, path: string): Promise<void> {
  const entry = tsxNear(path) ?? tsxNear(join(process.cwd(), "module.ts"));
  if (entry === null) {
    throw new UsageError({
      where: `metrigrad ${command}`,
      must: `a loader of TypeScript must be installed, which Node ${process.versions.node} has not`,
      got: path,
      todo: "npm install --save-dev tsx, or pass a .js or .mjs file",
    });
  }
  const { register } = await import(pathToFileURL(entry).href);
  register();
}

/** The module that registers the tsx which a file would import; null: it has none. */
function tsxNear(path: string): string | null {
  const require = createRequire(path);
  try {
    const manifest = require.resolve("tsx/package.json");
    const entry: string | undefined = require(manifest).exports?.["./esm/api"]?.import?.default;
    return entry === undefined ? null : join(dirname(manifest), entry);
  } catch {
    return null;
  }
}

/** Refuses a file that imports another copy of metrigrad, whose modules and laws would be strangers to this one. */
function checkCopy(command: string, path: string): void {
  let theirs: string;
  try {
    theirs = realpathSync(createRequire(path).resolve("metrigrad/package.json"));
  } catch {
    return;
  }
  const ours = realpathSync(inPackage("package.json"));
  if (theirs === ours) return;
  throw new UsageError({
    where: `metrigrad ${command}`,
    must: `the file must import the metrigrad that this command is of, ${dirname(ours)}`,
    got: dirname(theirs),
    todo: "call it in the file's project: npx metrigrad",
  });
}
