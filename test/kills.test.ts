/** Runs that are killed go on bit for bit; `node test/kills.mjs 200` is the long form. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "tape";
import { bundle, child, kinds, manyKills } from "./kills.mjs";

/** `npm run check` takes more of them. */
const each = process.env.METRIGRAD_SWEEP === "full" ? 2 : 1;
const many = each * kinds.length;

test(`${many} kills of ${kinds.length} kinds of run leave no trace`, async (t) => {
  const lines: string[] = [];
  const print = (line: string) => lines.push(line);
  const { kills, same, runs, left } = await manyKills(many, { each, print });
  t.deepEqual(lines, []);
  t.deepEqual([kills, same, left], [many, many, []], `${runs} runs`);
  t.ok(runs >= kinds.length, "all kinds were run");
});

/** Kinds of run, the step behind which they are killed, and what is then taken out of their checkpoint. */
const twins = [
  ["dropout", 23, ["nothing", "position", "optimizer", "random"]],
  ["earlyStopping", 50, ["nothing", "earlyStopping"]],
] as const;

for (const [kind, step, parts] of twins) {
  test(`the comparison rings where something is left out: ${kind}`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "metrigrad-kills-"));
    const program = await bundle(folder);
    const whole = child(program, [kind, join(folder, "whole")]);
    const resumed = parts.map(async (part) => {
      const own = join(folder, `without ${part}`);
      const { killed } = await child(program, [kind, own, "--die", String(step)]);
      t.ok(killed, `killed behind step ${step}`);
      return child(program, [kind, own, ...(part === "nothing" ? [] : ["--leave-out", part])]);
    });
    const [{ result: wanted }, ...others] = await Promise.all([whole, ...resumed]);
    for (const [at, { result }] of others.entries()) {
      t.ok(result.startsWith('{"history":'), "it comes to an end");
      t.equal(result === wanted, parts[at] === "nothing", `without ${parts[at]}`);
    }
    rmSync(folder, { recursive: true });
  });
}
