import { colours } from "./colours.ts";
import {
  type Colour,
  heat,
  type Place,
  type Point,
  paint,
  type Raster,
  raster,
  type Shape,
} from "./raster.ts";
import { grown, stroke } from "./shapes.ts";

/** Lowest and highest value. */
export type Span = readonly [low: number, high: number];

/** A part of a plane, and where it lies on a picture. */
export interface View {
  readonly place: Place;
  readonly x: Span;
  readonly y: Span;
}

/**
 * A view that is a whole picture.
 * @param x - What is seen of the first axis.
 * @param y - What is seen of the second one.
 * @param width - In pixels.
 * @param height - In pixels; by default such that both axes have one scale.
 * @returns the view
 */
export function wholeView(x: Span, y: Span, width = 240, height?: number): View {
  const own = height ?? Math.round((width * (y[1] - y[0])) / (x[1] - x[0]));
  return { place: { left: 0, top: 0, width, height: own }, x, y };
}

/** Where a point of the plane lies on the picture; y grows upwards. */
export function placed({ place, x, y }: View, [a = 0, b = 0]: readonly number[]): Point {
  const { left, top, width, height } = place;
  return [left + (width * (a - x[0])) / (x[1] - x[0]), top + (height * (y[1] - b)) / (y[1] - y[0])];
}

/** The points of the plane under the middle of each pixel, row by row from the top. */
export function pointsIn({ place: { width, height }, x, y }: View): [number, number][] {
  return Array.from({ length: width * height }, (_, at) => {
    const [column, row] = [at % width, Math.floor(at / width)];
    return [
      x[0] + ((column + 0.5) / width) * (x[1] - x[0]),
      y[1] - ((row + 0.5) / height) * (y[1] - y[0]),
    ];
  });
}

/** A picture that a view is the whole of. */
export function sheet({ place }: View): Raster {
  return raster(place.width, place.height);
}

/**
 * A picture of values over a view.
 * @param view - Where the values are.
 * @param values - One for each of the points that `pointsIn` gives.
 * @param colourOf - The colour of a value, as from `colourScale`.
 * @returns the picture
 */
export function heatMap(
  view: View,
  values: ArrayLike<number>,
  colourOf: (value: number) => Colour,
): Raster {
  const on = sheet(view);
  heat(on, view.place, values, [on.height, on.width], colourOf);
  return on;
}

/**
 * Draws a line through points of the plane.
 * @param on - The picture.
 * @param view - Which part of the plane it shows.
 * @param points - Two at least.
 * @param colour - Of the line.
 * @param thickness - In pixels.
 */
export function line(
  on: Raster,
  view: View,
  points: readonly (readonly number[])[],
  colour: Colour,
  thickness = 2,
): void {
  const places = points.map((point) => placed(view, point));
  paint(on, stroke(places, thickness), colour);
}

/**
 * Marks points of the plane, with a white margin so that they are seen on any colour.
 * @param on - The picture.
 * @param view - Which part of the plane it shows.
 * @param points - What is marked.
 * @param shape - The mark at a place of the picture.
 * @param colour - Of the marks.
 */
export function mark(
  on: Raster,
  view: View,
  points: readonly (readonly number[])[],
  shape: (middle: Point) => Shape,
  colour: Colour,
): void {
  for (const point of points) {
    const own = shape(placed(view, point));
    paint(on, grown(own, 1), colours.white);
    paint(on, own, colour);
  }
}
