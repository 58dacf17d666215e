import type { EpochEvent, StepEvent } from "@metrigrad/train";
import { showCost, showShare, showTime } from "./show.ts";

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
  /** Leaves the screen to others. */
  end(): void;
}

/** Milliseconds between two drawings. */
const rest = 100;
const barWidth = 20;
const clear = "\r\u001b[K";

/** Progress of a run named `name`. */
export function progressOf(name: string, screen: Screen): Progress {
  const live = screen.isTTY === true;
  const begun = performance.now();
  let drawn = 0;
  let last: EpochEvent | null = null;
  let window = { step: 0, at: begun };
  let rate = 0;
  const left = (done: number, all: number) =>
    showTime((((performance.now() - begun) / 1000) * (all - done)) / Math.max(1, done));
  const draw = (line: string) =>
    screen.write(`${clear}${line.slice(0, Math.max(20, (screen.columns ?? 100) - 1))}`);
  return {
    step({ epoch, step, steps }) {
      const now = performance.now();
      if (!live || now - drawn < rest) return;
      drawn = now;
      if (now - window.at > 300) {
        rate = ((step - window.step) * 1000) / (now - window.at);
        window = { step, at: now };
      }
      const share = step / steps;
      const filled = Math.round(barWidth * share);
      const bar = "█".repeat(filled) + "░".repeat(barWidth - filled);
      const result =
        last === null
          ? "cost –  accuracy –"
          : `cost ${showCost(last.trainCost)}  accuracy ${showShare(last.validAccuracy)}`;
      draw(
        `${name}  ${bar} ${Math.floor(100 * share)} %  epoch ${epoch}  ${result}  ${rate.toFixed(0)} steps/s  ${left(step, steps)} left`,
      );
    },
    epoch(event) {
      last = event;
      window = { step: window.step, at: performance.now() };
      if (live) return;
      const { epoch, epochs, trainCost, validAccuracy, seconds, stepsPerSecond } = event;
      const parts = [
        `${name}  epoch ${epoch}/${epochs}`,
        `cost ${showCost(trainCost)}`,
        `accuracy ${showShare(validAccuracy)}`,
        `${seconds.toFixed(2)} s`,
        `${stepsPerSecond.toFixed(0)} steps/s`,
        `${left(epoch, epochs)} left`,
      ];
      screen.write(`${parts.join("  ")}\n`);
    },
    end() {
      if (live) screen.write(clear);
    },
  };
}
