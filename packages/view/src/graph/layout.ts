import dagre from "@dagrejs/dagre";
import type { ExplainGraph } from "@metrigrad/metric";
import type { Box } from "../plot/box.ts";
import { type GraphBox, inputId, outputId } from "./boxes.ts";

/** A module that holds others, as a frame around them. */
export interface Frame extends Box {
  readonly name: string;
  readonly depth: number;
}

/** Where everything of a graph lies, from the left and the top. */
export interface Placed {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly { readonly box: GraphBox; readonly place: Box }[];
  readonly frames: readonly Frame[];
  readonly arrows: readonly (readonly { readonly x: number; readonly y: number }[])[];
}

/** The modules around a path that hold several of the paths, outermost first. */
function around(path: string, paths: readonly string[]): string[] {
  const parts = path.split("/");
  const all = parts.slice(0, -1).map((_, at) => parts.slice(0, at + 1).join("/"));
  const inside = (folder: string) => paths.filter((one) => one.startsWith(`${folder}/`));
  // Of frames around the same modules the innermost one stays.
  return all.filter((folder, at) => {
    const next = all[at + 1];
    return next === undefined || inside(next).length < inside(folder).length;
  });
}

/** Lays out boxes from top to bottom along the flow of data, and frames around those that are in one module. */
export function placeBoxes({ modules, flows }: ExplainGraph, boxes: readonly GraphBox[]): Placed {
  const graph = new dagre.graphlib.Graph({ compound: true });
  graph.setGraph({ rankdir: "TB", nodesep: 26, ranksep: 40, marginx: 2, marginy: 2 });
  graph.setDefaultEdgeLabel(() => ({}));
  const paths = modules.map(({ path }) => path);
  const frames = new Map<string, number>();
  for (const { id, width, height } of boxes) graph.setNode(nodeId(id), { width, height });
  for (const path of paths) {
    const folders = around(path, paths);
    folders.forEach((folder, depth) => {
      frames.set(folder, depth);
      graph.setNode(frameId(folder), {});
      const parent = folders[depth - 1];
      if (parent !== undefined) graph.setParent(frameId(folder), frameId(parent));
    });
    const inner = folders.at(-1);
    if (inner !== undefined) graph.setParent(nodeId(path), frameId(inner));
  }
  for (const { from, to } of flows) graph.setEdge(nodeId(from ?? inputId), nodeId(to ?? outputId));
  dagre.layout(graph);
  const place = (id: string): Box => {
    const node = graph.node(id) as { x: number; y: number; width: number; height: number };
    const { x, y } = node;
    return {
      left: x - node.width / 2,
      top: y - node.height / 2,
      width: node.width,
      height: node.height,
    };
  };
  return fromCorner({
    boxes: boxes.map((box) => ({ box, place: place(nodeId(box.id)) })),
    frames: [...frames].map(([name, depth]) => ({ name, depth, ...named(place(frameId(name))) })),
    arrows: graph.edges().map((edge: EdgeId) => (graph.edge(edge) as Route).points),
  });
}

/** Moves everything so that it begins at the corner: arrows and frames may lie beyond the boxes. */
function fromCorner({ boxes, frames, arrows }: Omit<Placed, "width" | "height">): Placed {
  const rects = [...boxes.map(({ place }) => place), ...frames];
  const xs = [
    ...rects.flatMap((one) => [one.left, one.left + one.width]),
    ...arrows.flat().map(({ x }) => x),
  ];
  const ys = [
    ...rects.flatMap((one) => [one.top, one.top + one.height]),
    ...arrows.flat().map(({ y }) => y),
  ];
  const [left, top] = [Math.min(...xs) - 1, Math.min(...ys) - 1];
  const moved = <B extends Box>(box: B): B => ({
    ...box,
    left: box.left - left,
    top: box.top - top,
  });
  return {
    width: Math.max(...xs) + 1 - left,
    height: Math.max(...ys) + 1 - top,
    boxes: boxes.map(({ box, place }) => ({ box, place: moved(place) })),
    frames: frames.map(moved),
    arrows: arrows.map((points) => points.map(({ x, y }) => ({ x: x - left, y: y - top }))),
  };
}

/** The ends of an edge, and the way that it takes. */
interface EdgeId {
  readonly v: string;
  readonly w: string;
}
interface Route {
  readonly points: { readonly x: number; readonly y: number }[];
}

/** A frame with room for its name above what is in it. */
const named = (box: Box): Box => ({ ...box, top: box.top - 18, height: box.height + 18 });

/** The nodes of boxes and of frames; a path may be empty, and a folder may be called as a path. */
const nodeId = (path: string) => `box ${path}`;
const frameId = (folder: string) => `frame ${folder}`;
