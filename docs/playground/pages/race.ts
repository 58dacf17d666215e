import { raceCode } from "../code/race.ts";
import { racers, type TaskName } from "../race/racers.ts";
import type { Lap } from "../race/turns.ts";
import type { BackendName } from "../shell/backend.ts";
import { showCode } from "../shell/code.ts";
import { bindControls } from "../shell/controls.ts";
import { byId, escaped, oncePerFrame, showProblem } from "../shell/dom.ts";
import { showNumber, showShare } from "../shell/number.ts";
import { type Place, plot, spanOf } from "../shell/plot.ts";
import { savesPicture } from "../shell/savePicture.ts";
import { type PageWorker, startWorker } from "../shell/worker.ts";
import type { RaceEvents, RaceMethods } from "../workers/race.ts";

type RaceWorker = PageWorker<RaceMethods, RaceEvents>;

/** A measure of a task. */
interface Measure {
  readonly title: string;
  readonly show: (value: number) => string;
}

/** What each task measures, by name. */
const measures: Readonly<Record<TaskName, Readonly<Record<string, Measure>>>> = {
  poisson: {
    error: {
      title: "relative error of the solution",
      show: (v: number) => showNumber(v),
    },
  },
  digits: {
    error: { title: "wrong answers on 1,000 test digits", show: showShare },
    cost: {
      title: "cost on 1,000 training digits, nats",
      show: (v: number) => showNumber(v, 3),
    },
  },
};

const captions = {
  poisson:
    "−Δu = 2π² sin πx sin πy in the unit square, u = 0 on its boundary. A net 2-64-1 with tanh and 257 parameters learns u from its residuals at 900 points inside and 120 at the edge. The error is the relative L2 distance to the solution, on points that no optimizer sees.",
  digits:
    "4,000 digits of MNIST to train on, 1,000 others to test. The net is 784-80-80-80-10 with relu, in batches of 50, with an L2 term of 10⁻³.",
} as const;

const tunedTexts = {
  poisson:
    "Settings are those that the experiment on differential equations found best in runs of 10 seconds, from four tries for each optimizer. The rate of sgd is the best of four tries of 3,000 steps, made for this page. Where a rate falls over the run, its length is the number of steps that fit into the time here.",
  digits:
    "Settings are the best of four tries for each optimizer, of 1,000 steps on these 4,000 digits, with another seed and other test digits. rngd() keeps its defaults, which came second by a difference within chance. Where a rate falls over the run, its length is the number of steps that fit into the time here.",
} as const;

const usual: Readonly<Record<TaskName, readonly string[]>> = {
  poisson: ["adam", "lbfgs", "engd"],
  digits: ["sgd", "adam", "rngd"],
};

const startRace = () => startWorker<RaceMethods, RaceEvents>("race");
let worker: RaceWorker | null = null;
let laps: Lap[] = [];
const fallen = new Map<string, string>();
/** The task and the names of the race that is shown. */
let shown: {
  readonly task: TaskName;
  readonly names: readonly string[];
  readonly seconds: number;
} | null = null;
let described = "";

const form = byId("settings", HTMLFormElement);
const settingsHash = new URLSearchParams(location.hash.slice(1));
const firstTask = settingsHash.get("task") === "digits" ? "digits" : "poisson";
let offered: TaskName | null = null;
offer(firstTask);
const controls = bindControls(form, (name) => {
  if (name === "task" || name === "") offer(taskOf());
  showCodeAnew();
  draw();
});
const taskOf = (): TaskName => (controls.settings().task === "digits" ? "digits" : "poisson");
const namesOf = () => (controls.settings().racer ?? "").split(",").filter(Boolean);
const showCodeAnew = showCode(() =>
  raceCode({ task: taskOf(), names: namesOf(), seconds: Number(controls.settings().seconds) }),
);

/** Puts the optimizers of a task into the form. */
function offer(task: TaskName): void {
  byId("measure-field").hidden = task === "poisson";
  byId("tuned").textContent = tunedTexts[task];
  byId("caption").textContent = captions[task];
  if (offered === task) return;
  offered = task;
  byId("racers").innerHTML = racers[task]
    .map(({ name, about }) => {
      const ticked = usual[task].includes(name) ? " checked" : "";
      return `<label title="${escaped(about)}"><input type="checkbox" name="racer" value="${name}"${ticked}>${name}</label>`;
    })
    .join("");
}

/** The measure that is shown of a task, with its name. */
function measureOf(task: TaskName): Measure & { readonly name: string } {
  const name = task === "digits" && controls.settings().measure === "cost" ? "cost" : "error";
  return { name, ...(measures[task][name] as Measure) };
}

const styleOf = (task: TaskName, name: string) =>
  racers[task].find((racer) => racer.name === name)?.style ?? 0;

const draw = oncePerFrame(() => {
  const { task, names, seconds } = shown ?? {
    task: taskOf(),
    names: namesOf(),
    seconds: Number(controls.settings().seconds),
  };
  const { name: key, title, show } = measureOf(task);
  const lines = names.map((name) => ({
    name,
    style: styleOf(task, name),
    points: laps
      .filter((lap) => lap.name === name)
      .map(({ seconds: at, measures: found }): Place => [at, found[key] ?? Number.NaN]),
  }));
  const values = lines
    .flatMap(({ points }) => points.map(([, value]) => value))
    .filter((value) => value > 0);
  const [low, high] = spanOf(values, [1e-2, 1]);
  const width = byId("curves").clientWidth;
  byId("curves").innerHTML = plot({
    width,
    height: width < 560 ? 320 : 420,
    label: `${title} against seconds: ${names.map((name) => endOf(task, name)).join(", ")}`,
    x: { title: "seconds of own steps", domain: [0, seconds] },
    y: {
      title: `${title} (logarithmic)`,
      domain: [low / 1.5, Math.min(high, 1e3 * Math.max(1, low)) * 1.2],
      log: true,
      ...(task === "digits" && key === "error"
        ? { show: (value: number) => `${Number((100 * value).toPrecision(2))} %` }
        : {}),
    },
    lines,
  });
  byId("measure-head").textContent = key === "cost" ? "cost, nats" : "error";
  byId("table").innerHTML = names
    .map((name) => {
      const last = laps.findLast((lap) => lap.name === name);
      const code = racers[task].find((racer) => racer.name === name)?.code ?? "";
      const value = fallen.has(name) ? "diverged" : show(last?.measures[key] ?? Number.NaN);
      const pace =
        last === undefined || last.steps < 2
          ? "–"
          : showNumber((1000 * last.seconds) / (last.steps - 1));
      return `<tr><td>${name}</td><td>${value}</td><td>${last === undefined ? "–" : last.seconds.toFixed(1)}</td><td>${last?.steps ?? "–"}</td><td>${pace}</td><td class="settings"><code>${escaped(code)}</code></td></tr>`;
    })
    .join("");
});

function endOf(task: TaskName, name: string): string {
  const { name: key, show } = measureOf(task);
  const last = laps.findLast((lap) => lap.name === name);
  if (fallen.has(name)) return `${name} diverged`;
  return last === undefined
    ? `${name} has not begun`
    : `${name} ${show(last.measures[key] ?? Number.NaN)}`;
}

const say = (text: string) => {
  byId("result").textContent = text;
};

function setRacing(on: boolean): void {
  byId("start", HTMLButtonElement).disabled = on;
  byId("stop", HTMLButtonElement).disabled = !on;
  byId("save", HTMLButtonElement).disabled = on || laps.length === 0;
}

async function race(): Promise<void> {
  const { seconds = "5", seed = "1", backend = "cpu" } = controls.settings();
  const [task, names] = [taskOf(), namesOf()];
  if (names.length === 0) return say("Choose one optimizer at least.");
  laps = [];
  fallen.clear();
  shown = { task, names, seconds: Number(seconds) };
  setRacing(true);
  showProblem(null);
  say("Getting ready: each optimizer is compiled, and its pace is measured …");
  draw();
  try {
    worker ??= listened(startRace());
    const asked = {
      task,
      names,
      seconds: Number(seconds),
      seed: Number(seed),
      backend: backend as BackendName,
    };
    described = await worker.call("race", asked);
    const order = names
      .filter((name) => !fallen.has(name))
      .sort((a, b) => lastOf(task, a) - lastOf(task, b));
    const out = [...fallen.keys()].map((name) => `${name} diverged`);
    say(
      `${stopping ? "Stopped" : `After ${seconds} s each`}: ${[...order.map((name) => endOf(task, name)), ...out].join(", ")}. ${described}.`,
    );
  } catch (error) {
    worker = null;
    showProblem(error);
    say("The race ended by an error.");
  }
  stopping = false;
  setRacing(false);
  draw();
}

let stopping = false;

function lastOf(task: TaskName, name: string): number {
  const last = laps.findLast((lap) => lap.name === name);
  return last?.measures[measureOf(task).name] ?? Number.POSITIVE_INFINITY;
}

function listened(made: RaceWorker): RaceWorker {
  made.on("lap", (lap) => {
    laps.push(lap);
    draw();
  });
  made.on("fallen", ({ name, message }) => {
    fallen.set(name, message);
    draw();
  });
  made.on("begun", (text) => {
    described = text;
    say(`Racing on ${described} …`);
  });
  return made;
}

byId("start").addEventListener("click", () => race());
byId("stop").addEventListener("click", async () => {
  stopping = true;
  say("Stopping …");
  await worker?.call("stop", undefined as never);
});
savesPicture(byId("save", HTMLButtonElement), "race.svg", ({ racePicture }) => {
  const task = shown?.task ?? taskOf();
  const { name, title } = measureOf(task);
  const heading = task === "poisson" ? "Poisson’s equation" : "Handwritten digits";
  return racePicture(heading, laps, { of: name, title, log: true }, described);
});
addEventListener("resize", () => draw());
draw();
if (!("gpu" in navigator)) {
  const option = form.querySelector<HTMLOptionElement>('option[value="gpu"]');
  if (option !== null) {
    option.disabled = true;
    option.textContent = "WebGPU (this browser has none)";
  }
}
