import test from "tape";
import { progressOf } from "../../src/cli/progress.ts";

const event = {
  epoch: 2,
  epochs: 5,
  trainCost: 0.1234,
  validCost: 0.2,
  validAccuracy: 0.9712,
  seconds: 0.8,
  secondsMetric: 0,
  stepsPerSecond: 1250,
  report: null,
};

test("a stream that is no terminal gets one line per epoch", async (t) => {
  let text = "";
  const progress = progressOf("plain sgd", { write: (part) => (text += part) });
  for (let step = 1; step <= 2000; step++)
    progress.step({ epoch: 1, step, steps: 2000, report: null });
  t.equal(text, "");
  progress.epoch(event);
  t.match(
    text,
    /^plain sgd {2}epoch 2\/5 {2}cost 0\.1234 {2}accuracy 97\.12 % {2}0\.80 s {2}1250 steps\/s {2}0:00 left\n$/,
  );
  progress.end();
  t.ok(text.endsWith("left\n"));
});

test("a terminal gets one line with a bar, drawn now and then, no wider than it is", async (t) => {
  const parts: string[] = [];
  const screen = { isTTY: true, columns: 60, write: (part: string) => parts.push(part) };
  const progress = progressOf("plain sgd", screen);
  progress.epoch(event);
  t.equal(parts.length, 0, "the result of an epoch is drawn with the next step");
  for (let step = 1; step <= 2500; step++)
    progress.step({ epoch: 3, step, steps: 5000, report: null });
  t.ok(parts.length >= 1 && parts.length < 20, `${parts.length} drawings`);
  for (const part of parts) {
    t.ok(part.startsWith("\r\u001b[K"));
    t.ok(part.length <= 59 + 4);
  }
  t.match(parts[0] ?? "", /plain sgd {2}[█░]{20} \d+ % {2}epoch 3/);
  progress.end();
  t.match(
    parts.at(-1) ?? "",
    /^\r.\[Kplain sgd {2}epoch 2\/5 .* 1250 steps\/s\n$/s,
    "the last epoch stays",
  );
});

test("a wide terminal also shows cost, accuracy, speed and time left", async (t) => {
  const parts: string[] = [];
  const screen = { isTTY: true, columns: 200, write: (part: string) => parts.push(part) };
  const progress = progressOf("plain sgd", screen);
  progress.epoch(event);
  progress.step({ epoch: 3, step: 2500, steps: 5000, report: null });
  t.match(
    parts[0] ?? "",
    /██████████░{10} 50 % {2}epoch 3 {2}cost 0\.1234 {2}accuracy 97\.12 % {2}– steps\/s {2}– left$/,
  );
});

test("a narrow terminal has a short bar, and a regression no accuracy", async (t) => {
  const parts: string[] = [];
  const screen = { isTTY: true, columns: 40, write: (part: string) => parts.push(part) };
  const progress = progressOf("sine", screen);
  const { validAccuracy: _, ...regression } = event;
  progress.epoch(regression);
  progress.step({ epoch: 3, step: 2500, steps: 5000, report: null });
  t.match(parts[0] ?? "", /^\r.\[Ksine {2}████░░░░ 50 % {2}epoch 3 {2}cost 0\.12$/s);
  progress.end();
  t.notOk(parts.join("").includes("accuracy"));
});

test("a run of unknown length has neither a bar nor a time left", async (t) => {
  const parts: string[] = [];
  const stream = { epoch: 3, step: 2500, steps: null, report: null };
  const progress = progressOf("stream", {
    isTTY: true,
    columns: 200,
    write: (part) => parts.push(part),
  });
  progress.step(stream);
  t.match(parts[0] ?? "", /^\r.\[Kstream {2}step 2500 {2}epoch 3 {2}cost – .* – steps\/s$/s);
  const piped = progressOf("stream", { write: (part) => parts.push(part) });
  piped.step(stream);
  piped.epoch(event);
  t.match(parts[1] ?? "", / 1250 steps\/s\n$/);
});
