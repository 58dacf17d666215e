import type { Context, Told } from "../context.ts";
import { checkDistinct } from "../recording/namedRecordings.ts";
import { serveAt } from "../serve/serveAt.ts";
import { untilEnded } from "../serve/untilEnded.ts";
import { watchAnswers } from "./answers.ts";

/** The port if none is asked for and this one is free. */
const usual = 8385;

/**
 * Serves a report that follows runs until the process is interrupted. Throws UsageError for a folder that is named twice, or if the port
 * is taken.
 */
export async function watch(
  folders: readonly string[],
  { port }: { readonly port?: number },
  { colours }: Pick<Context, "colours">,
): Promise<Told> {
  checkDistinct(folders, "watch");
  const { answers, close } = watchAnswers(folders);
  const served = await serveAt(answers, port, usual);
  const { address } = served;
  return {
    code: 0,
    text: `The report of ${folders.join(", ")} is at ${colours.bold(address)}\nIt follows the runs, and is only for this machine. Ctrl-C ends it.\n`,
    value: { address, port: served.port },
    until: untilEnded().then(() => {
      close();
      return served.close();
    }),
  };
}
