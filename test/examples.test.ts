import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import test from "tape";

const folder = join(import.meta.dirname, "..", "examples");
const run = promisify(execFile);

/** What each example must print, and how its numbers are judged. */
const expected: Readonly<Record<string, (lines: readonly string[]) => Record<string, boolean>>> = {
  "extend.ts": (lines) => {
    const costs = lines
      .filter((line) => /^\d+ /.test(line))
      .map((line) => Number(line.split(" ")[1]));
    return {
      "the report finds nothing wrong":
        lines.some((line) => /passed/.test(line)) &&
        !lines.some((line) => /FAIL|not passed/.test(line)),
      "twenty epochs": costs.length === 20,
      "the cost falls towards that of the noise, ½ ln 2π":
        (costs.at(-1) ?? 9) < 0.93 && (costs[0] ?? 0) > (costs.at(-1) ?? 9),
    };
  },
  "geometry.ts": (lines) => {
    const length = (start: string) =>
      Number(lines.find((line) => line.startsWith(start))?.split(": ")[1]);
    return {
      "a table of blocks":
        lines.some((line) => /dense0/.test(line)) && lines.some((line) => /dense1/.test(line)),
      eigenvalues: lines.some((line) => line.startsWith("eigenvalues of the last layer")),
      "a positive length": length("length of a step in nats") > 0,
      "and one by the whole model": length("by the whole model's Fisher information") > 0,
    };
  },
  "train.ts": (lines) => {
    const accuracies = lines
      .map((line) => Number(line.split(" ").at(-1)))
      .filter((value) => value > 0.5 && value < 1);
    return { "an accuracy above 0.96": (accuracies.at(-1) ?? 0) > 0.96 };
  },
};

test("examples: each has expectations here", (t) => {
  const files = readdirSync(folder).filter((file) => file.endsWith(".ts"));
  t.deepEqual(files.sort(), Object.keys(expected).sort());
  t.end();
});

for (const [file, judge] of Object.entries(expected)) {
  test(`examples: ${file} runs as the README shows it`, async (t) => {
    const args = ["--conditions=@metrigrad/source", "--import", "tsx", join(folder, file)];
    const { stdout } = await run(process.execPath, args);
    for (const [what, holds] of Object.entries(judge(stdout.split("\n")))) t.ok(holds, what);
  });
}
