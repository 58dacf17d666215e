import type { Context } from "../context.ts";
import { fitted, missing } from "../fitted.ts";
import { showCount } from "../show.ts";
import { wrapped } from "../wrapped.ts";
import type { Algorithm } from "./collectives.ts";
import type { NamedNetwork } from "./network.ts";
import { type Prediction, parts } from "./predict.ts";

/** What `plan` found, as `--json` prints it. */
export interface Plan {
  readonly name: string;
  readonly optimizer: string;
  readonly scaling: "weak" | "strong";
  readonly network: NamedNetwork;
  readonly algorithm: Algorithm;
  readonly backend: string;
  readonly rows: readonly Prediction[];
  /** Numbers of ranks that cannot share the batch evenly. */
  readonly leftOut: readonly number[];
  /** The least number of ranks from which on each part is the largest of a step. */
  readonly largest: Readonly<Record<(typeof parts)[number], number | null>>;
}

const words = { compute: "Computing", metric: "The metric", communicate: "Communication" };

/** The text of a plan: what was planned, a table, and what takes most of a step. */
export function planText(plan: Plan, { width, colours }: Context): string {
  const { rows } = plan;
  const table = {
    head: [
      ...["ranks", "rows of a rank", "compute", "metric", "communicate", "step"],
      ...["speed-up", "efficiency", "memory of a rank", "times"],
    ],
    short: [
      ...["ranks", "rows", "compute", "metric", "comm.", "step"],
      ...["speed-up", "eff.", "memory", "times"],
    ],
    rows: rows.map((row) => cellsOf(row, isMixed(rows))),
    words: 0,
  };
  const shown = fitted(table, width, (text, _, row) => (row === 0 ? colours.bold(text) : text));
  const before = [headOf(plan), `Backend: ${plan.backend}.`];
  const lines = (texts: readonly string[]) => texts.flatMap((text) => wrapped(text, width));
  return `${[...lines(before), "", shown, "", ...lines(remarksOf(plan))].join("\n")}\n`;
}

function headOf({ name, optimizer, scaling, network, algorithm, rows }: Plan): string {
  const size = rows[0]?.rows ?? 0;
  const batch =
    scaling === "weak"
      ? `weak scaling, ${size} rows on each rank`
      : `strong scaling, ${size} rows over all ranks`;
  const way = algorithm === "best" ? "the best of ring, tree and Rabenseifner" : algorithm;
  return `${name}, ${optimizer}: ${batch}; network ${network.text}, ${way}.`;
}

/** Whether some times were measured, and others come from rates. */
function isMixed(rows: readonly Prediction[]): boolean {
  return new Set(rows.map(({ from }) => from)).size > 1;
}

function cellsOf(row: Prediction, mixed: boolean): string[] {
  const { ranks, rows, compute, metric, communicate, total, speedup, efficiency, bytes } = row;
  return [
    String(ranks),
    String(rows),
    showSeconds(compute),
    metric === null ? missing : showSeconds(metric),
    ranks === 1 ? missing : showSeconds(communicate),
    showSeconds(total),
    speedup.toPrecision(3),
    `${efficiency < 0.0995 ? (100 * efficiency).toPrecision(2) : (100 * efficiency).toFixed(0)} %`,
    `${showCount(bytes)}B`,
    mixed ? row.from : missing,
  ];
}

/** Seconds in a unit that suits them: "1.23 ms". */
export function showSeconds(seconds: number): string {
  if (seconds === 0) return "0";
  const [unit, factor] =
    seconds < 1e-3
      ? (["µs", 1e6] as const)
      : seconds < 1
        ? (["ms", 1e3] as const)
        : (["s", 1] as const);
  const value = seconds * factor;
  return `${value >= 100 ? value.toFixed(0) : value.toPrecision(3)} ${unit}`;
}

function remarksOf({ rows, leftOut, largest }: Plan): string[] {
  const most = rows.at(-1)?.ranks ?? 1;
  const found = parts.flatMap((part) => {
    const from = largest[part];
    if (from === null) return [];
    if (from === 1)
      return [
        `${words[part]} takes the largest part of a step${most === 1 ? "" : `, up to ${most} ranks`}.`,
      ];
    return [`${words[part]} is the largest part of a step from ${from} ranks on.`];
  });
  const unknown = rows.some(({ metric }) => metric === null)
    ? ["This backend does not measure its steps one by one, so the metric counts as computing."]
    : [];
  const rated = rows.filter(({ from }) => from === "rates");
  const how =
    "the arithmetic and the bytes of a step, by rates of this machine's kernels. No step ran.";
  const sources =
    rated.length === 0
      ? ["Times: steps of one rank that ran on this machine."]
      : [`Times${isMixed(rows) ? ' by "rates"' : ""}: ${how}`];
  const out =
    leftOut.length > 0
      ? [`Left out, since so many ranks cannot share the rows evenly: ${leftOut.join(", ")}.`]
      : [];
  return [...found, ...sources, ...unknown, ...out];
}
