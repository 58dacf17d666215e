/** Lets optimizers race in turns. */
import { loadDigits } from "../digits/load.ts";
import { digitTask } from "../race/digits.ts";
import { optimizers } from "../race/optimizers.ts";
import { poisson } from "../race/poisson.ts";
import type { TaskName } from "../race/racers.ts";
import type { Task } from "../race/task.ts";
import { type Fallen, type Lap, raceInTurns } from "../race/turns.ts";
import { answerCalls } from "../shell/answer.ts";
import { type BackendName, type OpenBackend, openBackend } from "../shell/backend.ts";

/** What a race is asked to be. */
export interface RaceAsked {
  readonly task: TaskName;
  readonly names: readonly string[];
  /** Seconds of steps for each optimizer. */
  readonly seconds: number;
  readonly seed: number;
  readonly backend: BackendName;
}

export interface RaceMethods {
  /** Resolves to the description of the backend when the race is over. */
  race(asked: RaceAsked): Promise<string>;
  stop(): Promise<void>;
}

export interface RaceEvents {
  lap: Lap;
  fallen: Fallen;
  /** The backend, as the race begins. */
  begun: string;
}

let stopped = false;
let kept: { readonly name: BackendName; readonly open: OpenBackend } | null = null;
let digits: ReturnType<typeof loadDigits> | null = null;

async function backendFor(name: BackendName): Promise<OpenBackend> {
  if (kept?.name === name) return kept.open;
  await kept?.open.backend.close();
  kept = null;
  const open = await openBackend(name);
  kept = { name, open };
  return open;
}

async function taskOf({ task, seed }: RaceAsked): Promise<Task> {
  if (task === "poisson") return poisson(seed);
  digits ??= loadDigits();
  const { train, test } = await digits;
  return digitTask(train, test, seed);
}

const send = answerCalls<RaceMethods, RaceEvents>({
  race: async (asked) => {
    stopped = false;
    const { backend, described } = await backendFor(asked.backend);
    const task = await taskOf(asked);
    send("begun", described);
    const list = asked.names.flatMap((name) => {
      const make = optimizers[asked.task][name];
      return make === undefined ? [] : [[name, make] as const];
    });
    await raceInTurns(task, backend, list, asked.seconds, {
      lap: (lap) => send("lap", lap),
      fallen: (fallen) => send("fallen", fallen),
      stopped: () => stopped,
    });
    return described;
  },
  stop: async () => {
    stopped = true;
  },
});
