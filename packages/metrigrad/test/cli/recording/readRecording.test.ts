import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "tape";
import { readRecording } from "../../../src/cli/recording/readRecording.ts";

const folder = mkdtempSync(join(tmpdir(), "metrigrad-recording-"));
test.onFinish(() => rmSync(folder, { recursive: true }));

const epoch = {
  epoch: 1,
  trainCost: 1,
  validCost: null,
  validAccuracy: null,
  seconds: 1,
  secondsMetric: null,
};
const run = {
  arch: "a",
  optimizer: "sgd",
  settings: {},
  seed: 1,
  epochs: [epoch],
  test: { accuracy: null, cost: 1 },
};
const recording = { schema: 1, environment: { runtime: "node" }, runs: [run] };

async function read(content: string): Promise<unknown> {
  writeFileSync(join(folder, "record.json"), content);
  try {
    return await readRecording(folder, "report");
  } catch (error) {
    return (error as Error).message;
  }
}

test("a recording is read, and what is none is refused with what is wrong", async (t) => {
  t.deepEqual(await read(JSON.stringify(recording)), recording);
  const refused = async (content: unknown, message: RegExp) =>
    t.match(
      String(await read(typeof content === "string" ? content : JSON.stringify(content))),
      message,
    );
  await refused("{", /record\.json: it must hold a recording of schema 1, got .*JSON/);
  await refused([], /got no object; pass a folder that metrigrad train FILE --out DIR wrote/);
  await refused({ ...recording, schema: 2 }, /got schema 2/);
  await refused({ ...recording, runs: {} }, /got no runs/);
  await refused(
    { ...recording, runs: [run, { ...run, epochs: [{ epoch: "1" }] }] },
    /an odd run 2/,
  );
  await refused({ ...recording, runs: [{ ...run, arch: 1 }] }, /an odd run 1/);
  await refused({ ...recording, runs: [{ ...run, test: { cost: 1 } }] }, /an odd run 1/);
  for (const key of ["trainCost", "validCost", "validAccuracy", "secondsMetric"]) {
    const epochs = [{ ...epoch, [key]: undefined }];
    await refused({ ...recording, runs: [{ ...run, epochs }] }, /an odd run 1/);
  }
});
