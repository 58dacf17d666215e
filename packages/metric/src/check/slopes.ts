/** Derivatives by finite differences, which notice kinks (relu, max, abs, where). */

/** A derivative along a line. */
export interface Slope {
  /** The derivatives df/dt of each element of f. */
  readonly values: Float64Array;
  /** The smallest step that was taken for an element. */
  readonly step: number;
  /** The number of elements with a kink at t = 0, where there is no derivative. */
  readonly kinks: number;
}

/** The steps: the first two for all elements, and smaller ones for elements with a kink or a sharp bend within them. */
const steps = [1e-5, 2.5e-6, 6e-7, 1.5e-7] as const;

/** A central difference, and the difference of the slopes on both sides of 0. */
interface Difference {
  readonly step: number;
  readonly slope: Float64Array;
  readonly jump: Float64Array;
}

/**
 * Computes df/dt at t = 0 by central differences.
 *
 * Two steps must agree, else smaller steps are taken until two agree: a kink between the steps makes them differ.
 * There is a kink at 0 itself if no steps agree, or if the slopes of the two sides differ by the same amount however
 * small the step.
 *
 * @param f - The values [K] at a step t.
 * @returns The derivative, and how it was found.
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
      // Both are infinite or not numbers, so no smaller step helps.
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

/** The steps of divergences. Each is a quarter of the one before. */
const widths = [1e-2, 2.5e-3, 6e-4, 1.5e-4, 4e-5] as const;

/**
 * Computes lim 2 KL(t)/t² for t → 0, with KL(0) = 0 as the minimum, from even differences at t and t/2 by
 * extrapolation.
 *
 * Steps shrink until two of them agree, so that no kink lies within them.
 *
 * @param divergence - The divergence KL at a step t.
 * @returns The limit; null if no two steps agree.
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
