import type { Network } from "@metrigrad/tensor";
import { refuse } from "../usage.ts";
import type { ReadValue } from "../values.ts";

/** A network with the text that it was read from, such as "100Gbit,2us". */
export interface NamedNetwork extends Network {
  readonly text: string;
}

/** Bytes per second of each unit of bandwidth. */
const bandwidths: Readonly<Record<string, number>> = {
  Mbit: 1e6 / 8,
  Gbit: 1e9 / 8,
  MB: 1e6,
  GB: 1e9,
};

/** How many of each unit of latency a second has. */
const latencies: Readonly<Record<string, number>> = { ns: 1e9, us: 1e6, ms: 1e3 };

const must =
  "it must be a bandwidth and a latency, such as 100Gbit,2us (Mbit, Gbit, MB, GB; ns, us, ms)";

/** Reads the text of `--network`. Throws UsageError. */
export const networkOf: ReadValue<NamedNetwork> = (text) => {
  const parts = text.split(",").map((part) => part.trim().replace(/\/s$/, ""));
  const [bandwidth = "", latency = ""] = parts;
  if (parts.length !== 2) refuse("network", must, JSON.stringify(text), "plan");
  const bytesPerSecond = quantity(bandwidth, bandwidths);
  const seconds = quantity(latency.replace(/[µμ]/, "u"), latencies, (value, unit) => value / unit);
  if (bytesPerSecond === null || !(bytesPerSecond > 0 && bytesPerSecond < Infinity))
    odd("bandwidth", bandwidth, text);
  if (seconds === null) odd("latency", latency, text);
  return { text, latency: seconds, bandwidth: bytesPerSecond };
};

/** A number with its unit; null if it is none. */
function quantity(
  text: string,
  units: Readonly<Record<string, number>>,
  of: (value: number, unit: number) => number = (value, unit) => value * unit,
): number | null {
  const [, digits = "", unit = ""] =
    /^(\d+(?:\.\d+)?(?:e[+-]?\d+)?) ?([A-Za-z]+)$/.exec(text) ?? [];
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
  return factor === undefined ? null : of(Number(digits), factor);
}

function odd(part: string, got: string, text: string): never {
  return refuse(
    "network",
    must,
    `the ${part} ${JSON.stringify(got)} in ${JSON.stringify(text)}`,
    "plan",
  );
}
