import { foldersOf, integerOf } from "../values.ts";
import type { AddCommand } from "./command.ts";

/** `metrigrad watch`. */
export const addWatch: AddCommand = (program, run) =>
  program
    .command("watch")
    .argument("<dirs...>", "folders to which train or paper writes, by --live", foldersOf("watch"))
    .summary("serve a report that follows runs while they train")
    .description(
      "Serves the page of `metrigrad report` to a browser on this machine, and says its address. The page shows each epoch when it is done. Start the training with --live. The server listens on 127.0.0.1 only. Ctrl-C ends it.",
    )
    .option(
      "--port <n>",
      "the port; 8385 by default, or another one if that is taken. 0 takes any free port",
      integerOf("watch", "port", [0, 65_535]),
    )
    .addHelpText(
      "after",
      `
Examples:
  metrigrad train train.ts --live --out runs/long &
  metrigrad watch runs/long
  metrigrad watch runs/rngd runs/adam --port 9000
`,
    )
    .action((folders: readonly string[], options) =>
      run(async (context) => {
        const { watch } = await import("../watch/watch.ts");
        return watch(folders, options, context);
      }),
    );
