/**
 * `npm run strip`: takes the comments out of the compiled JavaScript of the packages, for their archives. The types keep theirs, which editors show.
 * An install of metrigrad is 7.7 MB so, and 8.7 MB with them. `npm run build` does not write these files again until their sources change.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { transform } from "esbuild";
import { filesIn, packageFolders, root } from "./setup.mjs";

let [before, after] = [0, 0];
for (const folder of packageFolders()) {
  for (const path of filesIn(`${folder}/dist`).filter((name) => name.endsWith(".js"))) {
    const file = join(root, path);
    const text = readFileSync(file, "utf8");
    /** @type {import("esbuild").TransformOptions} */
    const options = { target: "es2022", charset: "utf8", legalComments: "none" };
    const { code } = await transform(text, options);
    before += text.length;
    after += code.length;
    if (code !== text) writeFileSync(file, code);
  }
}
console.log(
  `compiled: ${(before / 1e6).toFixed(2)} MB, without comments ${(after / 1e6).toFixed(2)} MB`,
);
