import type { EpochEvent, StepEvent } from "@metrigrad/train";
import { showCost, showShare, showTime } from "./show.ts";
import { speedometer } from "./speedometer.ts";

/** Where progress is shown: a terminal's line is drawn again and again, other streams get lines. */
export interface Screen {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

/** Shows how one run comes on. */
export interface Progress {
  step(event: StepEvent): void;
  epoch(event: EpochEvent): void;
  /** Leaves the screen to others; a terminal keeps the last epoch's line. */
  end(): void;
}

/** Milliseconds between two drawings. */
const rest = 100;
/** Letters of the bar, in wide and in narrow terminals. */
const bars = { wide: 20, narrow: 8 } as const;
const narrow = 60;
const clear = "\r\u001b[K";

/** Progress of a run named `name`. */
export function progressOf(name: string, screen: Screen): Progress {
  const live = screen.isTTY === true;
  const barWidth = (screen.columns ?? narrow) < narrow ? bars.narrow : bars.wide;
  const speed = speedometer();
  let drawn = 0;
  /** Null: nobody knows how many there are. */
  let steps: number | null = 0;
  let last: EpochEvent | null = null;
  const line = ({ epoch, epochs, trainCost, validAccuracy, ...event }: EpochEvent) =>
    [
      `${name}  epoch ${epoch}/${epochs}`,
      `cost ${showCost(trainCost ?? null)}`,
      ...accuracyOf(validAccuracy),
      `${event.seconds.toFixed(2)} s`,
      `${event.stepsPerSecond.toFixed(0)} steps/s`,
    ].join("  ");
  const left = () => {
    if (steps === null) return [];
    const seconds = speed.secondsTo(steps);
    return [`${seconds === null ? "–" : showTime(seconds)} left`];
  };
  const place = (step: number) => {
    if (steps === null) return `step ${step}`;
    const filled = Math.round((barWidth * step) / steps);
    const bar = `${"█".repeat(filled)}${"░".repeat(barWidth - filled)}`;
    return `${bar} ${Math.floor((100 * step) / steps)} %`;
  };
  return {
    step(event) {
      const now = performance.now();
      steps = event.steps;
      speed.step(event.step, now);
      if (!live || now - drawn < rest) return;
      drawn = now;
      const shown = [
        name,
        place(event.step),
        `epoch ${event.epoch}`,
        `cost ${showCost(last?.trainCost ?? null)}`,
        ...(last === null ? ["accuracy –"] : accuracyOf(last.validAccuracy)),
        `${speed.rate()?.toFixed(0) ?? "–"} steps/s`,
        ...left(),
      ].join("  ");
      screen.write(clear + shown.slice(0, Math.max(20, (screen.columns ?? 100) - 1)));
    },
    epoch(event) {
      last = event;
      speed.pause();
      if (!live) screen.write(`${[line(event), ...left()].join("  ")}\n`);
    },
    end() {
      if (live) screen.write(last === null ? clear : `${clear}${line(last)}\n`);
    },
  };
}

/** The accuracy, where there is one: a regression has none. */
function accuracyOf(accuracy: number | undefined): string[] {
  return accuracy === undefined ? [] : [`accuracy ${showShare(accuracy)}`];
}
