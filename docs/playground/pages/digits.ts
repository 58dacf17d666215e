import { digitsCode } from "../code/digits.ts";
import { drawingOn } from "../digits/drawing.ts";
import type { NetName } from "../digits/nets.ts";
import type { BackendName } from "../shell/backend.ts";
import { showCode } from "../shell/code.ts";
import { bindControls } from "../shell/controls.ts";
import { byId, showProblem } from "../shell/dom.ts";
import { showNumber, showShare } from "../shell/number.ts";
import { type Place, plot } from "../shell/plot.ts";
import { startWorker } from "../shell/worker.ts";
import type { DigitEvents, DigitMethods, DigitOptimizer, Passed } from "../workers/digits.ts";

const worker = startWorker<DigitMethods, DigitEvents>("digits");
const form = byId("settings", HTMLFormElement);
const controls = bindControls(form, () => showCodeAnew(), { example: "" });
const asked = () => {
  const { net = "dense", optimizer = "rngd", passes = "5", backend = "cpu" } = controls.settings();
  return {
    net: net as NetName,
    optimizer: optimizer as DigitOptimizer,
    passes: Number(passes),
    backend: backend as BackendName,
  };
};
const showCodeAnew = showCode(() => digitsCode(asked()));

const drawing = drawingOn(
  byId("drawing", HTMLCanvasElement),
  () => read(),
  (text) => {
    byId("pen").textContent = text;
  },
);
const seen = byId("seen", HTMLCanvasElement).getContext("2d");
let passed: Passed[] = [];
/** What the last example is; null for a drawing. */
let label: number | null = null;

let reading = false;
let wanted = false;
/** Reads the newest drawing, one after the other. */
async function read(): Promise<void> {
  wanted = true;
  if (reading) return;
  reading = true;
  while (wanted) {
    wanted = false;
    try {
      const { image, probabilities } = await worker.call("read", drawing.ink());
      showSeen(image);
      showRead(image, probabilities);
    } catch (error) {
      showProblem(error);
    }
  }
  reading = false;
}

function showSeen(image: Float32Array): void {
  if (seen === null) return;
  const pixels = seen.createImageData(28, 28);
  for (const [i, value] of image.entries()) {
    pixels.data.set([0, 0, 0, 255 * value], 4 * i);
  }
  seen.putImageData(pixels, 0, 0);
}

function showRead(image: Float32Array, probabilities: readonly number[] | null): void {
  showBars(probabilities);
  const place = byId("result");
  if (!image.some((value) => value > 0)) {
    place.textContent = "Draw something.";
    return;
  }
  if (probabilities === null) {
    place.textContent = "Train a net first: it knows nothing yet.";
    return;
  }
  const [best, second] = probabilities.map((p, digit) => ({ p, digit })).sort((a, b) => b.p - a.p);
  const truth = label === null ? "" : ` It is a ${label}.`;
  place.textContent = `A ${best?.digit}, with ${showShare(best?.p ?? 0)}; next a ${second?.digit}, with ${showShare(second?.p ?? 0)}.${truth}`;
}

function showBars(probabilities: readonly number[] | null): void {
  byId("bars").innerHTML = Array.from({ length: 10 }, (_, digit) => {
    const p = probabilities?.[digit] ?? 0;
    return `<li><span class="digit">${digit}</span><span class="track"><span class="fill" style="width:${(100 * p).toFixed(1)}%"></span></span><span class="share">${probabilities === null ? "–" : showShare(p)}</span></li>`;
  }).join("");
}

function showCurve(): void {
  const place = byId("curve");
  const { passes } = asked();
  const last = passed.at(-1);
  if (last === undefined) return;
  place.innerHTML = plot({
    width: Math.max(240, place.clientWidth),
    height: 200,
    label: `Wrong answers on 1,000 test digits: ${showShare(last.wrong)} after ${last.pass} passes`,
    x: { title: "passes over the digits", domain: [0, Math.max(passes, last.pass)] },
    y: {
      title: "wrong answers on test digits",
      domain: [0, 1],
      show: (v) => `${Math.round(100 * v)} %`,
    },
    named: false,
    lines: [
      { name: "wrong", style: 0, points: passed.map(({ pass, wrong }): Place => [pass, wrong]) },
    ],
  });
  byId("curve-caption").textContent =
    `${showShare(last.wrong)} wrong after ${last.pass} of ${passes} passes.`;
}

const say = (text: string) => {
  byId("training").textContent = text;
};

function setTraining(on: boolean): void {
  byId("start", HTMLButtonElement).disabled = on;
  byId("stop", HTMLButtonElement).disabled = !on;
}

worker.on("passed", (one) => {
  passed.push(one);
  showCurve();
  say(
    one.pass === 0
      ? "Training …"
      : `Pass ${one.pass}: ${showShare(one.wrong)} wrong on test digits, ${showNumber(one.seconds)} s of steps.`,
  );
  read();
});

byId("start").addEventListener("click", async () => {
  passed = [];
  setTraining(true);
  showProblem(null);
  say("Getting ready: digits are loaded, and the net is compiled …");
  try {
    const described = await worker.call("train", asked());
    const last = passed.at(-1);
    say(
      `Trained: ${showShare(last?.wrong ?? Number.NaN)} wrong on 1,000 test digits after ${last?.pass} passes and ${showNumber(last?.seconds ?? 0)} s of steps. ${described}.`,
    );
  } catch (error) {
    showProblem(error);
    say("Training ended by an error.");
  }
  setTraining(false);
  read();
});
byId("stop").addEventListener("click", () => worker.call("stop", undefined as never));
byId("clear").addEventListener("click", () => {
  label = null;
  controls.keep("example", "");
  drawing.clear();
});

async function takeExample(index: number): Promise<void> {
  try {
    const { image, label: own } = await worker.call("example", index);
    label = own;
    drawing.setImage(image);
  } catch (error) {
    showProblem(error);
  }
}

byId("example").addEventListener("click", () => {
  const index = Math.floor(Math.random() * 1000);
  controls.keep("example", String(index));
  takeExample(index);
});
byId("drawing").addEventListener("pointerdown", () => {
  label = null;
});
showBars(null);
const { example } = controls.settings();
if (/^\d{1,3}$/.test(example ?? "")) takeExample(Number(example));
if (!("gpu" in navigator)) {
  const option = form.querySelector<HTMLOptionElement>('option[value="gpu"]');
  if (option !== null) option.disabled = true;
}
