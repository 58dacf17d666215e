import { lstat, mkdir, readdir, readFile } from "node:fs/promises";
import { basename, join, relative, resolve } from "node:path";
import { writeWhole } from "@metrigrad/train";
import type { Context, Told } from "../context.ts";
import { inPackage } from "../packageFolder.ts";
import { version } from "../version.ts";

/** Where the files of the starter project are. */
const template = inPackage("starter");

/** Writes the starter project to a folder. Files that are there stay as they are. Throws what the file system throws. */
export async function init(folder: string, { colours }: Context): Promise<Told> {
  await mkdir(folder, { recursive: true });
  const entries = await readdir(template, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(template, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .sort();
  const files: { readonly path: string; readonly written: boolean }[] = [];
  for (const name of names) {
    // npm leaves out a file that is called .gitignore.
    const path = join(folder, name === "gitignore" ? ".gitignore" : name);
    const written = !(await isThere(path));
    if (written) await writeWhole(path, await contentOf(name, folder));
    files.push({ path, written });
  }
  const lines = files.map(({ path, written }) =>
    written ? `${colours.green("written")}  ${path}` : `${colours.yellow("kept")}     ${path}`,
  );
  const enter = resolve(folder) === process.cwd() ? [] : [`  cd ${folder}`];
  const next = [
    "",
    "Next:",
    ...enter,
    ...(await installLines(files)),
    "  npm test",
    "  npx metrigrad train train.ts",
  ];
  return { code: 0, text: `${[...lines, ...next].join("\n")}\n`, value: { folder, files } };
}

/** How the packages come in: a package.json that was there already does not name them. */
async function installLines(files: readonly { path: string; written: boolean }[]) {
  const kept = files.some(({ path, written }) => !written && basename(path) === "package.json");
  if (!kept) return ["  npm install"];
  const { devDependencies } = JSON.parse(await readFile(join(template, "package.json"), "utf8"));
  const names = Object.keys(devDependencies).join(" ");
  return ["  npm install metrigrad", `  npm install --save-dev ${names}`];
}

/** Whether a path has a file, a folder or a link, also a link that leads nowhere. */
async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

/** The content of a file; package.json gets the folder's name and this version. */
async function contentOf(name: string, folder: string): Promise<string> {
  const text = await readFile(join(template, name), "utf8");
  if (name !== "package.json") return text;
  const manifest = JSON.parse(text);
  const dependencies = { metrigrad: `^${version()}` };
  const whole = { ...manifest, name: packageName(folder), dependencies };
  return `${JSON.stringify(whole, null, 2)}\n`;
}

/** A name that npm takes, made of that of a folder. */
function packageName(folder: string): string {
  const name = basename(resolve(folder))
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[._-]+|-+$/g, "");
  return name === "" ? "my-project" : name;
}
