import { contours } from "d3-contour";
import { scaleLinear } from "d3-scale";
import { coordinatesCode } from "../code/coordinates.ts";
import { showCode } from "../shell/code.ts";
import { bindControls } from "../shell/controls.ts";
import { byId, escaped, oncePerFrame, showProblem } from "../shell/dom.ts";
import { showNumber } from "../shell/number.ts";
import { dashes, type Place } from "../shell/plot.ts";
import { startWorker } from "../shell/worker.ts";
import type { CoordinateMethods, Path, Paths } from "../workers/coordinates.ts";

/** One view of the half-plane: its axes, and the place of (μ, ln σ) on them. */
interface View {
  readonly names: readonly [across: string, up: string];
  readonly across: readonly [number, number];
  readonly up: readonly [number, number];
  readonly to: (point: Place) => Place;
  readonly from: (place: Place) => Place;
}

const views: readonly [View, View] = [
  {
    names: ["μ", "σ"],
    across: [-2.3, 2.7],
    up: [0, 3.2],
    to: ([mu, s]) => [mu, Math.exp(s)],
    from: ([mu, sigma]) => [mu, Math.log(sigma)],
  },
  {
    names: ["μ/σ²", "1/σ²"],
    across: [-3, 1.6],
    up: [0, 2.6],
    to: ([mu, s]) => [mu * Math.exp(-2 * s), Math.exp(-2 * s)],
    from: ([a, b]) => [a / b, -0.5 * Math.log(b)],
  },
];

/** The lines by what they are. The natural paths are last, so that they are on top. */
const kinds: readonly {
  readonly name: string;
  readonly style: number;
  readonly is: (path: Path) => boolean;
}[] = [
  {
    name: "plain gradient, steps in (μ, ln σ)",
    style: 1,
    is: (p) => !p.natural && p.system === "scale",
  },
  {
    name: "plain gradient, steps in (μ/σ², 1/σ²)",
    style: 2,
    is: (p) => !p.natural && p.system === "precision",
  },
  {
    name: "natural gradient, steps in (μ, ln σ)",
    style: 0,
    is: (p) => p.natural && p.system === "scale",
  },
  {
    name: "natural gradient, steps in (μ/σ², 1/σ²)",
    style: 3,
    is: (p) => p.natural && p.system === "precision",
  },
];

const worker = startWorker<CoordinateMethods, Record<never, never>>("coordinates");
const form = byId("settings", HTMLFormElement);
let known: Paths | null = null;
/** As wide as the page has room for, so that text is not smaller than elsewhere. */
const width = Math.min(480, byId("plane0").clientWidth || 480);
const size = { width, height: 0.83 * width, left: 44, right: 8, top: 22, bottom: 40 } as const;

const inner = {
  width: size.width - size.left - size.right,
  height: size.height - size.top - size.bottom,
};

const scalesOf = ({ across, up }: View) => ({
  x: scaleLinear(across, [size.left, size.width - size.right]),
  y: scaleLinear(up, [size.height - size.bottom, size.top]),
});

const controls = bindControls(form, () => {
  showCodeAnew();
  compute();
});
const start = () => {
  const { mu = "", sigma = "", gamma = "" } = controls.settings();
  return {
    mu: clamped(Number(mu), -2.2, 2.6),
    sigma: clamped(Number(sigma), 0.15, 3),
    gamma: Number(gamma),
  };
};
const showCodeAnew = showCode(() => coordinatesCode(start()));

function clamped(value: number, low: number, high: number): number {
  return Number.isFinite(value) ? Math.min(high, Math.max(low, value)) : low;
}

/** Computes the paths of the newest start, one computation at a time. */
let running = false;
let wanted = false;
async function compute(): Promise<void> {
  wanted = true;
  if (running) return;
  running = true;
  while (wanted) {
    wanted = false;
    try {
      known = await worker.call("paths", start());
      showProblem(null);
    } catch (error) {
      showProblem(error);
    }
    draw();
  }
  running = false;
  showResult();
}

const draw = oncePerFrame(() => {
  const focused = document.activeElement?.id === "start";
  for (const [at, view] of views.entries()) byId(`plane${at}`).innerHTML = planeOf(view, at);
  if (focused) document.getElementById("start")?.focus();
});

function planeOf(view: View, at: number): string {
  const { x, y } = scalesOf(view);
  const clip = `clip${at}`;
  const frame = `<rect class="grid" x="${size.left}" y="${size.top}" width="${inner.width}" height="${inner.height}"/>`;
  const ticksX = x
    .ticks(5)
    .map(
      (tick) =>
        `<text class="axis" text-anchor="middle" x="${x(tick)}" y="${size.height - 22}">${showNumber(tick)}</text>`,
    );
  const ticksY = y
    .ticks(5)
    .map(
      (tick) =>
        `<text class="axis" text-anchor="end" x="${size.left - 6}" y="${y(tick) + 4}">${showNumber(tick)}</text>`,
    );
  const titles = `<text class="axis" text-anchor="middle" x="${size.left + inner.width / 2}" y="${size.height - 4}">${view.names[0]}</text><text class="axis" x="0" y="12">${view.names[1]}</text>`;
  const inside = [
    costLines(view),
    controls.settings().circles === "off" ? "" : circles(view),
    ...(known === null ? [] : kinds.map((kind) => pathsOf(view, kind, known as Paths))),
    known === null ? "" : bestMark(view, known),
  ].join("");
  const label = `Paths in the plane of ${view.names[0]} and ${view.names[1]}`;
  return `<svg class="plot" role="group" aria-label="${escaped(label)}" viewBox="0 0 ${size.width} ${size.height}"><clipPath id="${clip}"><rect x="${size.left}" y="${size.top}" width="${inner.width}" height="${inner.height}"/></clipPath>${frame}<g clip-path="url(#${clip})">${inside}</g>${ticksX.join("")}${ticksY.join("")}${titles}${startMark(view, at)}</svg>`;
}

const lineOf = (places: readonly Place[]) =>
  places.map(([px, py], i) => `${i === 0 ? "M" : "L"}${px.toFixed(1)} ${py.toFixed(1)}`).join("");

function pathsOf(view: View, { style, is }: (typeof kinds)[number], { paths }: Paths): string {
  const { x, y } = scalesOf(view);
  const points = paths.find(is)?.points ?? [];
  const places = points.map(view.to).map(([a, b]): Place => [x(a), y(b)]);
  const dash = dashes[style] ?? "";
  return `<path class="curve" data-kind="${style}" style="stroke:var(--s${style})" stroke-dasharray="${dash}" d="${lineOf(places)}"/>`;
}

/** Nats above the least cost at (μ, ln σ). */
function excess([mu, s]: Place, { mean, variance }: Paths): number {
  return s + (variance + (mean - mu) ** 2) / (2 * Math.exp(2 * s)) - Math.log(variance) / 2 - 0.5;
}

const cells = 90;
const levels = [0.02, 0.08, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4];

function costLines(view: View): string {
  if (known === null) return "";
  const { across, up, from } = view;
  const { x, y } = scalesOf(view);
  const at = ([low, high]: readonly [number, number], i: number) =>
    low + ((i + 0.5) / cells) * (high - low);
  const costs = Array.from({ length: cells * cells }, (_, i) =>
    excess(from([at(across, i % cells), at(up, Math.floor(i / cells))]), known as Paths),
  );
  const place = ([i, j]: readonly number[]): Place => [
    x(across[0] + ((i as number) / cells) * (across[1] - across[0])),
    y(up[0] + ((j as number) / cells) * (up[1] - up[0])),
  ];
  const rings = contours().size([cells, cells]).thresholds(levels)(costs);
  const d = rings.flatMap(({ coordinates }) =>
    coordinates.flatMap((polygon) => polygon.map((ring) => lineOf(ring.map((one) => place(one))))),
  );
  return `<path class="grid" d="${d.join("")}"/>`;
}

/** Circles of one radius in the metric ds² = (dμ² + 2dσ²)/σ², around points of a grid. */
function circles(view: View): string {
  const { x, y } = scalesOf(view);
  const radius = 0.12;
  const centres = [-2, -1, 0, 1, 2].flatMap((mu) =>
    [0.35, 0.6, 1, 1.65, 2.7].map((sigma) => [mu, sigma] as const),
  );
  const d = centres.map(([mu, sigma]) => {
    const ring = Array.from({ length: 33 }, (_, i): Place => {
      const angle = (2 * Math.PI * i) / 32;
      const up = sigma + (radius * sigma * Math.sin(angle)) / Math.SQRT2;
      const [a, b] = view.to([mu + radius * sigma * Math.cos(angle), Math.log(up)]);
      return [x(a), y(b)];
    });
    return `${lineOf(ring)}Z`;
  });
  return `<path class="circles" d="${d.join("")}"/>`;
}

function bestMark(view: View, { mean, variance }: Paths): string {
  const { x, y } = scalesOf(view);
  const [a, b] = view.to([mean, Math.log(variance) / 2]);
  return `<path class="best" d="M${x(a) - 5} ${y(b)}h10M${x(a)} ${y(b) - 5}v10"/><text class="halo" x="${x(a) + 8}" y="${y(b) + 14}">best</text>`;
}

/** The start: in the half-plane it can be moved, by pointer and by keyboard. */
function startMark(view: View, at: number): string {
  const { mu, sigma } = start();
  const { x, y } = scalesOf(view);
  const [a, b] = view.to([mu, Math.log(sigma)]);
  const inView = a >= view.across[0] && a <= view.across[1] && b <= view.up[1];
  if (at === 1) return inView ? `<circle class="start" cx="${x(a)}" cy="${y(b)}" r="5"/>` : "";
  const said = `Start: μ ${showNumber(mu, 3)}, σ ${showNumber(sigma, 3)}. Arrow keys move it.`;
  return `<g id="start" tabindex="0" role="slider" aria-roledescription="point in the plane" aria-label="${said}" aria-valuenow="${mu}" aria-valuetext="μ ${showNumber(mu, 3)}, σ ${showNumber(sigma, 3)}"><circle cx="${x(a)}" cy="${y(b)}" r="16" fill="transparent"/><circle class="start" cx="${x(a)}" cy="${y(b)}" r="7"/><text class="halo" x="${x(a) + 11}" y="${y(b) - 9}">start</text></g>`;
}

function moveTo(mu: number, sigma: number): void {
  const set = (name: string, value: number) => {
    (form.elements.namedItem(name) as HTMLInputElement).value = String(Number(value.toFixed(3)));
  };
  set("mu", clamped(mu, -2.2, 2.6));
  set("sigma", clamped(sigma, 0.15, 3));
  form.dispatchEvent(new Event("input"));
  draw();
}

const half = byId("plane0");
half.addEventListener("pointerdown", (event) => {
  const { x, y } = scalesOf(views[0]);
  const svg = half.querySelector("svg");
  if (svg === null) return;
  const move = ({ clientX, clientY }: PointerEvent) => {
    const box = (half.querySelector("svg") ?? svg).getBoundingClientRect();
    const zoom = size.width / box.width;
    moveTo(x.invert((clientX - box.left) * zoom), y.invert((clientY - box.top) * zoom));
  };
  event.preventDefault();
  half.setPointerCapture(event.pointerId);
  move(event);
  half.addEventListener("pointermove", move);
  const end = () => half.removeEventListener("pointermove", move);
  half.addEventListener("pointerup", end, { once: true });
  half.addEventListener("pointercancel", end, { once: true });
});

const directions: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};
half.addEventListener("keydown", (event) => {
  const direction = directions[event.key];
  if (direction === undefined || document.activeElement?.id !== "start") return;
  event.preventDefault();
  const length = event.shiftKey ? 0.25 : 0.05;
  const { mu, sigma } = start();
  moveTo(mu + length * direction[0], sigma + length * direction[1]);
});

/** The largest distance between points of two paths at the same time, in the plane of μ and ln σ. */
function apart(natural: boolean): number {
  const [a, b] = (known?.paths ?? []).filter((path) => path.natural === natural);
  const count = Math.min(a?.points.length ?? 0, b?.points.length ?? 0);
  const gaps = Array.from({ length: count }, (_, i) => {
    const [p, q] = [a?.points[i] as Place, b?.points[i] as Place];
    return Math.hypot(p[0] - q[0], p[1] - q[1]);
  });
  return Math.max(0, ...gaps);
}

function showResult(): void {
  const gone = (known?.paths ?? []).filter(({ left }) => left).length;
  const ended =
    gone === 0
      ? ""
      : ` ${gone} of the four paths left the half-plane by a step that was too long; take a smaller γ.`;
  byId("result").textContent =
    `Largest distance in (μ, ln σ) at the same time: ${showNumber(apart(true))} between the natural paths, ${showNumber(apart(false))} between the plain paths.${ended}`;
}

byId("legend").innerHTML = kinds
  .map(
    ({ name, style }) =>
      `<li><svg width="34" height="10" aria-hidden="true"><path class="curve" style="stroke:var(--s${style})" stroke-dasharray="${dashes[style]}" d="M1 5h32"/></svg>${name}</li>`,
  )
  .join("");
compute();
