import { geometryCode } from "../code/geometry.ts";
import { showCode } from "../shell/code.ts";
import { bindControls } from "../shell/controls.ts";
import { byId, escaped, isCalm, oncePerFrame, showProblem } from "../shell/dom.ts";
import { showNumber, showShare } from "../shell/number.ts";
import { type Place, type PlotLine, plot, spanOf } from "../shell/plot.ts";
import { savesPicture } from "../shell/savePicture.ts";
import { startWorker } from "../shell/worker.ts";
import type { PlanePoints } from "../small/data.ts";
import type { Seen, SeenBlock, StepLength } from "../small/net.ts";
import { paintCells, paintsOfPage, signed } from "../small/paint.ts";
import type { ActivationName, SmallSettings, TableName } from "../small/settings.ts";
import { paintSurface } from "../small/surface.ts";
import type { GeometryEvents, GeometryMethods } from "../workers/geometry.ts";

const worker = startWorker<GeometryMethods, GeometryEvents>("geometry");
const form = byId("settings", HTMLFormElement);

let seen: Seen | null = null;
let points: PlanePoints | null = null;
let steps: StepLength[] = [];
/** Of so many steps one is kept to be drawn. */
let stride = 1;
let running = false;
/** Steps that are kept at most. */
const mostSteps = 600;

const controls = bindControls(form, (name) => {
  showCodeAnew();
  if (name === "lambda" || name === "gamma") change();
  else if (name === "pace") pace();
  else begin();
});

function settings(): SmallSettings {
  const all = controls.settings();
  return {
    data: all.data as SmallSettings["data"],
    activation: all.activation as ActivationName,
    width: Number(all.width),
    table: all.table as TableName,
    lambda: Number((10 ** Number(all.lambda)).toPrecision(2)),
    gamma: Number((10 ** Number(all.gamma)).toPrecision(2)),
    seed: Number(all.seed),
  };
}
const showCodeAnew = showCode(() => geometryCode(settings()));

async function begin(): Promise<void> {
  await halt();
  steps = [];
  stride = 1;
  seen = null;
  showProblem(null);
  say("Compiling …");
  try {
    points = await worker.call("begin", settings());
    tell();
  } catch (error) {
    showProblem(error);
    say("");
  }
  draw();
}

/** Damping and learning rate change while the net goes on; the newest values count. */
let isChanging = false;
let changed = false;
async function change(): Promise<void> {
  changed = true;
  draw();
  if (isChanging) return;
  isChanging = true;
  while (changed) {
    changed = false;
    await worker.call("change", settings()).catch(showProblem);
  }
  isChanging = false;
}

/** Takes another pace while it runs. */
async function pace(): Promise<void> {
  if (!running) return;
  await halt();
  run();
}

async function run(): Promise<void> {
  setRunning(true);
  showProblem(null);
  try {
    const every = isCalm() ? 1000 : 80;
    await worker.call("run", { every, stepsPerSecond: Number(controls.settings().pace) });
  } catch (error) {
    showProblem(error);
  }
  setRunning(false);
  tell();
}

async function halt(): Promise<void> {
  if (running) await worker.call("pause", undefined as never);
  setRunning(false);
}

function setRunning(on: boolean): void {
  running = on;
  byId("run").textContent = on ? "Pause" : "Run";
  byId("step", HTMLButtonElement).disabled = on;
}

const say = (text: string) => {
  byId("result").textContent = text;
};

/** Says where the training is. While it runs this is said every few seconds, so that it can be listened to. */
function tell(): void {
  if (seen === null) return;
  const { step, cost, accuracy } = seen;
  say(
    `Step ${step}: cost ${showNumber(cost, 3)} nats per point, ${showShare(accuracy)} of the points on the right side.`,
  );
}

let told = 0;
worker.on("steps", (more) => {
  steps.push(...more.filter(({ step }) => step % stride === 0));
  while (steps.length > mostSteps) {
    stride *= 2;
    steps = steps.filter(({ step }) => step % stride === 0);
  }
});
worker.on("seen", (next) => {
  seen = next;
  draw();
  if (performance.now() - told > 3000) {
    told = performance.now();
    tell();
  }
});

const draw = oncePerFrame(() => {
  drawCost();
  drawLengths();
  byId("save-lengths", HTMLButtonElement).disabled = steps.length === 0;
  if (seen === null || points === null) return;
  const paints = paintsOfPage();
  paintSurface(byId("surface", HTMLCanvasElement), seen.surface, points, paints);
  byId("surface").setAttribute(
    "aria-label",
    `Decision surface after step ${seen.step}, ${showShare(seen.accuracy)} of the points on the right side`,
  );
  drawZones(seen);
  drawBlocks(seen.blocks);
  drawSpectrum(seen.blocks);
});

/** Makes as many canvases with captions as are needed, and returns them. */
function canvasesIn(
  place: HTMLElement,
  names: readonly string[],
  size: number,
): HTMLCanvasElement[] {
  const known = [...place.querySelectorAll("canvas")];
  if (known.length === names.length && known.every((one, i) => one.dataset.name === names[i]))
    return known;
  place.innerHTML = names
    .map(
      (name) =>
        `<figure><canvas width="${size}" height="${size}" role="img" data-name="${escaped(name)}" aria-label="${escaped(name)}"></canvas><figcaption>${escaped(name)}</figcaption></figure>`,
    )
    .join("");
  return [...place.querySelectorAll("canvas")];
}

function drawZones({ layers }: Seen): void {
  const place = byId("zones");
  if (place.children.length !== layers.length) {
    place.innerHTML = layers
      .map(
        ({ name }, i) =>
          `<h3>${escaped(name)}: hidden layer ${i + 1}</h3><div class="zones" id="zones${i}"></div>`,
      )
      .join("");
  }
  const paints = paintsOfPage();
  for (const [at, { units, values }] of layers.entries()) {
    const own = document.getElementById(`zones${at}`);
    if (own === null) continue;
    const count = values.length / units;
    const side = Math.sqrt(count);
    const names = Array.from({ length: units }, (_, unit) => String(unit + 1));
    for (const [unit, canvas] of canvasesIn(own, names, 48).entries()) {
      const nu = values.subarray(unit * count, (unit + 1) * count);
      const most = Math.max(1e-12, ...nu);
      paintCells(canvas, side, side, (cell) => signed(paints, (nu[cell] as number) / most));
      canvas.setAttribute(
        "aria-label",
        `Neuron ${unit + 1} of hidden layer ${at + 1}: largest ν ${showNumber(most)}`,
      );
    }
  }
}

function drawBlocks(blocks: readonly SeenBlock[]): void {
  const paints = paintsOfPage();
  const names = blocks.map(({ name, order }) => `${name}, ${order}×${order}`);
  for (const [i, canvas] of canvasesIn(byId("blocks"), names, 220).entries()) {
    const { order, values } = blocks[i] as SeenBlock;
    // A whole number of points for each cell, so that all are equally large.
    canvas.width = canvas.height = order * Math.ceil(220 / order);
    const most = Math.cbrt(values.reduce((high, value) => Math.max(high, Math.abs(value)), 1e-12));
    paintCells(canvas, order, order, (cell) =>
      signed(paints, Math.cbrt(values[cell] as number) / most),
    );
  }
}

function plotIn(id: string, spec: Omit<Parameters<typeof plot>[0], "width">): void {
  const place = byId(id);
  place.innerHTML = plot({ width: Math.max(280, place.clientWidth), ...spec });
}

const shortName = (name: string) => name.split(":")[0] as string;

/** Colours of layers; the order is that of the blocks. */
const styles = [0, 1, 2, 3];

function drawSpectrum(blocks: readonly SeenBlock[]): void {
  const { lambda } = settings();
  const floor = Math.min(1e-6, lambda / 10);
  const lines: PlotLine[] = blocks.map(({ name, eigenvalues }, i) => ({
    name: shortName(name),
    style: styles[i] ?? 0,
    points: Array.from(
      eigenvalues,
      (value, rank): Place => [rank + 1, value > floor ? value : Number.NaN],
    ),
  }));
  const most = Math.max(...blocks.map(({ eigenvalues }) => eigenvalues.length), 2);
  const [, high] = spanOf(
    blocks.flatMap(({ eigenvalues }) => [eigenvalues[0] ?? 0]),
    [0, 1],
  );
  const damping: PlotLine = {
    name: "λ",
    style: 7,
    points: [
      [1, lambda],
      [most, lambda],
    ],
  };
  plotIn("spectrum", {
    height: 250,
    label: `Eigenvalues: ${blocks.map(({ name, eigenvalues }) => `${shortName(name)} from ${showNumber(eigenvalues[0] ?? 0)}`).join(", ")}`,
    x: { title: "rank", domain: [1, most] },
    y: {
      title: "eigenvalue (logarithmic)",
      domain: [floor, Math.max(2 * high, 2 * lambda)],
      log: true,
    },
    lines: [...lines, damping],
  });
}

function stepSpan(): readonly [number, number] {
  const [first, last] = [steps[0]?.step ?? 0, steps.at(-1)?.step ?? 1];
  return first < last ? [first, last] : [Math.max(0, first - 1), first + 1];
}

function drawCost(): void {
  const values = steps.map(({ cost }) => cost).filter((cost) => cost > 0);
  const [low, high] = spanOf(values, [0.1, 1]);
  plotIn("cost", {
    height: 170,
    label: `Cost against steps${values.length === 0 ? "" : `, now ${showNumber(values.at(-1) as number, 3)} nats`}`,
    x: { title: "steps", domain: stepSpan() },
    y: { title: "nats per point (logarithmic)", domain: [low / 1.3, high * 1.3], log: true },
    named: false,
    lines: [{ name: "cost", style: 0, points: steps.map(({ step, cost }): Place => [step, cost]) }],
  });
}

function drawLengths(): void {
  const names = [...new Set(steps.flatMap(({ lengths }) => Object.keys(lengths)))];
  const lines = names.map(
    (name, i): PlotLine => ({
      name,
      style: styles[i] ?? 0,
      points: steps.map(({ step, lengths }): Place => [step, lengths[name] ?? Number.NaN]),
    }),
  );
  const values = lines
    .flatMap(({ points: own }) => own.map(([, value]) => value))
    .filter((value) => value > 0);
  const [low, high] = spanOf(values, [0.001, 1]);
  plotIn("lengths", {
    height: 250,
    label: `Length of each step by block: ${lines.map(({ name, points: own }) => `${name} ${showNumber(own.at(-1)?.[1] ?? Number.NaN)}`).join(", ")}`,
    x: { title: "steps", domain: stepSpan() },
    y: {
      title: "length of a step, √nats (logarithmic)",
      domain: [low / 1.5, high * 1.5],
      log: true,
    },
    lines,
  });
}

const titleNow = (what: string) =>
  `${what} of a net with ${settings().width} neurons in each of two layers, after step ${seen?.step ?? 0}`;
savesPicture(byId("save-metric", HTMLButtonElement), "metric.svg", ({ metricPicture }) =>
  metricPicture(titleNow("Metric"), seen?.blocks ?? []),
);
savesPicture(byId("save-spectrum", HTMLButtonElement), "eigenvalues.svg", ({ spectrumPicture }) =>
  spectrumPicture(titleNow("Eigenvalues of the metric"), seen?.blocks ?? []),
);
savesPicture(byId("save-lengths", HTMLButtonElement), "lengths.svg", ({ lengthsPicture }) =>
  lengthsPicture(titleNow("Lengths of the steps"), steps),
);

byId("run").addEventListener("click", () => (running ? halt() : run()));
byId("step").addEventListener("click", () =>
  worker.call("step", undefined as never).then(tell, showProblem),
);
byId("again").addEventListener("click", () => begin());
addEventListener("resize", () => draw());
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => draw());
begin();
