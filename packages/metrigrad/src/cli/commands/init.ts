import type { AddCommand } from "./command.ts";

/** `metrigrad init`. */
export const addInit: AddCommand = (program, run) =>
  program
    .command("init")
    .argument("[dir]", "the folder; the present one by default", ".")
    .summary("write a starter project: a module, its metric, a training, a test")
    .description(
      "Writes a starter project: a module of one's own with its metric, a file to train it, a test, package.json, tsconfig.json and README.md. Files that are there already stay as they are.",
    )
    .addHelpText(
      "after",
      `
Examples:
  metrigrad init my-project && cd my-project && npm install
  npm test
  npx metrigrad train train.ts
`,
    )
    .action((folder: string) =>
      run(async (context) => {
        const { init } = await import("../starter/init.ts");
        return init(folder, context);
      }),
    );
