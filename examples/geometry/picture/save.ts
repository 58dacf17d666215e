import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

/** How an example of this folder is run: `[--small] [FOLDER]`. */
export interface PictureOptions {
  /** Fewer points, for a quick look. */
  readonly small: boolean;
  /** Writes a picture to the folder, `runs/geometry` by default, and says where. */
  readonly save: (name: string, svg: string) => void;
}

/** Reads the command line. Throws TypeError for an option that there is not. */
export function pictureOptions(): PictureOptions {
  const { values, positionals } = parseArgs({
    options: { small: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const [folder = join("runs", "geometry")] = positionals;
  const save = (name: string, svg: string) => {
    mkdirSync(folder, { recursive: true });
    const file = join(folder, `${name}.svg`);
    writeFileSync(file, svg);
    console.log(`written: ${file}`);
  };
  return { small: values.small, save };
}
