import { contours } from "d3-contour";
import { type PlanePoints, reach } from "./data.ts";
import { type Paints, paintCells, signed } from "./paint.ts";

/** Draws the probability over the plane, the line of one half, and the points with a mark for each class. */
export function paintSurface(
  canvas: HTMLCanvasElement,
  surface: Float32Array,
  points: PlanePoints,
  paints: Paints,
): void {
  const side = Math.sqrt(surface.length);
  const share = (cell: number) => 0.55 * (2 * (surface[cell] as number) - 1);
  paintCells(canvas, side, side, (cell) => signed(paints, share(cell)), true);
  const context = canvas.getContext("2d");
  if (context === null) return;
  const css = (rgb: readonly number[]) => `rgb(${rgb.join(" ")})`;
  const zoom = canvas.width / side;
  context.strokeStyle = css(paints.ink);
  context.lineWidth = 1.5;
  context.beginPath();
  for (const { coordinates } of contours().size([side, side]).thresholds([0.5])([...surface])) {
    for (const ring of coordinates.flat()) {
      // The rings run along the edges of the plane too, and these parts are no line of one half.
      for (const [i, point] of ring.entries()) {
        const [x = 0, y = 0] = point;
        const [fromX = 0, fromY = 0] = ring[i - 1] ?? point;
        const isEdge =
          [x, fromX].every((v) => v <= 0.5 || v >= side - 0.5) ||
          [y, fromY].every((v) => v <= 0.5 || v >= side - 0.5);
        if (i === 0 || isEdge) context.moveTo(x * zoom, y * zoom);
        else context.lineTo(x * zoom, y * zoom);
      }
    }
  }
  context.stroke();
  const place = (value: number) => ((value / reach + 1) * canvas.width) / 2;
  const size = 0.009 * canvas.width;
  for (const [i, kind] of points.y.entries()) {
    const [x, y] = [
      place(points.x[2 * i] as number),
      canvas.height - place(points.x[2 * i + 1] as number),
    ];
    context.beginPath();
    if (kind === 0) context.arc(x, y, size, 0, 2 * Math.PI);
    else {
      context.moveTo(x - size, y - size);
      context.lineTo(x + size, y + size);
      context.moveTo(x - size, y + size);
      context.lineTo(x + size, y - size);
    }
    context.strokeStyle = css(paints.ground);
    context.lineWidth = 5;
    context.stroke();
    context.strokeStyle = css(kind === 0 ? paints.second : paints.first);
    context.lineWidth = 2.2;
    context.stroke();
  }
}
