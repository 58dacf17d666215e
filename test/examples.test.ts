import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Backend, cpu } from "metrigrad";
import test from "tape";
import type { Report } from "../examples/support/settings.ts";

const folder = join(import.meta.dirname, "..", "examples");
const run = promisify(execFile);

/** The number after a text that begins a line. */
const after = (lines: readonly string[], start: string): number => {
  const rest = lines.find((line) => line.startsWith(start))?.slice(start.length) ?? "";
  return Number.parseFloat(rest);
};

/** What each example must print, and what must hold of its numbers. */
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
      "a positive length": length("length of a step, in √nats") > 0,
      "and one by the whole model": length("by the whole model's Fisher information") > 0,
    };
  },
  "geometry/blocks.ts": (lines) => {
    const gaps = (what: string) => {
      const start = `layers by ${what} response, off the whole's blocks by: `;
      const line = lines.find((one) => one.startsWith(start)) ?? "";
      return line.slice(start.length).split(", ").map(Number);
    };
    const [own, through] = [gaps("its own"), gaps("the model's")];
    const share = after(lines, "share of the whole outside of the layers' blocks:");
    return {
      "the whole has entries between layers": share > 0.05 && share < 1,
      "the last layer's own block is the whole's": (own[2] ?? 1) < 1e-9,
      "those of the layers before are not": own.slice(0, 2).every((gap) => gap > 0.1),
      "by the model's response all are": through.length === 3 && through.every((gap) => gap < 1e-9),
    };
  },
  "geometry/coordinates.ts": (lines) => {
    const [coarse, fine] = ["", ", steps half as long"].map((which) =>
      after(lines, `natural paths apart${which}:`),
    ) as [number, number];
    return {
      "the metric is pulled back":
        after(lines, "metric in one system and pull-back of the other: ") < 1e-12,
      "natural paths are one, up to the length of the steps": coarse < 0.15 && fine < 0.6 * coarse,
      "plain ones are not": after(lines, "plain paths apart:") > 5 * coarse,
    };
  },
  "geometry/spectra.ts": (lines) => {
    const layers = lines
      .map((line) =>
        /^W\d.*→ (\S+), sum of eigenvalues (\S+), above 1e-5 (\d+) of (\d+)/.exec(line),
      )
      .filter((found) => found !== null)
      .map((found) => found.slice(1).map(Number));
    const [first = [], , last = []] = layers;
    return {
      "eigenvalues add up to traces": layers.length === 3 && layers.every(([a, b]) => a === b),
      "a batch has at most as many directions as rows": first[2] === 60 && first[3] === 197,
      "the soft-max lacks those that move all classes": (last[2] ?? 110) <= 99 && last[3] === 110,
    };
  },
  "geometry/training.ts": (lines) => {
    const cost = (name: string) => after(lines, `${name} seed 1 training cost `);
    const pictures = ["curves", "steplengths", "histograms", "graph", "timeline", "plan"];
    return {
      "both learn": cost("rngd") < 1.5 && cost("adam") < 2,
      "a picture of each kind": pictures.every((name) =>
        lines.some((line) => line.endsWith(`${name}.svg`)),
      ),
    };
  },
  "geometry/zones.ts": (lines) => {
    const largest = (name: string) => after(lines, `${name}: largest ν `);
    return {
      "sech² reaches 1": Math.abs(largest("tanh") - 1) < 1e-3,
      "sigm(1 − sigm) reaches a quarter": Math.abs(largest("sigm") - 0.25) < 1e-3,
      "sigm² comes near 1": largest("relu") > 0.99 && largest("relu") < 1,
      "elu's is 1": largest("elu") === 1,
    };
  },
  "leastsquares/leastsquares.ts": (lines) => {
    const digits = (name: string) => {
      const line = lines.find((one) => one.startsWith(`${name} `)) ?? "";
      const found = [...line.matchAll(/([\d.-]+) \(/g)].map(([, value]) => Number(value));
      return found.length === 2 ? Math.min(...found) : Number.NaN;
    };
    return {
      "seven digits of the exponential fit": digits("Misra1a") > 7,
      "six where the Jacobian is nearly singular": digits("Lanczos3") > 6,
      "and seven of parameters that are far apart": digits("Eckerle4") > 7,
      "from both starting points": lines.includes("six digits or more from both: 3 of 3"),
    };
  },
  "train.ts": (lines) => {
    const accuracies = lines
      .map((line) => Number(line.split(" ").at(-1)))
      .filter((value) => value > 0.5 && value < 1);
    return { "an accuracy above 0.96": (accuracies.at(-1) ?? 0) > 0.96 };
  },
};

/** A model that is trained, and what it must report. */
interface Trained {
  /** The part of the example's size. */
  readonly size: number;
  /** How it learns in a short run, where that is not by turns. */
  readonly by?: "adam" | "rngd";
  readonly checks: (report: Report, by: "adam" | "rngd") => Record<string, boolean>;
}

/** A number of a report; NaN, for which no condition holds, where it is not there. */
const of = (report: Report, name: string): number => report[name] ?? Number.NaN;

/** What holds of the solution of a differential equation after a short run, by the natural gradient up to a relative error. */
const solution =
  (bound: number): Trained["checks"] =>
  (report, by) => ({
    "the loss falls": of(report, "last loss") < of(report, "first loss"),
    "a relative error by the natural gradient":
      by === "adam" || of(report, "relative error") < bound,
  });

const energyOff = (report: Report) => of(report, "energy above −π²/4");

/** The models by their folder. Each is trained by ADAM and by RNGD. */
const models: Readonly<Record<string, Trained>> = {
  lenet: {
    size: 0.1,
    checks: (report) => ({
      "the cost falls": of(report, "last cost") < 0.7 * of(report, "first cost"),
      "half of the digits": of(report, "accuracy") > 0.5,
    }),
  },
  resnet8: {
    size: 0.05,
    checks: (report) => ({
      "the cost falls": of(report, "last cost") < 0.9 * of(report, "first cost"),
      "twice as many digits as by chance": of(report, "accuracy") > 0.2,
    }),
  },
  residual: {
    size: 0.2,
    checks: (report) => ({
      "95 % of the points, of three classes": of(report, "accuracy") >= 0.95,
      "a cost below a fifth of ln 3": of(report, "cost") < Math.log(3) / 5,
    }),
  },
  "character-lstm": {
    size: 0.25,
    checks: (report) => ({
      "letters are foretold, up to what cannot be":
        of(report, "bits per letter") < 0.85 &&
        of(report, "bits per letter") > of(report, "bits per letter of the text itself"),
      "most written words are words": of(report, "share of written words that there are") > 0.75,
    }),
  },
  "mixture-of-experts": {
    size: 0.35,
    checks: (report) => ({
      "every expert has a region": of(report, "experts with a region of their own") === 4,
      "which is led to it": of(report, "least share of a region's own expert") > 0.6,
      "all are used alike": of(report, "balance") < 1.1,
      "half the error of one plane, 1.07": of(report, "root mean square error") < 0.54,
    }),
  },
  conjugate: {
    size: 0.5,
    checks: (report) => ({
      "the bound is far off before": of(report, "−ELBO before") > of(report, "−ln p(y)") + 100,
      "and at the end it is −ln p(y), up to rounding of 32 bits":
        Math.abs(of(report, "at the end") - of(report, "−ln p(y)")) < 0.05,
    }),
  },
  gpclassifier: {
    size: 0.3,
    checks: (report) => ({
      "the bound falls": of(report, "at the end") < 0.5 * of(report, "−ELBO at first"),
      "nine tenths of the points": of(report, "accuracy") > 0.9,
      "a cost below a third of ln 2": of(report, "cost") < Math.log(2) / 3,
    }),
  },
  autoencoder: {
    size: 0.02,
    by: "rngd",
    checks: (report, by) => ({
      "the cost falls": of(report, "cost") < of(report, "cost after one epoch"),
      "by the natural gradient below that of pixels on their own":
        by === "adam" || of(report, "cost") < 0.85 * of(report, "cost of mean pixels"),
    }),
  },
  vae: {
    size: 0.1,
    checks: (report) => ({
      "the bound is tighter than pixels on their own":
        of(report, "cost") < 0.85 * of(report, "cost of mean pixels"),
      "pixels are reconstructed": of(report, "share of pixels right") > 0.87,
      "what is drawn has as much ink":
        Math.abs(of(report, "ink in drawn pictures") / of(report, "ink in pictures") - 1) < 0.15,
    }),
  },
  "conditional-vae": {
    size: 0.3,
    checks: (report) => ({
      "the bound falls": of(report, "cost") < 0.95 * of(report, "first cost"),
      "half of the drawn digits are those asked for":
        of(report, "drawn digits that are those asked for") > 0.5,
    }),
  },
  flow: {
    size: 0.4,
    checks: (report) => ({
      "better than one Gaussian": of(report, "cost") < of(report, "cost of one Gaussian") - 0.1,
      "determinants by derivatives are those by differences":
        of(report, "ln det off by at most") < 1e-2,
    }),
  },
  "neural-ode": {
    size: 0.4,
    checks: (report, by) => ({
      "the cost falls": of(report, "cost") < of(report, "first cost"),
      "other starts are followed":
        of(report, "error from other starts") <
        (by === "adam" ? 0.35 : 0.2) * of(report, "size of what is followed"),
    }),
  },
  "graph-network": {
    size: 1,
    checks: (report) => ({
      "the loss falls": of(report, "last loss") < 0.5 * of(report, "first loss"),
      "28 of the 32 others are on the right side": of(report, "right of the 32 others") >= 28,
    }),
  },
  dqn: {
    size: 0.25,
    checks: (report) => ({
      "worths are near the true ones": of(report, "error of worths") < 0.25,
      "four fifths of the moves are best ones": of(report, "share of best moves") >= 0.8,
    }),
  },
  continual: {
    size: 0.5,
    checks: (report) => ({
      "it learns the first task": of(report, "first task, learned") > 0.6,
      "forgets it by the loss alone":
        of(report, "first task after the second") < of(report, "first task, learned") - 0.1,
      "and less with the penalty":
        of(report, "first task after the second, kept") >
        of(report, "first task after the second") + 0.05,
      "while it learns the second": of(report, "second task, kept") > 0.4,
    }),
  },
  "bayesian-last-layer": {
    size: 0.3,
    checks: (report) => ({
      "nine tenths of the points": of(report, "accuracy") > 0.9,
      "sure far away, where it knows nothing": of(report, "sure far away") > 0.9,
      "with the posterior less so":
        of(report, "far away with the posterior") < of(report, "sure far away") - 0.05,
      "and about as sure near the data":
        of(report, "with the posterior") > of(report, "sure near the data") - 0.1,
    }),
  },
  gan: {
    size: 0.4,
    checks: (report) => ({
      "all modes are found": of(report, "modes found") === 6,
      "most points are near one": of(report, "share near a mode") > 0.75,
    }),
  },
  multitask: {
    size: 0.1,
    checks: (report) => ({
      "four times as many digits as by chance": of(report, "right") > 0.4,
      "angles, which are 0.4 on average, up to 0.3": of(report, "radians") < 0.3,
    }),
  },
  tied: {
    size: 0.1,
    checks: (report) => ({
      "pixels are reconstructed": of(report, "share of pixels right") > 0.88,
      "codes of one digit are near each other":
        of(report, "share of nearest codes of the same digit") > 0.55,
      "the parts alone have the trained weights":
        of(report, "parts alone and the whole apart by") < 1e-5,
    }),
  },
  text: {
    size: 0.3,
    checks: (report) => ({
      "85 % of the texts, of four topics": of(report, "accuracy") > 0.85,
      "fog and snow are weather": of(report, "weather") === 0,
      "a good match is sport": of(report, "sport") === 1,
    }),
  },
  transformer: {
    size: 0.05,
    checks: (report) => ({
      "half a bit per letter below how often each occurs":
        of(report, "bits per letter") <
        of(report, "bits per letter by how often each occurs") - 0.5,
      "it falls by 0.4 bits after the first epoch":
        of(report, "bits per letter") < of(report, "bits per letter after the first epoch") - 0.4,
      "some words are written that there are":
        of(report, "share of written words that there are") > 0.1,
    }),
  },
  ising: {
    size: 0.35,
    by: "rngd",
    checks: (report) => ({
      "not below the exact energy, up to rounding": of(report, "error in millionths") > -10,
      "up to 1 %": of(report, "error in millionths") < -1e4 * of(report, "exact"),
    }),
  },
  hydrogen: {
    size: 0.3,
    by: "rngd",
    checks: (report) => ({
      "the energy up to 0.01 hartree": Math.abs(of(report, "error in millionths")) < 1e4,
      "half of the moves are accepted": Math.abs(of(report, "accepted") - 0.5) < 0.1,
    }),
  },
  regression: {
    size: 0.3,
    checks: (report) => ({
      "the loss falls by 40 % after the first epoch":
        of(report, "cost") < 0.6 * of(report, "first cost"),
      "two thirds of the estimates are close": of(report, "close") > 0.66,
      "it stops early": of(report, "epochs") < 100 && of(report, "best") < of(report, "epochs"),
      "with the best weights": of(report, "close") === of(report, "best close"),
    }),
  },
  poisson2d: {
    size: 0.25,
    by: "rngd",
    checks: (report, by) => ({
      "the loss falls": of(report, "last loss") < 0.9 * of(report, "first loss"),
      "below the size of the solution": of(report, "relative error") < 1,
      "by the natural gradient to a thousandth of it":
        by === "adam" || of(report, "relative error") < 1e-3,
    }),
  },
  heat: {
    size: 0.25,
    by: "rngd",
    checks: solution(0.02),
  },
  poisson5d: {
    size: 0.1,
    by: "rngd",
    checks: solution(0.1),
  },
  burgers: {
    size: 0.12,
    by: "rngd",
    // The loss is over new points where it is large, which it need not be below the first on.
    checks: (report, by) => ({
      "the solution is found in part": of(report, "relative error") < (by === "adam" ? 1 : 0.5),
    }),
  },
  helmholtz: {
    size: 0.2,
    by: "rngd",
    checks: solution(0.15),
  },
  inverse: {
    size: 0.5,
    by: "rngd",
    checks: (report, by) => ({
      "the loss falls": of(report, "last loss") < 0.9 * of(report, "first loss"),
      "the coefficient up to four standard deviations":
        by === "adam" ||
        Math.abs(of(report, "off by")) < 4 * of(report, "least standard deviation"),
      "known as well as can be":
        by === "adam" ||
        Math.abs(of(report, "standard deviation") / of(report, "least standard deviation") - 1) <
          0.1,
    }),
  },
  deepritz: {
    size: 0.3,
    by: "rngd",
    checks: (report, by) => ({
      "the energy falls below 0": of(report, "first energy") > 0 && energyOff(report) < 2,
      "and not below the least one, up to the rule's error": energyOff(report) > -1e-5,
      "which the natural gradient comes near":
        by === "adam" || (energyOff(report) < 1e-4 && of(report, "relative error") < 1e-2),
    }),
  },
  helium: {
    size: 0.1,
    by: "rngd",
    checks: (report, by) => ({
      "the energy up to 0.02 hartree":
        Math.abs(of(report, "off by")) < (by === "adam" ? 0.2 : 0.02),
      "half of the moves are accepted": Math.abs(of(report, "accepted") - 0.5) < 0.1,
    }),
  },
};

/** Folders of what several examples use, and of what is no one model. */
const shared = ["api", "geometry", "leastsquares", "pictures", "support"];

/** What an example is run with for a small run. */
const small: Readonly<Record<string, readonly string[]>> = {
  "leastsquares/leastsquares.ts": ["Misra1a", "Lanczos3", "Eckerle4"],
};

test("examples: each has expectations here", (t) => {
  const pictures = readdirSync(join(folder, "geometry")).map((file) => `geometry/${file}`);
  const files = [...readdirSync(folder), ...pictures, ...Object.keys(small)].filter((file) =>
    file.endsWith(".ts"),
  );
  t.deepEqual(files.sort(), Object.keys(expected).sort());
  const folders = readdirSync(folder, { withFileTypes: true }).filter((one) => one.isDirectory());
  const names = folders.map(({ name }) => name).filter((name) => !shared.includes(name));
  t.deepEqual(names.sort(), Object.keys(models).sort());
  t.end();
});

// With METRIGRAD_SWEEP=full, as in `npm run check`, all run and each model learns by both; else they take turns.
const whole = process.env.METRIGRAD_SWEEP === "full";

/** What takes seconds, and is left to the whole sweep. */
const long = [
  "autoencoder",
  "burgers",
  "conditional-vae",
  "continual",
  "gan",
  "geometry/blocks.ts",
  "geometry/coordinates.ts",
  "geometry/spectra.ts",
  "geometry/training.ts",
  "geometry/zones.ts",
  "helmholtz",
  "neural-ode",
  "poisson5d",
  "resnet8",
  "tied",
  "train.ts",
  "transformer",
];
const runs = (name: string) => whole || !long.includes(name);

for (const [index, [name, { size, by: only, checks }]] of Object.entries(models).entries()) {
  const file = join(folder, name, `${name}.ts`);
  test(`examples: ${name} has at most 40 lines of model and training`, (t) => {
    const [, region = ""] =
      /\/\/ #region model\n([\s\S]*?)\/\/ #endregion/.exec(readFileSync(file, "utf8")) ?? [];
    const lines = region.split("\n").filter((line) => line.trim() !== "").length;
    t.ok(lines > 10 && lines <= 40, `${lines} lines`);
    t.end();
  });
  if (!runs(name)) continue;
  const ways = ["adam", "rngd"] as const;
  for (const by of whole ? ways : [only ?? (ways[index % 2] as (typeof ways)[number])]) {
    test(`examples: ${name} learns by ${by}`, async (t) => {
      const { train, optimizers } = (await import(file)) as {
        train: (settings: {
          size: number;
          optimizer: unknown;
          backend: Backend;
          seed: number;
        }) => Promise<Report>;
        optimizers: Readonly<Record<"adam" | "rngd", unknown>>;
      };
      const backend = await cpu();
      t.teardown(() => backend.close());
      const report = await train({ size, optimizer: optimizers[by], backend, seed: 1 });
      for (const [what, holds] of Object.entries(checks(report, by)))
        t.ok(holds, `${what}: ${JSON.stringify(report)}`);
    });
  }
}

for (const [file, checks] of Object.entries(expected).filter(([name]) => runs(name))) {
  test(`examples: ${file} runs`, async (t) => {
    const place = mkdtempSync(join(tmpdir(), "metrigrad-example-"));
    t.teardown(() => rmSync(place, { recursive: true }));
    const draws = file.startsWith("geometry/");
    const args = ["--conditions=@metrigrad/source", "--import", "tsx", join(folder, file)];
    const { stdout } = await run(
      process.execPath,
      draws ? [...args, "--small", place] : [...args, ...(small[file] ?? [])],
    );
    for (const [what, holds] of Object.entries(checks(stdout.split("\n")))) t.ok(holds, what);
    if (!draws) return;
    const names = readdirSync(place);
    t.ok(names.length > 0, "it draws");
    const finite = (svg: string) =>
      /^<svg[\s\S]+<\/svg>\n$/.test(svg) && !/="[^"]*(NaN|Infinity)/.test(svg);
    const guide = join(folder, "..", "docs", "guide");
    const kept = file === "geometry/training.ts" ? join(guide, "pictures") : guide;
    for (const name of names) {
      t.ok(finite(readFileSync(join(place, name), "utf8")), `${name} is whole`);
      t.ok(finite(readFileSync(join(kept, name), "utf8")), "and so is the one of the guides");
    }
  });
}
