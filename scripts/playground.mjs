/**
 * `npm run playground`: builds the pages of docs/playground, into its folder dist as any file server can serve them, and into
 * packages/metrigrad/playground for `metrigrad playground`, where code and data are compressed to keep the package small. Prints what the
 * code of each page weighs, and fails if a page has more than its limit.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "vite";
import { packedDigits } from "../docs/playground/digits/pack.mjs";
import { install, root } from "./setup.mjs";

install();

/** Bytes of code that a page may transfer by gzip before its data. */
const mostCode = 300_000;
const mostData = 1_000_000;
const source = join(root, "docs", "playground");
const plain = join(source, "dist");
const packed = join(root, "packages", "metrigrad", "playground");
let failed = 0;

const data = join(source, "public", "data");
mkdirSync(data, { recursive: true });
writeFileSync(join(data, "digits.bin"), packedDigits());
await build({ configFile: join(source, "vite.config.mjs"), logLevel: "warn" });

const files = readdirSync(plain, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(plain, join(entry.parentPath, entry.name)).replaceAll("\\", "/"));

/** The files that a file loads at once: what it imports, and the worker that is named after a page. @param {string} file @returns {string[]} */
function loadedBy(file) {
  const text = readFileSync(join(plain, file), "utf8");
  if (file.endsWith(".html")) {
    const found = [...text.matchAll(/(?:src|href)="\.\/(code\/[^"]+)"/g)].map(
      ([, path = ""]) => path,
    );
    const worker = `code/worker-${file.replace(".html", ".js")}`;
    return files.includes(worker) ? [...found, worker] : found;
  }
  if (!file.endsWith(".js")) return [];
  const imports = text.matchAll(/(?:\bfrom|\bimport)\s*"\.\/([^"]+)"/g);
  return [...imports].map(([, name = ""]) => `code/${name}`);
}

/** All that a page loads before its data. @param {string} page */
function codeOf(page) {
  const all = new Set([page]);
  for (const file of all) for (const next of loadedBy(file)) all.add(next);
  return [...all];
}

for (const page of files.filter((file) => file.endsWith(".html"))) {
  const bytes = codeOf(page).map((file) => readFileSync(join(plain, file)));
  const raw = bytes.reduce((sum, one) => sum + one.length, 0);
  const transferred = bytes.reduce((sum, one) => sum + gzipSync(one, { level: 9 }).length, 0);
  const fits = transferred <= mostCode;
  if (!fits) failed++;
  const kilobytes = (/** @type {number} */ size) => `${(size / 1000).toFixed(0)} kB`;
  console.log(
    `${fits ? "ok  " : "FAIL"}  ${page}: code ${kilobytes(raw)}, ${kilobytes(transferred)} by gzip (limit ${kilobytes(mostCode)})`,
  );
}
const digits = statSync(join(plain, "data", "digits.bin")).size;
if (digits > mostData) failed++;
console.log(
  `${digits > mostData ? "FAIL" : "ok  "}  data/digits.bin: ${(digits / 1000).toFixed(0)} kB`,
);

rmSync(packed, { recursive: true, force: true });
let weight = 0;
for (const file of files) {
  const bytes = readFileSync(join(plain, file));
  const small = /\.(js|css|html)$/.test(file) && file !== "index.html";
  const own = small
    ? brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } })
    : bytes;
  const target = join(packed, small ? `${file}.br` : file);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, own);
  weight += own.length;
}
console.log(`      for metrigrad playground: ${(weight / 1000).toFixed(0)} kB`);
process.exitCode = failed === 0 ? 0 : 1;
