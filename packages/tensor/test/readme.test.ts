import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import test from "tape";

const folder = fileURLToPath(new URL("..", import.meta.url));

test("the README's example prints what it says", (t) => {
  const text = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const code = /```ts\n(.*?)```/s.exec(text)?.[1] as string;
  const said = [...code.matchAll(/^console\.log.*; \/\/ (.*)$/gm)].map((match) => match[1]);
  const flags = ["--conditions=@metrigrad/source", "--import", "tsx", "--input-type=module"];
  const run = spawnSync(process.execPath, [...flags, "-e", code], {
    cwd: folder,
    encoding: "utf8",
  });
  t.is(run.stderr, "");
  t.ok(said.length > 0);
  t.deepEqual(run.stdout.trimEnd().split("\n"), said);
  t.end();
});
