/** f'(x) by central differences with one step of Richardson's extrapolation. */
export function slope(f: (x: number) => number, x: number): number {
  const h = 2e-3 * Math.max(1e-2, Math.abs(x));
  const central = (step: number) => (f(x + step) - f(x - step)) / (2 * step);
  const [a, b, c] = [central(h), central(h / 2), central(h / 4)];
  const [p, q] = [(4 * b - a) / 3, (4 * c - b) / 3];
  return (16 * q - p) / 15;
}

/** Whether two numbers agree relative to the larger of `scale` and their size. */
export function close(a: number, b: number, tolerance: number, scale = 1): boolean {
  return (
    Object.is(a, b) || Math.abs(a - b) <= tolerance * Math.max(scale, Math.abs(a), Math.abs(b))
  );
}
