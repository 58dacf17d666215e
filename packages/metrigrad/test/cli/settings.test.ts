import { rngd } from "@metrigrad/optim";
import test from "tape";
import { archs } from "../../src/cli/archs.ts";
import { optimizers } from "../../src/cli/optimizers.ts";
import { tuned } from "../../src/cli/settings.ts";

test("every optimizer is tuned for every architecture", async (t) => {
  t.deepEqual(Object.keys(tuned), Object.keys(archs));
  for (const [arch, settings] of Object.entries(tuned)) {
    t.deepEqual(Object.keys(settings), Object.keys(optimizers), arch);
    for (const [name, one] of Object.entries(settings)) {
      const made = optimizers[name]?.(one);
      const own = name.endsWith("-average") ? made?.settings.optimizer : made?.settings;
      const { learningRate } = own as { learningRate: number };
      t.equal(learningRate, one.learningRate, `${arch}, ${name}`);
    }
  }
});

test("rngd has its own defaults on both networks", (t) => {
  for (const [arch, { rngd: one }] of Object.entries(tuned)) {
    const made = optimizers.rngd?.(one as NonNullable<typeof one>);
    t.deepEqual(made?.settings, rngd().settings, arch);
  }
  t.end();
});

test("the paper's RNGD has the paper's settings, of which γ alone is tuned", async (t) => {
  for (const settings of Object.values(tuned)) {
    const paper = settings["rngd-paper"];
    t.deepEqual(Object.keys(paper ?? {}), ["learningRate", "end"]);
    t.equal(paper?.end, 1, "a constant step");
    const made = optimizers["rngd-paper"]?.(paper ?? { learningRate: 1, end: 1 });
    const { learningRate: _, metrics: __, ...rest } = made?.settings ?? {};
    t.deepEqual(rest, {
      schedule: "constant",
      relative: 1e-4,
      absolute: 0,
      momentum: 0,
      over: { average: 0.995, every: 100 },
      forward: "infer",
    });
  }
});

test("the networks are the paper's", async (t) => {
  const shapes = (arch: string) =>
    archs[arch]?.().variables.map(({ path, spec }) => [path, spec.shape]);
  t.deepEqual(shapes("plain"), [
    ["dense0/w", [785, 80]],
    ["dense1/w", [81, 80]],
    ["dense2/w", [81, 80]],
    ["dense3/w", [81, 10]],
  ]);
  t.equal(shapes("bna")?.length, 4 + 3 * 5);
});
