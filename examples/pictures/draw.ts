/**
 * Draws what the examples have learned, for the table in examples/README.md: trains each as its own command does, and writes
 * docs/examples/NAME.png.
 *
 * Run it: `npx tsx examples/pictures/draw.ts`, or with names of examples after it
 */
import { join } from "node:path";
import { writeWhole } from "metrigrad";
import { isMain } from "../support/settings.ts";
import { curves } from "./curves.ts";
import { fields } from "./fields.ts";
import { images } from "./images.ts";
import { planes } from "./planes.ts";
import { frame, png } from "./raster.ts";
import type { Picture } from "./trained.ts";
import { worlds } from "./worlds.ts";

/** What makes each picture, by the name of its example. */
export const pictures: Readonly<Record<string, Picture>> = {
  ...images,
  ...planes,
  ...curves,
  ...fields,
  ...worlds,
};

/** Draws and writes the pictures of some examples. Throws Error for one that has none, before any is drawn. */
async function draw(names: readonly string[]): Promise<void> {
  const unknown = names.find((name) => !(name in pictures));
  if (unknown !== undefined) {
    throw new Error(`${unknown} must be one of ${Object.keys(pictures).join(", ")}`);
  }
  for (const name of names) {
    const on = await (pictures[name] as Picture)();
    frame(on);
    const bytes = png(on);
    const file = join("docs", "examples", `${name}.png`);
    await writeWhole(join(import.meta.dirname, "..", "..", file), bytes);
    console.log(`written: ${file}, ${bytes.length} bytes`);
  }
}

if (isMain(import.meta.url)) {
  const names = process.argv.slice(2);
  await draw(names.length > 0 ? names : Object.keys(pictures));
}
