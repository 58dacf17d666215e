/** The number of runs of each way in a trial, and the seconds after which two runs are enough. */
const heats = 3;
const enoughSeconds = 0.05;

/** The number of runs with the winner until the next trial: few at first, while the engine still optimises. */
const [firstStretch, longestStretch] = [32, 256];

/**
 * Picks the faster of several ways to do one thing again and again.
 *
 * Each way is tried a few times in a row, and the one with the least median is kept for a stretch. Then all are tried
 * again, because other programs come and go on a machine.
 */
export class Race {
  private readonly times: readonly number[][];
  /** The way that is tried; past the last one the winner runs. */
  private trial = 0;
  private winner = 0;
  private left = 0;
  private stretch = firstStretch;

  constructor(ways: number) {
    this.times = Array.from({ length: ways }, () => []);
  }

  /** The way to take now. */
  get way(): number {
    return this.trial < this.times.length ? this.trial : this.winner;
  }

  /** Reports the time that the way took. */
  took(seconds: number): void {
    const heat = this.times[this.trial];
    if (heat === undefined) {
      this.left -= 1;
      if (this.left === 0) this.start();
      return;
    }
    heat.push(seconds);
    const total = heat.reduce((sum, time) => sum + time, 0);
    if (heat.length < (total < enoughSeconds ? heats : 2)) return;
    this.trial += 1;
    if (this.trial === this.times.length) this.settle();
  }

  private start(): void {
    this.trial = 0;
    for (const heat of this.times) heat.length = 0;
  }

  private settle(): void {
    const medians = this.times.map(median);
    this.winner = medians.indexOf(Math.min(...medians));
    this.left = this.stretch;
    this.stretch = Math.min(2 * this.stretch, longestStretch);
  }
}

/** Returns the median; the lower of two, because the first run of a way may be its slowest. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[(values.length - 1) >> 1] as number;
}
