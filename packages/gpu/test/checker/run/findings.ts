/** What the checker looks for. */
export type FindingKind =
  | "race in workgroup memory"
  | "race in storage between threads of a workgroup"
  | "race in storage between workgroups"
  | "barrier that not all threads reach"
  | "access out of bounds"
  | "subgroup operation on a part of a subgroup";

export interface Finding {
  readonly kind: FindingKind;
  /** What the first one was: the memory, the word, the threads. */
  readonly what: string;
  /** How often the kernel did it. */
  readonly count: number;
  /** The text of the kernel. */
  readonly kernel: string;
}

/** Collects findings: one of each kind for each kernel, with their number. */
export class Findings {
  /** The text of the kernel that runs. */
  kernel = "";
  private readonly found = new Map<string, Finding>();

  add(kind: FindingKind, what: string): void {
    const key = `${kind} ${this.kernel}`;
    const known = this.found.get(key) ?? { kind, what, count: 0, kernel: this.kernel };
    this.found.set(key, { ...known, count: known.count + 1 });
  }

  get all(): readonly Finding[] {
    return [...this.found.values()];
  }
}

/** Returns a finding as a paragraph, with the beginning of what the kernel itself does. */
export function findingText({ kind, what, count, kernel }: Finding, length = 600): string {
  const own = Math.max(0, kernel.search(/fn step0\(|@compute/));
  const begin = kernel.slice(own, own + length).replace(/\s+/g, " ");
  return `${kind}: ${what} (${count} times)\n  ${begin}`;
}
