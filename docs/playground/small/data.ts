import { uniformStream } from "metrigrad";

/** Sets of points in the plane, in two classes. */
export type DataName = "moons" | "spirals" | "circles";

/** Points in rows (x₁, x₂), and the class of each, 0 or 1. */
export interface PlanePoints {
  readonly x: Float32Array;
  readonly y: Float32Array;
}

/** Points of each class. */
const perClass = 100;
/** What is shown goes from −reach to reach in both directions. */
export const reach = 1.5;

/** Where a class lies at a place u of its curve, from 0 to 1. */
const curves: Readonly<Record<DataName, (kind: 0 | 1, u: number) => readonly [number, number]>> = {
  moons: (kind, u) => {
    const angle = Math.PI * u;
    return kind === 0
      ? [Math.cos(angle) * 0.85 - 0.4, Math.sin(angle) * 0.85 - 0.2]
      : [0.4 - Math.cos(angle) * 0.85, 0.2 - Math.sin(angle) * 0.85];
  },
  spirals: (kind, u) => {
    const [angle, radius] = [3 * Math.PI * Math.sqrt(u) + kind * Math.PI, 1.25 * Math.sqrt(u)];
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  },
  circles: (kind, u) => {
    const radius = kind === 0 ? 0.45 : 1.1;
    return [radius * Math.cos(2 * Math.PI * u), radius * Math.sin(2 * Math.PI * u)];
  },
};
const noise: Readonly<Record<DataName, number>> = { moons: 0.12, spirals: 0.04, circles: 0.12 };

/** Draws the points of a set by a seed. */
export function planePoints(name: DataName, seed: number): PlanePoints {
  const { uniform, normal } = uniformStream({ seed, path: name });
  const count = 2 * perClass;
  const x = new Float32Array(2 * count);
  for (let i = 0; i < count; i++) {
    const place = curves[name](i < perClass ? 0 : 1, uniform(i));
    for (const axis of [0, 1] as const)
      x[2 * i + axis] = place[axis] + noise[name] * normal(2 * i + axis);
  }
  return { x, y: Float32Array.from({ length: count }, (_, i) => (i < perClass ? 0 : 1)) };
}
