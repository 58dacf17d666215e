import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Context, Told } from "../context.ts";
import { inPackage } from "../packageFolder.ts";
import { serveAt } from "../serve/serveAt.ts";
import { staticFiles } from "../serve/staticFiles.ts";
import { untilEnded } from "../serve/untilEnded.ts";
import { UsageError } from "../usage.ts";

/** Where the pages are, built. */
const built = inPackage("playground");

/** The port if none is asked for and this one is free. */
const usual = 8384;

/** Serves the pages of the playground until the process is interrupted. Throws UsageError if they are not built, or if the port is taken. */
export async function playground(
  { port }: { readonly port?: number },
  { colours }: Pick<Context, "colours">,
  folder = built,
): Promise<Told> {
  if (!existsSync(join(folder, "index.html"))) {
    throw new UsageError({
      where: "metrigrad playground",
      must: `the built pages must be in ${folder}`,
      got: existsSync(folder) ? "no index.html" : "no such folder",
      todo: "install metrigrad again from an archive that has them; in a clone, run npm run playground",
    });
  }
  const served = await serveAt([staticFiles(folder)], port, usual);
  const { address } = served;
  return {
    code: 0,
    text: `The playground is at ${colours.bold(address)}\nIt is only for this machine. Ctrl-C ends it.\n`,
    value: { address, port: served.port },
    until: untilEnded().then(served.close),
  };
}
