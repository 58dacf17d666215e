/**
 * `node scripts/links.mjs [FOLDER]`, after TypeDoc: checks that every link of the site in docs/api leads to a file and a heading that
 * are there, and that nothing is loaded from elsewhere. Links to other sites are not followed.
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { filesIn, root } from "./setup.mjs";

const site = join(root, process.argv[2] ?? join("docs", "api"));
const pages = filesIn(relative(root, site)).filter((file) => file.endsWith(".html"));

/** @param {string} text */
const decoded = (text) => decodeURIComponent(text.replaceAll("&amp;", "&"));

/** The anchors of a page. @type {Map<string, Set<string>>} */
const anchors = new Map();

/** @param {string} file */
function anchorsOf(file) {
  const known = anchors.get(file);
  if (known !== undefined) return known;
  const found = readFileSync(file, "utf8").matchAll(/\s(?:id|name)="([^"]+)"/g);
  const made = new Set([...found].map(([, name = ""]) => decoded(name)));
  anchors.set(file, made);
  return made;
}

/** What is wrong with a link; null for one that leads somewhere. @param {string} page @param {string} link @param {boolean} loads */
function problemOf(page, link, loads) {
  if (/^(https?:|\/\/)/.test(link)) return loads ? "is loaded from another site" : null;
  if (/^(data|mailto):/.test(link)) return null;
  const [path = "", anchor = ""] = link.split("#");
  const target = path === "" ? page : join(dirname(page), decoded(path.split("?")[0] ?? ""));
  if (!target.startsWith(site + sep)) return "leads out of the site";
  const file =
    existsSync(target) && statSync(target).isDirectory() ? join(target, "index.html") : target;
  if (!existsSync(file)) return "leads to no file";
  if (anchor === "" || !file.endsWith(".html")) return null;
  return anchorsOf(file).has(decoded(anchor)) ? null : "leads to no heading";
}

let links = 0;
let broken = 0;
for (const file of pages) {
  const page = join(root, file);
  const html = readFileSync(page, "utf8");
  for (const [, tag, link = ""] of html.matchAll(/<(\w+)[^>]*?\s(?:href|src)="([^"]*)"/g)) {
    links++;
    const problem = problemOf(page, link, tag !== "a");
    if (problem === null) continue;
    broken++;
    console.error(`${file}: ${link} ${problem}`);
  }
}
if (pages.length === 0)
  console.error("links: docs/api must have pages, got none; run typedoc first");
console.log(`${links} links on ${pages.length} pages, ${broken} broken`);
process.exit(broken === 0 && pages.length > 0 ? 0 : 1);
