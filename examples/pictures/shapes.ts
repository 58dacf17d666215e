import type { Place, Point, Shape } from "./raster.ts";

/** Pixels around a point, up to a distance. */
function around([x, y]: Point, distance: number): Place {
  const [left, top] = [Math.floor(x - distance), Math.floor(y - distance)];
  const [right, bottom] = [Math.ceil(x + distance), Math.ceil(y + distance)];
  return { left, top, width: right - left, height: bottom - top };
}

/** A disc. */
export function disc(middle: Point, radius: number): Shape {
  return {
    place: around(middle, radius + 1),
    outside: (x, y) => Math.hypot(x - middle[0], y - middle[1]) - radius,
  };
}

/** A square with sides of twice `half`. */
export function square(middle: Point, half: number): Shape {
  return {
    place: around(middle, half + 1),
    outside: (x, y) => Math.max(Math.abs(x - middle[0]), Math.abs(y - middle[1])) - half,
  };
}

/** A triangle with a corner on top; the middles of its sides are 0.6 times the radius away. */
export function triangle(middle: Point, radius: number): Shape {
  return {
    place: around(middle, radius + 1),
    outside: (x, y) => {
      const [across, down] = [Math.abs(x - middle[0]), y - middle[1]];
      return Math.max(down, (Math.sqrt(3) * across - down) / 2) - 0.6 * radius;
    },
  };
}

/** A diagonal cross. */
export function cross(middle: Point, radius: number, thickness = 2): Shape {
  const corner = (across: 1 | -1, down: 1 | -1): Point => [
    middle[0] + across * radius,
    middle[1] + down * radius,
  ];
  return stroke([corner(-1, -1), corner(1, 1), middle, corner(-1, 1), corner(1, -1)], thickness);
}

/** The edge of a shape. */
export function outline({ place, outside }: Shape, thickness = 1.5): Shape {
  return grown({ place, outside: (x, y) => Math.abs(outside(x, y)) }, thickness / 2);
}

/** What is within a distance of a shape, as for a margin around a mark. */
export function grown({ place, outside }: Shape, by: number): Shape {
  const { left, top, width, height } = place;
  const wide = Math.ceil(by);
  const [across, down] = [width + 2 * wide, height + 2 * wide];
  return {
    place: { left: left - wide, top: top - wide, width: across, height: down },
    outside: (x, y) => outside(x, y) - by,
  };
}

/** A line through points, with round ends. */
export function stroke(points: readonly Point[], thickness = 2): Shape {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [left, top] = [
    Math.floor(Math.min(...xs) - thickness),
    Math.floor(Math.min(...ys) - thickness),
  ];
  const width = Math.ceil(Math.max(...xs) + thickness) - left;
  const height = Math.ceil(Math.max(...ys) + thickness) - top;
  const distances = points.slice(1).map((to, at) => distanceTo(points[at] as Point, to));
  return {
    place: { left, top, width, height },
    outside: (x, y) =>
      distances.reduce((least, of) => Math.min(least, of(x, y)), Number.POSITIVE_INFINITY) -
      thickness / 2,
  };
}

/** The distance of points to what lies between two others. */
function distanceTo([ax, ay]: Point, [bx, by]: Point): (x: number, y: number) => number {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx ** 2 + dy ** 2;
  return (x, y) => {
    const along = length === 0 ? 0 : ((x - ax) * dx + (y - ay) * dy) / length;
    const share = Math.min(1, Math.max(0, along));
    return Math.hypot(x - ax - share * dx, y - ay - share * dy);
  };
}
