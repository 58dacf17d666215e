import { nodeCode, plantedErrors, sineProgram } from "../code/node.ts";
import { showCode } from "../shell/code.ts";
import { bindControls } from "../shell/controls.ts";
import { byId, escaped } from "../shell/dom.ts";
import { editorOf } from "../shell/editor.ts";
import { showNumber } from "../shell/number.ts";
import { type Place, plot } from "../shell/plot.ts";
import { type PageWorker, startWorker } from "../shell/worker.ts";
import type { NodeEvents, NodeMethods, Verdict } from "../workers/node.ts";

const startNode = () => startWorker<NodeMethods, NodeEvents>("node");
let worker: PageWorker<NodeMethods, NodeEvents> = startNode();

/** Milliseconds of rest after which a text is checked. */
const patience = 500;
let waiting = 0;
/** The number of the newest work; older work is not shown. */
let turn = 0;
let busy = false;

const area = byId("text", HTMLTextAreaElement);
const editor = editorOf(area, byId("numbers"), {
  changed: () => {
    keepText();
    clearTimeout(waiting);
    waiting = window.setTimeout(check, patience);
  },
  asked: () => check(),
});

const controls = bindControls(
  byId("settings", HTMLFormElement),
  () => {
    editor.setText(textOf(controls.settings()));
    check();
  },
  { planted: "", text: "" },
);

/** The text that the address says: a planted error by its number, or the text itself. */
function textOf({ planted = "", text = "" }: Readonly<Record<string, string>>): string {
  if (text !== "") return text;
  const error = planted === "" ? undefined : plantedErrors[Number(planted)];
  return error === undefined ? sineProgram : sineProgram.replace(error.from, error.to);
}

/** The line of the error that is planted; null if none is. */
function plantedLine(): number | null {
  const { planted = "" } = controls.settings();
  const from = planted === "" ? undefined : plantedErrors[Number(planted)]?.from;
  return from === undefined
    ? null
    : sineProgram.slice(0, sineProgram.indexOf(from)).split("\n").length;
}

const showCodeAnew = showCode(() => nodeCode(editor.text()));

/** Puts the text into the address, if it is none of the known ones. */
function keepText(): void {
  const text = editor.text();
  const at = plantedErrors.findIndex(({ from, to }) => sineProgram.replace(from, to) === text);
  controls.keep("planted", at < 0 ? "" : String(at));
  controls.keep("text", at < 0 && text !== sineProgram ? text : "");
  showCodeAnew();
}

function setBusy(what: string | null): void {
  busy = what !== null;
  byId("stop", HTMLButtonElement).disabled = !busy;
  if (what !== null) say(what);
}

function say(text: string, kind = ""): void {
  const place = byId("result");
  place.textContent = text;
  place.dataset.kind = kind;
}

/** Ends the worker if it works, so that the newest text is the one that is checked. */
function interrupt(): void {
  if (!busy) return;
  worker.end();
  worker = startNode();
}

async function check(): Promise<void> {
  clearTimeout(waiting);
  interrupt();
  const own = ++turn;
  setBusy("Checking …");
  byId("problem").textContent = "";
  try {
    const verdict = await worker.call("check", editor.text());
    if (own === turn) await show(verdict);
  } catch (error) {
    if (own === turn) fail(String((error as Error).message), null);
  }
  if (own === turn) setBusy(null);
}

async function show(verdict: Verdict): Promise<void> {
  if (verdict.kind === "failure") {
    const { message, line } = verdict;
    const syntax = message.startsWith("SyntaxError") ? await syntaxError() : null;
    return fail(syntax?.message ?? message, syntax?.line ?? line);
  }
  const { passed, checks, seconds } = verdict;
  editor.mark(plantedLine());
  const off = checks.filter((one) => !one.passed);
  const text = passed
    ? `All ${checks.length} checks passed, in ${showNumber(seconds)} s.`
    : `Caught: ${off.length} of ${checks.length} checks are off.`;
  say(text, passed ? "good" : "bad");
  byId("report").innerHTML = [...off, ...checks.filter((one) => one.passed)]
    .map(
      ({ name, passed: ok, detail }) =>
        `<li class="${ok ? "ok" : "off"}"><span class="mark">${ok ? "ok" : "OFF"}</span> <span>${escaped(name)}<br><small>${escaped(detail)}</small></span></li>`,
    )
    .join("");
}

function fail(message: string, line: number | null): void {
  editor.mark(line);
  say("The program does not run.", "bad");
  byId("report").innerHTML = "";
  byId("problem").textContent = line === null ? message : `Line ${line}: ${message}`;
}

/**
 * The message and the line of an error of syntax, which the browser tells to a page and not to the one who imports. The text is parsed
 * again as a script of this page; it cannot run, since it does not parse. Null if the browser says nothing.
 */
function syntaxError(): Promise<{ readonly message: string; readonly line: number } | null> {
  return new Promise((done) => {
    const script = document.createElement("script");
    const url = URL.createObjectURL(new Blob([editor.text()], { type: "text/javascript" }));
    const end = (found: { readonly message: string; readonly line: number } | null) => {
      removeEventListener("error", heard);
      clearTimeout(late);
      script.remove();
      URL.revokeObjectURL(url);
      done(found);
    };
    const heard = (event: ErrorEvent) => {
      event.preventDefault();
      const message = event.message.replace(/^Uncaught /, "");
      end(event.lineno > 0 ? { message, line: event.lineno } : null);
    };
    const late = setTimeout(() => end(null), 1000);
    addEventListener("error", heard);
    script.type = "module";
    script.src = url;
    document.head.append(script);
  });
}

byId("check").addEventListener("click", () => check());
byId("restore").addEventListener("click", () => {
  editor.setText(sineProgram);
  keepText();
  check();
});
byId("plant").addEventListener("click", () => {
  const next = (Number(controls.settings().planted || "-1") + 1) % plantedErrors.length;
  const error = plantedErrors[next];
  if (error === undefined) return;
  editor.setText(sineProgram.replace(error.from, error.to));
  keepText();
  editor.mark(plantedLine());
  const caption = `Planted: ${error.name}. Checking …`;
  check();
  say(caption);
});
byId("stop").addEventListener("click", () => {
  turn++;
  interrupt();
  setBusy(null);
  say("Stopped.");
});

byId("train").addEventListener("click", async () => {
  clearTimeout(waiting);
  interrupt();
  const own = ++turn;
  setBusy("Training …");
  const costs: Place[] = [];
  worker.on("epoch", ({ epoch, cost, fit }) => {
    if (own !== turn) return;
    costs.push([epoch, cost]);
    drawFit(fit, epoch, cost);
    say(`Epoch ${epoch} of 20: cost ${showNumber(cost, 4)} nats.`);
  });
  try {
    const verdict = await worker.call("train", editor.text());
    if (own === turn && verdict !== null) await show(verdict);
    const [first, last] = [costs[0], costs.at(-1)];
    if (own === turn && verdict === null && first && last)
      say(
        `Trained: the cost went from ${showNumber(first[1], 4)} to ${showNumber(last[1], 4)} nats in ${last[0]} epochs.`,
        "good",
      );
  } catch (error) {
    if (own === turn) fail(String((error as Error).message), null);
  }
  if (own === turn) setBusy(null);
});

function drawFit(fit: readonly number[], epoch: number, cost: number): void {
  const figure = byId("trained");
  figure.hidden = false;
  const at = (i: number) => (i / (fit.length - 1)) * 4 - 2;
  const wanted = fit.map((_, i): Place => [at(i), Math.sin(3 * at(i))]);
  byId("fit").innerHTML = plot({
    width: Math.max(300, Math.min(520, figure.clientWidth)),
    height: 240,
    label: `The net after epoch ${epoch}, beside the sine that it learns`,
    x: { title: "x", domain: [-2, 2] },
    y: { title: "y", domain: [-1.6, 1.6] },
    lines: [
      { name: "sin 3x", style: 7, points: wanted },
      { name: "net", style: 0, points: fit.map((value, i): Place => [at(i), value]) },
    ],
  });
  byId("fit-caption").textContent =
    `The net of such units after epoch ${epoch}, cost ${showNumber(cost, 4)} nats, trained by rngd with this metric.`;
}

editor.setText(textOf(controls.settings()));
showCodeAnew();
check();
