/** Derivatives by finite differences, which notice kinks (relu, max, abs, where). */

/** A derivative along a line. */
export interface Slope {
  /** df/dt of each element of f. */
  readonly values: Float64Array;
  /** The smallest step that was taken for an element. */
  readonly step: number;
  /** Elements with a kink at t = 0, where there is no derivative. */
  readonly kinks: number;
}

/** The steps: the first two, and smaller ones for what has a kink or a sharp bend within them. */
const steps = [1e-5, 2.5e-6, 6e-7, 1.5e-7] as const;

/** A central difference, and the difference of the slopes on both sides of 0. */
interface Difference {
  readonly step: number;
  readonly slope: Float64Array;
  readonly jump: Float64Array;
}

/**
 * df/dt at t = 0 by central differences. Two steps must agree, else smaller ones are taken until two do: a kink
 * between the steps makes them differ. A kink at 0 itself is one where none agree, or where the slopes of the two
 * sides differ by the same amount however small the step.
 * @param f its values [K] at a step t
 * @returns the derivative, and how it was found
 */
export async function slopeOf(f: (t: number) => Promise<Float64Array>): Promise<Slope> {
  const here = await f(0);
  const at = async (step: number): Promise<Difference> => {
    const [low, high] = [await f(-step), await f(step)];
    return {
      step,
      slope: here.map((_, i) => ((high[i] as number) - (low[i] as number)) / (2 * step)),
      jump: here.map((value, i) => ((high[i] as number) - 2 * value + (low[i] as number)) / step),
    };
  };
  const noise = (i: number, step: number) => (1e-14 * (1 + Math.abs(here[i] as number))) / step;
  let wide = await at(steps[0]);
  const values = Float64Array.from(wide.slope);
  let open = Array.from(here, (_, i) => i);
  let [kinks, taken]: [number, number] = [0, steps[0]];
  for (const step of steps.slice(1)) {
    if (open.length === 0) break;
    const narrow = await at(step);
    taken = wide.step;
    const rest: number[] = [];
    for (const i of open) {
      const [a, b] = [wide.slope[i] as number, narrow.slope[i] as number];
      // Both infinite, or none a number: no smaller step helps.
      const lost = !Number.isFinite(a) && !Number.isFinite(b);
      const agree = Math.abs(a - b) <= 3e-8 * Math.abs(b) + noise(i, step);
      values[i] = agree || lost ? a : b;
      if (!agree && !lost) rest.push(i);
      else if (bends(i, wide, narrow, noise(i, step))) kinks++;
    }
    open = rest;
    wide = narrow;
  }
  return { values, step: taken, kinks: kinks + open.length };
}

/** Whether the slopes of both sides differ by an amount that does not shrink with the step. */
function bends(i: number, wide: Difference, narrow: Difference, noise: number): boolean {
  const [far, near] = [Math.abs(wide.jump[i] as number), Math.abs(narrow.jump[i] as number)];
  return near > 0.5 * far && near > 30 * noise + 1e-6 * Math.abs(narrow.slope[i] as number);
}

/** The steps of divergences, each a quarter of the one before. */
const widths = [1e-2, 2.5e-3, 6e-4, 1.5e-4, 4e-5] as const;

/**
 * lim 2 KL(t)/t² for t → 0, with KL(0) = 0 the least: even differences at t and t/2, extrapolated. Steps shrink until
 * two of them agree, so that no kink lies within them.
 * @param divergence KL at a step t
 * @returns the limit; null where no two steps agree
 */
export async function curvatureOf(
  divergence: (t: number) => Promise<number>,
): Promise<{ readonly rate: number; readonly step: number } | null> {
  const even = async (t: number) => ((await divergence(t)) + (await divergence(-t))) / t ** 2;
  const rate = async (t: number) => (4 * (await even(t / 2)) - (await even(t))) / 3;
  let before = await rate(widths[0]);
  for (const step of widths.slice(1)) {
    const now = await rate(step);
    if (Math.abs(now - before) <= 2e-6 * Math.abs(now) + 1e-14 / step ** 2)
      return { rate: now, step };
    before = now;
  }
  return null;
}
