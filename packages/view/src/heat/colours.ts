import type { Ink } from "../svg/ink.ts";

/** Colours for the steps of a scale, on light and on dark pages. */
export interface Colours {
  readonly steps: number;
  /** The colour of a share of the scale in [0, 1]. */
  readonly of: (share: number) => Ink;
  /** The step of a share. */
  readonly stepOf: (share: number) => number;
}

/** Colours at equal distances. The first one of `sequential`, and the middle one of `diverging`, stand back. */
const stops = {
  sequential: {
    light: ["#ffffff", "#d6e6f4", "#9cc8e2", "#4f9bcb", "#1c6cb1", "#08306b"],
    dark: ["#1b2129", "#17395c", "#1c5f96", "#3f8fcb", "#8cc4ee", "#e3f2ff"],
  },
  diverging: {
    light: ["#08457e", "#0072b2", "#9cc8e2", "#ffffff", "#f6b48f", "#d55e00", "#7f3000"],
    dark: ["#d5ebff", "#6cb6ff", "#1f5585", "#1b2129", "#85451f", "#ff9a6b", "#ffe4d6"],
  },
} as const;

/** Returns a scale of colours with so many steps. */
export function coloursOf(kind: keyof typeof stops, steps: number): Colours {
  const { light, dark } = stops[kind];
  const stepOf = (share: number) => Math.min(steps - 1, Math.max(0, Math.floor(share * steps)));
  const of = (share: number): Ink => {
    const at = stepOf(share) / (steps - 1);
    return { light: between(light, at), dark: between(dark, at) };
  };
  return { steps, of, stepOf };
}

/** The colour at a share of a list of colours. */
function between(list: readonly string[], share: number): string {
  const place = share * (list.length - 1);
  const from = Math.min(list.length - 2, Math.floor(place));
  const [a, b] = [list[from], list[from + 1]].map((one) => channels(one ?? "#000000"));
  const mixed = [0, 1, 2].map((at) => {
    const [one, other] = [a?.[at] ?? 0, b?.[at] ?? 0];
    return Math.round(one + (place - from) * (other - one));
  });
  return `#${mixed.map((one) => one.toString(16).padStart(2, "0")).join("")}`;
}

const channels = (colour: string) =>
  [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
