import type { StepTime } from "@metrigrad/train";
import { numberText } from "../plot/number.ts";
import { element, escaped } from "../svg/element.ts";
import { heading } from "./html.ts";
import type { RunGroup } from "./runs.ts";

/** Where the time of a step goes, as bars by the kind of work; "" if it was not measured. */
export function timeReport({ arch, label, runs: [{ run }] }: RunGroup): string {
  const { profile = [] } = run;
  if (profile.length === 0) return "";
  const whole = profile.reduce((sum, { seconds }) => sum + seconds, 0);
  const longest = Math.max(...profile.map(({ seconds }) => seconds));
  const title = `${arch}, ${label}: ${milliseconds(whole)} a step`;
  return (
    heading(title) + element("div", { class: "bars" }, ...profile.map((one) => bar(one, longest)))
  );
}

function bar({ kind, count, seconds, secondsMetric }: StepTime, longest: number): string {
  const share = (part: number) => `width:${((100 * part) / longest).toFixed(2)}%`;
  const name = element("span", {}, escaped(`${kind} × ${numberText(count)}`));
  const parts = [
    element("i", { style: share(seconds - secondsMetric) }, ""),
    ...(secondsMetric > 0
      ? [element("i", { class: "metric", style: share(secondsMetric) }, "")]
      : []),
  ];
  const part = secondsMetric < seconds ? `${milliseconds(secondsMetric)} of it` : "all";
  const metric = secondsMetric > 0 ? `, ${part} for the metric` : "";
  const said = element("span", { class: "number" }, escaped(`${milliseconds(seconds)}${metric}`));
  return name + element("span", { class: "bar", "aria-hidden": "true" }, ...parts) + said;
}

/** What the two kinds of bars mean. */
export const timeKey = element(
  "p",
  { class: "quiet" },
  element("i", { class: "key" }, ""),
  "loss, gradient and update ",
  element("i", { class: "key metric" }, ""),
  "the metric: to make it, to factor it and to solve with it",
);

function milliseconds(seconds: number): string {
  return `${numberText(1000 * seconds)} ms`;
}
