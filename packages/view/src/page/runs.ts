import type { LiveState, Recording, RunRecord } from "@metrigrad/train";

/**
 * A recording under the name that a report gives it, such as that of its folder.
 *
 * @category Pictures
 */
export interface NamedRecording {
  /** The name. */
  readonly name: string;
  /** The recording. */
  readonly recording: Recording;
  /** The state of each run that is still training, as {@link readLive} returns them; none by default. */
  readonly states?: readonly LiveState[];
}

/** A run with the label of its line, which tells it from all runs that are no repeats of it. */
export interface LabelledRun {
  readonly run: RunRecord;
  readonly label: string;
  /** The name of its recording. */
  readonly of: string;
  readonly state: LiveState | null;
}

/** Runs that differ in their seed alone. */
export interface RunGroup {
  readonly label: string;
  readonly arch: string;
  readonly runs: readonly [LabelledRun, ...LabelledRun[]];
}

/** Labels the runs of recordings: by the optimizer, the recording if there are several, and the settings in which they differ. */
export function labelledRuns(given: readonly NamedRecording[]): LabelledRun[] {
  const all = given.flatMap(({ name, recording, states = [] }) =>
    recording.runs.map((run, at) => ({ run, of: name, state: states[at] ?? null })),
  );
  return all.map((one) => {
    const { arch, optimizer } = one.run;
    const alike = all.filter(
      ({ run, of }) => run.arch === arch && run.optimizer === optimizer && of === one.of,
    );
    const differing = differingSettings(alike.map(({ run }) => run));
    const shown = differing.map((name) => `${name} ${text(settingOf(one.run, name))}`);
    const front = given.length > 1 ? `${one.of} ` : "";
    return { ...one, label: [`${front}${optimizer}`, ...shown].join(", ") };
  });
}

/** Puts runs together that differ in their seed alone. */
export function groupedRuns(runs: readonly LabelledRun[]): RunGroup[] {
  const groups = new Map<string, [LabelledRun, ...LabelledRun[]]>();
  for (const one of runs) {
    const key = JSON.stringify([one.run.arch, one.label]);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [one]);
    else known.push(one);
  }
  return [...groups.values()].map((own) => {
    return { label: own[0].label, arch: own[0].run.arch, runs: own };
  });
}

/** Returns the names of settings in which runs differ. */
export function differingSettings(runs: readonly RunRecord[]): string[] {
  const names = new Set(runs.flatMap(({ settings }) => Object.keys(settings)));
  return [...names].filter((name) => {
    const values = runs.map((run) => text(settingOf(run, name)));
    return values.some((value) => value !== values[0]);
  });
}

/** Returns a setting of a run; undefined if it has none. */
export function settingOf({ settings }: RunRecord, name: string): unknown {
  return settings[name];
}

/** Returns a setting in words. */
export function text(value: unknown): string {
  if (value === undefined) return "–";
  if (Array.isArray(value)) return value.map(text).join("; ");
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "–");
}
