import { coreOps, type Node, type Op, type ReduceAttrs, type WindowsAttrs } from "@metrigrad/graph";
import { sizeOf } from "@metrigrad/tensor";
import { typeNumber } from "../proto/encode.ts";
import { entry, type HandlerEntry, type Writer } from "./writer.ts";

/** Reductions, positions and running sums. */
export const reduceHandlers: readonly HandlerEntry[] = [
  entry(coreOps.sum, ({ inputs, attrs: { axes } }, to) => {
    const [x] = inputs as [Node];
    const windows = pooled(x, axes);
    if (windows?.every(({ dilation }) => dilation === 1)) {
      const mean = to.add("AveragePool", [to.nameOf(x.inputs[0] as Node)], poolAttrs(windows));
      const count = sizeOf(windows.map(({ size }) => size));
      return to.add("Mul", [mean, to.number(count, "float")]);
    }
    return to.add("ReduceSum", [to.nameOf(x), to.integers(axes)], { keepdims: 0 });
  }),
  largest(coreOps.max),
  largest(coreOps.firstMax),
  entry(coreOps.min, ({ inputs, attrs: { axes } }, to) =>
    to.add("ReduceMin", [to.nameOf(inputs[0] as Node)], { axes, keepdims: 0 }),
  ),
  entry(coreOps.prod, ({ inputs, attrs: { axes } }, to) =>
    to.add("ReduceProd", [to.nameOf(inputs[0] as Node)], { axes, keepdims: 0 }),
  ),
  position(coreOps.argMax, "ArgMax"),
  position(coreOps.argMin, "ArgMin"),
  entry(coreOps.argsort, (node, to) => {
    const { axis, descending } = node.attrs;
    const [x] = node.inputs as [Node];
    const count = to.integers([x.shape[axis] as number]);
    const whole = x.type === "bool" || x.type === "u32" || x.type === "u8";
    const own = to.nameOf(x);
    const inputs = [whole ? to.add("Cast", [own], { to: typeNumber("i64") }) : own, count];
    const order = to.add("TopK", inputs, { axis, largest: Number(descending), sorted: 1 }, 1);
    return asI32(order, to);
  }),
  entry(coreOps.cumsum, ({ inputs, attrs: { axis, reverse, exclusive } }, to) => {
    const attrs = { reverse: Number(reverse), exclusive: Number(exclusive) };
    return to.add("CumSum", [to.nameOf(inputs[0] as Node), to.number(axis, "i32")], attrs);
  }),
];

function largest(op: Op<ReduceAttrs>): HandlerEntry {
  return entry(op, ({ inputs, attrs: { axes } }, to) => {
    const [x] = inputs as [Node];
    const windows = pooled(x, axes);
    if (windows === null) return to.add("ReduceMax", [to.nameOf(x)], { axes, keepdims: 0 });
    const dilations = windows.map(({ dilation }) => dilation);
    const source = to.nameOf(x.inputs[0] as Node);
    return to.add("MaxPool", [source], { ...poolAttrs(windows), dilations });
  });
}

function position(op: Op<{ readonly axis: number }>, name: string): HandlerEntry {
  return entry(op, ({ inputs, attrs: { axis } }, to) =>
    asI32(to.add(name, [to.nameOf(inputs[0] as Node)], { axis, keepdims: 0 }), to),
  );
}

function asI32(name: string, to: Writer): string {
  return to.add("Cast", [name], { to: typeNumber("i32") });
}

/** Returns the windows of all axes of images [n, c, …] if exactly the places in the windows are reduced. Null otherwise. */
function pooled(x: Node, axes: readonly number[]): WindowsAttrs["windows"] | null {
  if (x.op !== (coreOps.windows as Op) || x.type !== "float") return null;
  const { windows } = (x as Node<WindowsAttrs>).attrs;
  const rank = (x.inputs[0] as Node).shape.length;
  if (windows.length > 3 || rank !== windows.length + 2 || axes.length !== windows.length)
    return null;
  const fits = windows.every(({ axis, dilation }, at) => {
    return axis === at + 2 && dilation > 0 && axes[at] === rank + at;
  });
  return fits ? windows : null;
}

function poolAttrs(windows: WindowsAttrs["windows"]) {
  return {
    kernel_shape: windows.map(({ size }) => size),
    strides: windows.map(({ stride }) => stride),
  };
}
