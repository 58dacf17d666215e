/** `npm run build`: compiles the packages and examples, and puts the licence into each package for its archive. */
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { build, packageFolders, root } from "./setup.mjs";

for (const folder of packageFolders()) {
  copyFileSync(join(root, "LICENSE"), join(root, folder, "LICENSE"));
}
process.exitCode = build();
