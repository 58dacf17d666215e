/** The commands, and the one that runs examples. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import test from "tape";
import { examples } from "../../src/cli/examples.ts";
import { program } from "../../src/cli/program.ts";

const folder = mkdtempSync(join(tmpdir(), "metrigrad-examples-"));
test.onFinish(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, "wave"));
mkdirSync(join(folder, "support"));
writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
writeFileSync(join(folder, "support", "help.js"), "");
writeFileSync(join(folder, "plain.js"), "/** A plain one. */");
writeFileSync(
  join(folder, "wave", "wave.js"),
  `/**
 * The wave equation (d'Alembert et al. 1747): it goes
 * to and fro.
 */
console.log(process.argv.slice(2).join(" "));
process.exitCode = 3;
`,
);

async function shown(run: (screen: { write: (text: string) => void }) => Promise<number>) {
  let text = "";
  const code = await run({ write: (part) => (text += part) });
  return { code, text };
}

test("the program without a command, and with --help, lists its commands", async (t) => {
  for (const args of [[], ["--help"]]) {
    const { code, text } = await shown((screen) => program(args, screen));
    t.equal(code, 0);
    t.match(text, /metrigrad paper \[options\] .*\n.*\n.*metrigrad examples \[NAME/);
  }
  t.match((await shown((screen) => program(["paper", "--help"], screen))).text, /--epochs N/);
});

test("a command that there is not is refused", async (t) => {
  for (const name of ["papers", "toString"]) {
    try {
      await shown((screen) => program([name], screen));
      t.fail("it must be refused");
    } catch (error) {
      t.match(String(error), /must be one of paper, examples, got ".*"; see metrigrad --help/);
    }
  }
});

test("examples: lists what there is, with the beginning of each comment", async (t) => {
  const { code, text } = await shown((screen) => examples([], screen, folder));
  t.equal(code, 0);
  t.ok(text.endsWith("\n\n  plain  A plain one\n  wave   The wave equation\n"), text);
  try {
    await shown((screen) => examples(["help"], screen, folder));
    t.fail("it must be refused");
  } catch (error) {
    t.match(String(error), /the example must be one of plain, wave, got "help"/);
  }
});

test("examples: a folder without any is refused", async (t) => {
  try {
    await shown((screen) => examples([], screen, join(folder, "support", "none")));
    t.fail("it must be refused");
  } catch (error) {
    t.match(String(error), /there must be examples in .*, got none; in a clone, run npm run build/);
  }
});

test("examples: runs one in a process of its own, which has the rest of the line", async (t) => {
  const source = fileURLToPath(new URL("../../src/cli/examples.ts", import.meta.url));
  const script = `
    import { examples } from ${JSON.stringify(source)};
    process.exitCode = await examples(["wave", "--a", "7"], process.stdout, ${JSON.stringify(folder)});
  `;
  const node = ["--conditions=@metrigrad/source", "--import", "tsx", "--input-type=module"];
  const { code, stdout } = await new Promise<{ code: unknown; stdout: string }>((done) => {
    execFile(process.execPath, [...node, "-e", script], (error, stdout) =>
      done({ code: error?.code ?? 0, stdout }),
    );
  });
  t.equal(code, 3);
  t.equal(stdout, "--a 7\n");
});
