/** The programs that the playground's pages offer to copy run as they are, for the settings that a visitor can choose. */
import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import test from "tape";
import { coordinatesCode } from "../../docs/playground/code/coordinates.ts";
import { digitsCode } from "../../docs/playground/code/digits.ts";
import { geometryCode } from "../../docs/playground/code/geometry.ts";
import { nodeCode, plantedErrors, sineProgram } from "../../docs/playground/code/node.ts";
import { raceCode } from "../../docs/playground/code/race.ts";
import { racers } from "../../docs/playground/race/racers.ts";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const folder = join(root, "node_modules", ".cache", "metrigrad-playground");

/** Runs programs one after the other in one process, and returns what each prints. */
async function printed(programs: Readonly<Record<string, string>>): Promise<string[]> {
  mkdirSync(folder, { recursive: true });
  const files = Object.entries(programs).map(([name, text]) => {
    const file = join(folder, `${name}.mjs`);
    writeFileSync(file, text);
    return pathToFileURL(file).href;
  });
  const runner = join(folder, "runner.mjs");
  writeFileSync(
    runner,
    `for (const file of process.argv.slice(2)) {
  console.log("program");
  await import(file).catch((error) => console.log(error.stack));
}`,
  );
  const args = ["--conditions=@metrigrad/source", "--import", "tsx", runner, ...files];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
  return stdout.split(/^program$/m).slice(1);
}

const numbers = (text: string, pattern: RegExp) =>
  [...text.matchAll(pattern)].map(([, value]) => Number(value));

/** The programs that train long run with METRIGRAD_SWEEP=full, as in `npm run check`. */
const long: (name: string, body: (t: test.Test) => Promise<void>) => void =
  process.env.METRIGRAD_SWEEP === "full" ? test : () => undefined;

long("the program of the race", async (t) => {
  const names = (task: "poisson" | "digits") => racers[task].map(({ name }) => name);
  const [poisson = "", digits = ""] = await printed({
    racePoisson: raceCode({ task: "poisson", names: names("poisson"), seconds: 0.1 }),
    raceDigits: raceCode({ task: "digits", names: ["sgd", "rngd"], seconds: 0.1 }),
  });
  t.equal(numbers(poisson, /error ([\d.e+-]+)/g).length, names("poisson").length, poisson);
  t.ok(numbers(poisson, /error ([\d.e+-]+)/g).every(Number.isFinite));
  t.deepEqual(
    numbers(digits, /wrong ([\d.]+)/g).map((wrong) => wrong < 0.5),
    [true, true],
    digits,
  );
});

long("the program of the small net", async (t) => {
  const common = { data: "moons", width: 4, lambda: 0.1, gamma: 0.3, seed: 2 } as const;
  const texts = await printed({
    geometryPaper: geometryCode({ ...common, activation: "tanh", table: "paper" }),
    geometryWhole: geometryCode({ ...common, activation: "sin", table: "whole", data: "spirals" }),
    geometryKfac: geometryCode({ ...common, activation: "relu", table: "kfac", data: "circles" }),
  });
  for (const text of texts) {
    const costs = numbers(text, /cost ([\d.e-]+)/g);
    t.equal(costs.length, 5, text);
    t.ok((costs.at(-1) as number) < 0.69, `below that of a coin: ${costs.at(-1)} nats`);
    t.match(text, /largest eigenvalues/);
  }
});

long("the program of the digits", async (t) => {
  const texts = await printed({
    digitsDense: digitsCode({ net: "dense", optimizer: "rngd", passes: 1 }),
    digitsLenet: digitsCode({ net: "lenet", optimizer: "adam", passes: 1 }),
  });
  for (const text of texts) {
    const [right = 0] = numbers(text, /right ([\d.]+)$/gm);
    t.ok(right > 0.75, text);
    t.match(text, /read \[.*\] right \[/s);
  }
});

test("the program of the coordinates ends where the cost is least", async (t) => {
  const [text = ""] = await printed({
    coordinates: coordinatesCode({ mu: -1, sigma: 0.9, gamma: 0.05 }),
  });
  const nats = numbers(text, /nats ([\d.]+)/g);
  t.equal(nats.length, 4, text);
  t.ok(Math.max(...nats) - Math.min(...nats) < 1e-3, nats.join(", "));
});

long("the program of the node passes, trains, and fails with each planted error", async (t) => {
  const planted = plantedErrors.map(({ from, to }, i) => {
    t.ok(sineProgram.includes(from), `there is a place for error ${i}`);
    return [`planted${i}`, nodeCode(sineProgram.replace(from, to))] as const;
  });
  const [right = "", ...wrong] = await printed({
    node: nodeCode(sineProgram),
    ...Object.fromEntries(planted),
  });
  t.match(right, /all 12 checks passed/);
  const costs = numbers(right, /cost ([\d.]+)/g);
  t.equal(costs.length, 20);
  t.ok((costs.at(-1) as number) < (costs[0] as number));
  for (const [i, text] of wrong.entries()) t.match(text, /checks are off/, plantedErrors[i]?.name);
});
