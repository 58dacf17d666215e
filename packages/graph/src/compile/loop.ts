import type { LoopStep, Step, View } from "@metrigrad/tensor";
import type { Node } from "../core/node.ts";
import { topological } from "../core/topology.ts";
import { byRole } from "../loop/body.ts";
import { joinLoops } from "../loop/joined.ts";
import type { Bounds } from "./finish.ts";
import { type Fusion, fuse } from "./fuse.ts";
import { type Floats, type LowerLoop, lower } from "./lower.ts";
import { mergeKernels } from "./merge.ts";
import { joinRows } from "./rows.ts";
import { settle } from "./settle.ts";
import { unitsOf } from "./units.ts";
import { sameView } from "./views.ts";
import { unconverted, widen } from "./widen.ts";

/** Chooses which nodes run in one loop over elements, and which loops run with a product. */
export function fusionOf(
  order: readonly Node[],
  kept: readonly Node[],
  unfused: boolean,
  bounds: Bounds,
): Fusion {
  if (unfused) return fuse(order, new Set(order));
  const roots = new Set(kept);
  return mergeKernels(order, fuse(order, roots), roots, bounds);
}

/** The slice of a view in a turn of a loop. The loop is inside of `depth` other loops. */
function turnView(view: View, depth: number, turns: number, reverse: boolean): View {
  const [stride = 0, ...strides] = view.strides;
  const outer = Array.from({ length: depth }, (_, at) => view.advance?.[at] ?? 0);
  return {
    buffer: view.buffer,
    shape: view.shape.slice(1),
    strides,
    offset: view.offset + (reverse ? (turns - 1) * stride : 0),
    advance: [...outer, reverse ? -stride : stride],
  };
}

/** The float types in a loop's body. If the loop has 64 bits, the whole body has. Otherwise `double` in the body decides. */
function floatsInside(node: Node, floats: Floats, given: readonly Node[]) {
  const own = floats.of(node);
  if (own === "f64" || !floats.mixed) {
    return { roots: unconverted(given), floats: { own, of: () => own, mixed: false } };
  }
  const { roots, wide } = widen(given, () => true);
  return {
    roots,
    floats: { own, of: (one: Node) => (wide.has(one) ? "f64" : own), mixed: true } as Floats,
  };
}

/**
 * Returns a function that writes a loop as one step.
 *
 * Each carried value has one buffer. It holds the first value before the loop, and the last one after it. A turn computes the next
 * values and puts them there at its end. Sequences are read where they are, and results are written where they belong.
 */
export function loopLowering(floats: Floats, unfused: boolean, depth = 0): LowerLoop {
  return (node, context, buffers) => {
    const { body, outputs } = node.attrs;
    const { turns, reverse } = body;
    const given = byRole(body, node.inputs);
    const label = context.label(node);
    const roomOf = (index: number): View => {
      if (index === 0) return context.result(node);
      return context.extra(node, index) as View;
    };
    const views = new Map<Node, View>();
    for (const [at, place] of body.closures.entries()) {
      views.set(place, context.view(given.closures[at] as Node));
    }
    body.slices.forEach((place, at) => {
      const whole = context.view(given.sequences[at] as Node);
      views.set(place, turnView(whole, depth, turns, reverse));
    });
    for (const [at, { value }] of body.carries.entries()) {
      const index = outputs.findIndex((one) => one.kind === "last" && one.value === value);
      const view =
        index >= 0 ? roomOf(index) : context.scratch(value.shape, value.type, `${label} carry`);
      views.set(value, view);
      const input = context.view(given.inits[at] as Node);
      context.emit({ kind: "copy", input, output: view, label });
    }
    outputs.forEach(({ kind, value }, index) => {
      const first = outputs.findIndex((one) => one.kind === "last" && one.value === value);
      if (kind !== "last" || first === index) return;
      throw new Error("compile: a carry is one result of a loop");
    });
    const targets = new Map<Node, View>();
    const kept: { readonly value: Node; readonly view: View }[] = [];
    outputs.forEach(({ kind, value }, index) => {
      if (kind === "last") return;
      const view = turnView(roomOf(index), depth, turns, reverse);
      kept.push({ value, view });
      if (!views.has(value) && !targets.has(value)) targets.set(value, view);
    });
    const nexts = body.carries.map(({ next }) => next);
    const inside = floatsInside(
      node,
      floats,
      joinLoops([...nexts, ...kept.map(({ value }) => value)]),
    );
    const { roots } = inside;
    const values = roots.slice(nexts.length);
    // If inner loops are joined, the nodes that depend on them are new nodes.
    const moved = new Map(
      kept.flatMap(({ value }, at) => {
        const view = targets.get(value);
        return view === undefined ? [] : [[values[at] as Node, view] as const];
      }),
    );
    const order = topological(roots);
    const olds = new Map(body.carries.map(({ value }, at) => [roots[at] as Node, value]));
    const fusion = fusionOf(order, roots, unfused, { floatOf: inside.floats.of, olds });
    const units = unitsOf(order, roots, fusion);
    const first = buffers.length;
    const inner = loopLowering(inside.floats, unfused, depth + 1);
    const around = { buffers, views, targets: moved };
    const lowered = lower(units, order, fusion, inside.floats, inner, around);
    const steps: Step[] = [...lowered.steps];
    kept.forEach(({ view }, at) => {
      const input = lowered.viewOf(values[at] as Node);
      if (!sameView(input, view)) steps.push({ kind: "copy", input, output: view, label });
    });
    const destinations = body.carries.map(({ value }, at) => {
      return { from: lowered.viewOf(roots[at] as Node), to: views.get(value) as View };
    });
    const joined = unfused ? steps : joinRows(steps, buffers, destinations, first);
    const settled = settle(joined, buffers, destinations, first);
    const step: LoopStep = { kind: "loop", turns, body: settled, label };
    context.emit(step);
  };
}
