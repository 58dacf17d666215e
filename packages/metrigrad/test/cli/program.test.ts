/** The commands, their help and refusals, and the list of examples. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "tape";
import { examples } from "../../src/cli/examples.ts";
import { program } from "../../src/cli/program.ts";
import { UsageError } from "../../src/cli/usage.ts";

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
`,
);

async function shown(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  let text = "";
  const code = await program(args, { write: (part) => (text += part) }, env);
  return { code, text };
}

async function refusal(run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
  } catch (error) {
    return error instanceof UsageError ? error.message : `no refusal: ${error}`;
  }
  return "none";
}

const names = [
  ...["init", "train", "explain", "plan", "check", "report", "compare", "examples", "paper"],
  "playground",
];

test("the program without a command, and with --help, lists its commands", async (t) => {
  for (const args of [[], ["--help"], ["help"], ["help", "help"], ["--trace"]]) {
    const { code, text } = await shown(args);
    t.equal(code, 0);
    for (const name of names) t.ok(text.includes(`\n  ${name} `), name);
  }
});

test("without a command, --json has the help as its value", async (t) => {
  for (const args of [["--json"], ["--json", "--trace"], ["help", "--json"]])
    t.match(JSON.parse((await shown(args)).text).help, /^Usage: metrigrad/, args.join(" "));
});

test("the help of every command has examples, and fits the screen", async (t) => {
  for (const name of names) {
    for (const width of [80, 120]) {
      const { code, text } = await shown([name, "--help"], { COLUMNS: String(width) });
      t.equal(code, 0);
      t.match(text, /\nExamples:\n {2}metrigrad /, name);
      const lines = text.split("\n").map((line) => [...line].length);
      t.ok(Math.max(...lines) <= width, `${name}: ${Math.max(...lines)} of ${width}`);
    }
  }
  t.match((await shown(["help", "paper"])).text, /^Usage: metrigrad paper/);
  const { text } = await shown(["paper", "--help", "--json"]);
  t.match(JSON.parse(text).help, /^Usage: metrigrad paper/);
});

test("titles of help have colours where they are wanted", async (t) => {
  const coloured = async (env: NodeJS.ProcessEnv) =>
    (await shown([], env)).text.includes("\u001b[");
  t.notOk(await coloured({}), "a pipe");
  t.ok(await coloured({ FORCE_COLOR: "1" }));
  t.notOk(await coloured({ FORCE_COLOR: "1", NO_COLOR: "1" }));
});

test("what is no command or option is refused with what is near", async (t) => {
  const refused = async (args: readonly string[], message: RegExp) =>
    t.match(await refusal(() => shown(args)), message, args.join(" "));
  await refused(["papers"], /'papers'; did you mean paper\? see metrigrad --help$/);
  await refused(
    ["help", "trian"],
    /unknown command 'trian'; did you mean train\? see metrigrad --h/,
  );
  await refused(["help", "nothing-like-it", "--json"], /unknown command 'nothing-like-it'; see/);
  await refused(["toString"], /unknown command 'toString'; see metrigrad --help$/);
  await refused(["--jsn"], /unknown option '--jsn'; did you mean --json\?/);
  await refused(["paper", "--optimiser", "sgd"], /'--optimiser'; did you mean --optimizer\?/);
  await refused(["paper", "sgd"], /^metrigrad paper: .* got too many arguments/);
  await refused(["paper", "--epochs"], /got option '--epochs <n>' argument missing/);
  await refused(["train"], /got missing required argument 'file'; see metrigrad train --help$/);
  await refused(["report", ""], /^<dir>: it must be a folder, got ""/);
  await refused(["watch", "a", ""], /^<dir>: it must be a folder, got ""; see metrigrad watch/);
  await refused(["report", "a", "./a"], /metrigrad report: folders must differ, got \.\/a twice/);
  await refused(["watch", "a", "--port", "65536"], /--port: it must be an integer from 0 to 65535/);
  await refused(["compare", "a", "b", "--out", ""], /^--out: it must be a file, got ""/);
  await refused(["train", "x.ts", "--threads", "129"], /--threads: .* integer from 1 to 128, got/);
  await refused(["compare", "a"], /there must be at least two folders, got a; add another one/);
  await refused(["compare", "a", "./a"], /folders must differ, got \.\/a twice|got a twice/);
});

test("examples: lists what there is, with the beginning of each comment", async (t) => {
  const { code, text, value } = await examples(undefined, [], { width: 80, json: false }, folder);
  t.equal(code, 0);
  t.ok(text.endsWith("\n\n  plain  A plain one\n  wave   The wave equation\n"), text);
  t.deepEqual((value as { readonly examples: readonly unknown[] }).examples.length, 2);
  const unknown = await refusal(() => examples("help", [], { width: 80, json: false }, folder));
  t.match(unknown, /the example must be one of plain, wave, got "help"/);
});

test("examples: a folder without any is refused", async (t) => {
  const none = join(folder, "support", "none");
  const refused = await refusal(() => examples(undefined, [], { width: 80, json: false }, none));
  t.match(refused, /there must be examples in .*, got none; in a clone, run npm run build/);
});
