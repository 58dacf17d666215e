/** Pictures of a world of fields and of a club. */
import {
  applyModel,
  categorical,
  evaluate,
  eye,
  type Module,
  type Node,
  predict,
  type Store,
} from "metrigrad";
import * as dqn from "../dqn/dqn.ts";
import { goal, moves, open, pit, positions, side, walls } from "../dqn/world.ts";
import * as graphNetwork from "../graph-network/graph-network.ts";
import { karate } from "../graph-network/karate.ts";
import { colourScale, colours } from "./colours.ts";
import { layout } from "./layout.ts";
import { type Colour, fill, type Point, paint, type Raster, raster, type Shape } from "./raster.ts";
import { cross, disc, outline, square, stroke } from "./shapes.ts";
import { type Picture, pictureOf } from "./trained.ts";
import { line, mark, placed, type Span, sheet, wholeView } from "./view.ts";

/** Pixels of a field of the world. */
const cell = 44;

/** Fills a field up to a margin, and returns its middle. */
function fillField(on: Raster, field: number, colour: Colour): Point {
  const [left, top] = [cell * (field % side), cell * Math.floor(field / side)];
  fill(on, { left: left + 1, top: top + 1, width: cell - 2, height: cell - 2 }, () => colour);
  return [left + cell / 2, top + cell / 2];
}

/** An arrow through a place. */
function arrow([x, y]: Point, [dx, dy]: Point): Shape {
  const tip: Point = [x + 11 * dx, y + 11 * dy];
  const barb = (sign: 1 | -1): Point => [
    tip[0] - 7 * dx - sign * 7 * dy,
    tip[1] - 7 * dy + sign * 7 * dx,
  ];
  return stroke([[x - 11 * dx, y - 11 * dy], tip, barb(1), tip, barb(-1)], 2.5);
}

/** The best moves of a network, on the worth of each. */
async function bestMoves(store: Store, online: Module<Node, Node>): Promise<Raster> {
  const on = raster(cell * side, cell * side);
  const colourOf = colourScale("sequential", [0, 1.4]);
  const worths = (await predict(online, store, positions())).toArray() as number[][];
  for (const [k, field] of open.entries()) {
    const own = worths[k] as number[];
    const best = Math.max(...own);
    const middle = fillField(on, field, colourOf(best));
    paint(on, arrow(middle, moves[own.indexOf(best)] as Point), colours.dark);
  }
  for (const field of walls) fillField(on, field, colours.grey);
  const end = fillField(on, goal, colours.white);
  paint(on, disc(end, 7), colours.green);
  paint(on, outline(disc(end, 14), 3), colours.green);
  paint(on, cross(fillField(on, pit, colours.white), 10, 6), colours.vermilion);
  return on;
}

/** The club with the sides that a network tells; leaders have a frame, and who is on the other side is crossed out. */
async function club(
  store: Store,
  model: ReturnType<typeof graphNetwork.graphNet>,
): Promise<Raster> {
  const { members, friends, side: right, leaders } = karate();
  const { output } = applyModel(model, eye(members));
  const told = (await evaluate(categorical().predict(output), { store })).data();
  const places = layout(friends, members);
  const [x, y] = [0, 1].map((axis): Span => {
    const values = places.map((place) => place[axis] as number);
    return [Math.min(...values) - 0.4, Math.max(...values) + 0.4];
  }) as [Span, Span];
  const view = wholeView(x, y);
  const on = sheet(view);
  for (const pair of friends) {
    const ends = pair.map((member) => places[member] as Point);
    line(on, view, ends, colours.light, 1);
  }
  for (const member of places.keys()) {
    const place = places[member] as Point;
    const [shape, colour] = (
      [
        [disc, colours.blue],
        [square, colours.orange],
      ] as const
    )[told[member] as 0 | 1];
    const at = placed(view, place);
    mark(on, view, [place], (middle) => shape(middle, 4.5), colour);
    if (leaders.includes(member)) paint(on, outline(shape(at, 8)), colours.dark);
    if (told[member] !== right[member]) paint(on, cross(at, 7), colours.dark);
  }
  return on;
}

/** Pictures by the name of their example. */
export const worlds: Readonly<Record<string, Picture>> = {
  dqn: pictureOf(dqn, bestMoves),
  "graph-network": pictureOf(graphNetwork, club),
};
