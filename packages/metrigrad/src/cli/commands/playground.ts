import { integerOf } from "../values.ts";
import type { AddCommand } from "./command.ts";

/** `metrigrad playground`. */
export const addPlayground: AddCommand = (program, run) =>
  program
    .command("playground")
    .summary("serve five pages on which nets train in your browser")
    .description(
      "Serves the playground to a browser on this machine, and says its address. The pages train nets in the browser, and nothing leaves it. The server listens on 127.0.0.1 only. Ctrl-C ends it.",
    )
    .option(
      "--port <n>",
      "the port; 8384 by default, or another one if that is taken. 0 takes any free port",
      integerOf("playground", "port", [0, 65_535]),
    )
    .addHelpText(
      "after",
      `
Examples:
  metrigrad playground
  metrigrad playground --port 9000
  metrigrad playground --json        the address as JSON
`,
    )
    .action((options) =>
      run(async (context) => {
        const { playground } = await import("../playground/playground.ts");
        return playground(options, context);
      }),
    );
