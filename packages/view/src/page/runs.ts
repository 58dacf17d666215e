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

/**
 * Labels runs: by the optimizer, the recording if there are several, and the settings in which they differ. Those that `without` names do
 * not count.
 */
export function labelledRuns(
  given: readonly NamedRecording[],
  without: readonly string[] = [],
): LabelledRun[] {
  const all = given.flatMap(({ name, recording, states = [] }) =>
    recording.runs.map((run, at) => ({ run, of: name, state: states[at] ?? null })),
  );
  const kinds = new Map<string, RunRecord[]>();
  const kindOf = ({ run, of }: (typeof all)[number]) =>
    JSON.stringify([of, run.arch, run.optimizer]);
  for (const one of all) {
    kinds.set(kindOf(one), [...(kinds.get(kindOf(one)) ?? []), one.run]);
  }
  const differing = new Map(
    [...kinds].map(([kind, runs]) => [
      kind,
      differingSettings(runs).filter((name) => !without.includes(name)),
    ]),
  );
  const labels = distinctLabels();
  return all.map((one) => {
    const names = differing.get(kindOf(one)) ?? [];
    const values = names.map((name) => settingOf(one.run, name));
    const shown = names.map((name, at) => `${name} ${shortText(values[at])}`);
    const front = given.length > 1 ? `${one.of} ` : "";
    const label = [`${front}${one.run.optimizer}`, ...shown].join(", ");
    return { ...one, label: labels(`${kindOf(one)} ${JSON.stringify(values)}`, label) };
  });
}

/** Gives runs with different settings different labels, also where the settings look alike in a few words. */
function distinctLabels(): (key: string, label: string) => string {
  const known = new Map<string, string>();
  const taken = new Set<string>();
  return (key, label) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    let own = label;
    for (let number = 2; taken.has(own); number++) own = `${label} (${number})`;
    taken.add(own);
    known.set(key, own);
    return own;
  };
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
    const values = runs.map((run) => JSON.stringify(settingOf(run, name)));
    return values.some((value) => value !== values[0]);
  });
}

/** Returns a setting of a run; undefined if it has none. */
export function settingOf({ settings }: RunRecord, name: string): unknown {
  return settings[name];
}

/** Returns a setting in words. */
export function text(value: unknown): string {
  if (value === undefined || value === null) return "–";
  if (Array.isArray(value)) return value.map(text).join("; ");
  if (typeof value !== "object") return String(value);
  return Object.entries(value)
    .map(([name, own]) => `${name} ${text(own)}`)
    .join(", ");
}

/** Returns a setting in a few words, for labels. */
function shortText(value: unknown): string {
  if (Array.isArray(value) && value.length > 2) {
    return `${text(value[0])}, and ${value.length - 1} more`;
  }
  return text(value);
}
