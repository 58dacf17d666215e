/** Sliding windows and folding. Each is the other's adjoint, so they share a file. */
import { arg, literal, type Shape, sizeOf, type View } from "@metrigrad/tensor";
import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { reshape } from "./reshape.ts";
import { subView } from "./selection.ts";
import { pad, placeOp, slice } from "./slice.ts";
import { transpose } from "./transpose.ts";

/**
 * The windows of one axis.
 *
 * @category Graph: own ops
 */
export interface AxisWindows {
  /** The axis, counted from the front. */
  readonly axis: number;
  /** The number of places in a window. */
  readonly size: number;
  /** The places from the begin of one window to the begin of the next. */
  readonly stride: number;
  /**
   * The places from one element of a window to the next. A negative number runs backwards from the
   * last place.
   */
  readonly dilation: number;
}

/**
 * Attributes of windows. A windowed axis counts windows, and for each of them a last axis has the places in a window.
 *
 * @category Graph: own ops
 */
export interface WindowsAttrs {
  /** The axes that are windowed. */
  readonly windows: readonly AxisWindows[];
}

/** Attributes of folding: the windows, and the shape of the value that they were taken from. */
export interface FoldAttrs extends WindowsAttrs {
  readonly shape: Shape;
}

/** Returns how far a window reaches beyond its first place. */
export const reach = ({ size, dilation }: AxisWindows) => (size - 1) * Math.abs(dilation);

/** Returns how many windows fit in an axis of a length. */
export function windowCount(length: number, window: AxisWindows): number {
  return Math.max(0, Math.floor((length - reach(window) - 1) / window.stride) + 1);
}

/** Returns the shape of the windows of a value. */
function windowsShape(shape: Shape, { windows }: WindowsAttrs): number[] {
  const counts = [...shape];
  for (const window of windows) {
    counts[window.axis] = windowCount(shape[window.axis] as number, window);
  }
  return [...counts, ...windows.map(({ size }) => size)];
}

/** Returns the windows of a view. */
function windowsView(view: View, { windows }: WindowsAttrs): View {
  const strides = [...view.strides];
  let { offset } = view;
  for (const window of windows) {
    const by = view.strides[window.axis] as number;
    strides[window.axis] = by * window.stride;
    strides.push(by * window.dilation);
    if (window.dilation < 0) offset += by * reach(window);
  }
  return { ...view, shape: windowsShape(view.shape, { windows }), strides, offset };
}

/** Moves the windowed axes by one, behind a new first axis. */
const shifted = (windows: readonly AxisWindows[]) =>
  windows.map((window) => ({ ...window, axis: window.axis + 1 }));

/**
 * A view whose elements may overlap. A windowed axis counts windows, and for each of them a last
 * axis has the places in a window.
 */
export const windowsOp: Op<WindowsAttrs> = {
  name: "windows",
  infer: ([x], attrs) => ({
    shape: windowsShape((x as Node).shape, attrs),
    type: (x as Node).type,
  }),
  vjp: (node, cotangent) => {
    const { shape } = node.inputs[0] as Node;
    return [makeNode(foldOp, [cotangent], { windows: node.attrs.windows, shape })];
  },
  batch: ({ attrs }, [x]) => makeNode(windowsOp, [x as Node], { windows: shifted(attrs.windows) }),
  lower: (node, context) =>
    context.place(node, windowsView(context.view(node.inputs[0] as Node), node.attrs)),
};

// The fold is x̄[j] = Σ_κ p̄[(j − δκ − b)/s, κ], summed over the windows that have the place j. δ
// is the dilation, s the stride, and b the place of element 0 of the first window.
export const foldOp: Op<FoldAttrs> = {
  name: "fold",
  infer: ([p], { shape }) => ({ shape, type: (p as Node).type }),
  vjp: ({ attrs: { windows } }, cotangent) => [makeNode(windowsOp, [cotangent], { windows })],
  batch: ({ attrs }, [p], _, size) =>
    makeNode(foldOp, [p as Node], {
      windows: shifted(attrs.windows),
      shape: [size, ...attrs.shape],
    }),
  rewrite: (node) => {
    const at = node.attrs.windows.findIndex(({ stride }) => stride > 1);
    return at < 0 ? node : foldStrided(node, at);
  },
  // Every stride is 1 here. The step writes the windows among zeros, and then sums over a skewed
  // view of them.
  lower: (node, context) => {
    const [p] = node.inputs as [Node];
    const { windows } = node.attrs;
    const label = context.label(node);
    const rank = node.shape.length;
    const margin = p.shape.map((_, axis) => {
      const window = windows.find((one) => one.axis === axis);
      return window === undefined ? 0 : reach(window);
    });
    const shape = p.shape.map((n, axis) => n + 2 * (margin[axis] as number));
    const room = context.scratch(shape, p.type, label);
    const step = shape.map(() => 1);
    context.emit({
      ...{ kind: "map", label, shape, inputs: [], exprs: [literal(0)], outputs: [room] },
    });
    const inside = subView(room, { begin: margin, shape: p.shape, step });
    if (sizeOf(p.shape) > 0)
      context.emit({ kind: "copy", label, input: context.view(p), output: inside });
    const strides = [...room.strides];
    let { offset } = room;
    windows.forEach(({ axis, dilation, size }, k) => {
      const by = room.strides[axis] as number;
      strides[rank + k] = (strides[rank + k] as number) - dilation * by;
      if (dilation > 0) offset += dilation * (size - 1) * by;
    });
    const whole = [...node.shape, ...windows.map(({ size }) => size)];
    context.emit({
      kind: "reduce",
      label,
      shape: whole,
      axes: windows.map((_, k) => rank + k),
      inputs: [{ ...room, shape: whole, strides, offset }],
      exprs: [arg(0)],
      ops: ["sum"],
      outputs: [context.result(node)],
    });
  },
};

/**
 * Folds one axis with stride s > 1 without wasted work, and leaves the other axes. Without
 * dilation, place κ = s·q + r of window i falls on s·(i + q) + r. So r becomes the position within
 * s, and i and q are folded with stride 1. With dilation, each place of the windows is put where it
 * falls, and elements at the same place are added.
 */
function foldStrided({ inputs, attrs }: Node<FoldAttrs>, at: number): Node {
  const [p] = inputs as [Node];
  const { windows, shape } = attrs;
  const rank = shape.length;
  const window = windows[at] as FoldAttrs["windows"][number];
  const { axis, size, stride, dilation } = window;
  const others = windows.filter((_, k) => k !== at);
  const finish = (folded: Node): Node =>
    others.length === 0 ? folded : makeNode(foldOp, [folded], { windows: others, shape });
  const length = shape[axis] as number;
  const place = rank + at;
  if (dilation !== 1) {
    const whole = p.shape.toSpliced(place, 1).with(axis, length);
    const zeros = whole.map(() => 0);
    const ones = whole.map(() => 1);
    const back = dilation < 0 ? -dilation * (size - 1) : 0;
    const one = p.shape.toSpliced(place, 1);
    const values = Array.from({ length: size }, (_, k) =>
      reshape(slice(p, [...p.shape.slice(0, place).map(() => null), [k, k + 1]]), one),
    );
    const parts = values.map((_, k) => ({
      begin: zeros.with(axis, back + dilation * k),
      shape: one,
      step: ones.with(axis, stride),
    }));
    return finish(makeNode(placeOp, values, { shape: whole, parts, value: 0 }));
  }
  const turns = Math.ceil(size / stride);
  const count = p.shape[axis] as number;
  const padded = pad(p, [
    ...p.shape.slice(0, place).map(() => [0, 0] as const),
    [0, turns * stride - size],
  ]);
  // The shape is [s…, κ…], with κ split into q and r.
  const split = reshape(padded, p.shape.toSpliced(place, 1, turns, stride));
  const axes = [...split.shape.keys()].filter((one) => one !== place && one !== place + 1);
  const [rows, places] = [axes.slice(0, axis + 1), axes.slice(axis + 1)];
  // r comes directly after the axis. q comes last, where folding expects it.
  const ordered = transpose(split, [...rows, place + 1, ...places, place]);
  const long = count + turns - 1;
  const inner = ordered.shape.slice(0, -1).with(axis, long);
  const once =
    turns === 1
      ? reshape(ordered, inner)
      : makeNode(foldOp, [ordered], {
          windows: [{ axis, size: turns, stride: 1, dilation: 1 }],
          shape: inner,
        });
  const merged = reshape(once, inner.toSpliced(axis, 2, long * stride));
  const cut = long * stride >= length ? length : long * stride;
  const ranges = merged.shape.map((n, one) => [0, one === axis ? cut : n] as const);
  const widths = merged.shape.map((_, one) => [0, one === axis ? length - cut : 0] as const);
  const whole = pad(slice(merged, ranges), widths);
  return finish(whole);
}
