import type { RunRecord } from "@metrigrad/train";
import test from "tape";
import { resultTable } from "../../src/cli/table.ts";

function run(optimizer: string, seed: number, seconds: number, accuracy: number | null): RunRecord {
  const epoch = (index: number) => ({
    epoch: index,
    trainCost: 1 / index,
    validCost: 0.5,
    validAccuracy: accuracy,
    seconds,
    secondsMetric: seconds / 4,
  });
  return {
    arch: "plain",
    optimizer,
    settings: {},
    seed,
    epochs: [epoch(1), epoch(2)],
    test: { accuracy: 0.96, cost: 0.2 },
  };
}

test("the table tells the last epoch, the seconds, and the time beside sgd's", async (t) => {
  const lines = resultTable([run("sgd", 1, 1, 0.97), run("rngd", 1, 3, null)]).split("\n");
  t.equal(lines.length, 3);
  t.match(
    lines[0] ?? "",
    /^arch +optimizer +train cost +valid cost +valid accuracy +test accuracy +seconds +of them metric +time \/ sgd's$/,
  );
  t.match(
    lines[1] ?? "",
    /^plain +sgd +0\.5000 +0\.5000 +97\.00 % +96\.00 % +2\.00 +0\.50 +1\.00$/,
  );
  t.match(lines[2] ?? "", /^plain +rngd +0\.5000 +0\.5000 +– +96\.00 % +6\.00 +1\.50 +3\.00$/);
});

test("repeats are one line: the mean and the standard deviation", async (t) => {
  const lines = resultTable([run("adam", 1, 1, 0.97), run("adam", 2, 3, 0.98)]).split("\n");
  t.equal(lines.length, 2);
  t.match(lines[1] ?? "", /0\.5000 ± 0\.0000 .* 97\.50 % ± 0\.71 % .* 4\.00 +1\.00$/);
});

test("columns without a value are left out", async (t) => {
  const { epochs, ...others } = run("rngd", 1, 3, 0.97);
  const untold = { ...others, epochs: epochs.map((epoch) => ({ ...epoch, secondsMetric: null })) };
  const table = resultTable([untold]);
  t.match(table, /6\.00$/);
  t.notOk(table.includes("metric"));
});

test("the test cost stands where there is no accuracy", async (t) => {
  const regression = { ...run("rngd", 1, 3, null), test: { accuracy: null, cost: 0.25 } };
  t.match(resultTable([regression]), /test cost .*\nplain .* 0\.2500 /);
  t.notOk(resultTable([run("rngd", 1, 3, null)]).includes("test cost"));
  const both = resultTable([{ ...regression, arch: "sine" }, run("sgd", 1, 3, 0.97)]).split("\n");
  t.match(both[1] ?? "", /^sine .* 0\.2500 +– /, "beside runs that have one");
  t.match(both[2] ?? "", /^plain .* – +96\.00 % /);
});

test("the paper's experiment is a table at 80 columns", async (t) => {
  const names = ["sgd", "adam-average", "rngd-paper"];
  const runs = names.map((name) => run(name, 1, 44.53, 0.97));
  const lines = resultTable(runs, { width: 80 }).split("\n");
  t.equal(lines.length, 4);
  t.match(
    lines[0] ?? "",
    /^arch +optimizer +train +valid +valid % +test % +seconds +metric +\/ sgd's$/,
  );
});

test("the table fits 40, 80 and 120 columns, with shorter titles or row by row", async (t) => {
  const runs = [run("sgd", 1, 1, 0.97), run("rngd-paper", 1, 3, 0.98), run("adam", 1, 2, null)];
  for (const width of [40, 80, 120]) {
    const table = resultTable(runs, { width });
    const widest = Math.max(...table.split("\n").map((line) => line.length));
    t.ok(widest <= width, `${widest} of ${width}`);
  }
  t.match(resultTable(runs, { width: 80 }), /^arch +optimizer +train +valid/);
  t.match(resultTable(runs, { width: 40 }), /^plain sgd\n {2}train cost +0\.5000\n/m);
});
