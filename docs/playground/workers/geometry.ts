/** Trains a small net, and shows its geometry on the way. */
import { cpu } from "metrigrad";
import { breathe } from "../race/turns.ts";
import { answerCalls } from "../shell/answer.ts";
import { type Seen, type SmallNet, type StepLength, smallNet } from "../small/net.ts";
import type { SmallSettings } from "../small/settings.ts";

export interface GeometryMethods {
  /** Makes a net anew, and returns its points. */
  begin(settings: SmallSettings): Promise<{ readonly x: Float32Array; readonly y: Float32Array }>;
  /** Goes on with another damping and learning rate. */
  change(settings: SmallSettings): Promise<void>;
  /** Runs until `pause`. Resolves when it is paused. */
  run(pace: Pace): Promise<void>;
  pause(): Promise<void>;
  step(): Promise<void>;
}

/** How fast a net runs. */
export interface Pace {
  /** Milliseconds from one picture to the next. */
  readonly every: number;
  /** Steps in a second at most. */
  readonly stepsPerSecond: number;
}

export interface GeometryEvents {
  seen: Seen;
  /** The steps since the last picture. */
  steps: readonly StepLength[];
}

let net: SmallNet | null = null;
let running = false;
const opened = cpu({ threads: 1 });
let last: Promise<unknown> = Promise.resolve();

/** Does one piece of work after the other. */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const result = last.then(work);
  last = result.catch(() => {});
  return result;
}

function started(): SmallNet {
  if (net === null) throw new Error("geometry: a net must be made first");
  return net;
}

async function show(steps: readonly StepLength[]): Promise<void> {
  send("steps", steps);
  send("seen", await started().look());
}

/** So many steps, for so many milliseconds at most; one step at least. */
async function stepsFor(most: number, milliseconds: number): Promise<StepLength[]> {
  const start = performance.now();
  const done: StepLength[] = [];
  do done.push(await started().step());
  while (done.length < most && performance.now() - start < milliseconds && running);
  return done;
}

const wait = (milliseconds: number) =>
  new Promise((done) => setTimeout(done, Math.max(0, milliseconds)));

const send = answerCalls<GeometryMethods, GeometryEvents>({
  begin: (settings) => {
    running = false;
    return inTurn(async () => {
      await net?.close();
      net = null;
      net = await smallNet(await opened, settings);
      await show([]);
      return net.points;
    });
  },
  change: (settings) => inTurn(() => started().change(settings)),
  run: async ({ every, stepsPerSecond }) => {
    running = true;
    // A slow net has a picture for each step.
    const period = Math.max(every, 1000 / stepsPerSecond);
    const most = Math.max(1, Math.round((stepsPerSecond * period) / 1000));
    while (running) {
      const start = performance.now();
      await inTurn(async () => show(await stepsFor(most, every)));
      await breathe();
      if (running) await wait(period - (performance.now() - start));
    }
  },
  pause: async () => {
    running = false;
  },
  step: () => inTurn(async () => show([await started().step()])),
});
