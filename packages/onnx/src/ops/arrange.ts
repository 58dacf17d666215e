import { cast, clip, coreOps, type Node, type PlaceAttrs, reshape } from "@metrigrad/graph";
import { GraphError } from "@metrigrad/tensor";
import { typeNumber } from "../proto/encode.ts";
import { entry, type HandlerEntry, type Writer } from "./writer.ts";

/** An end that is before the first position of every axis. */
const beforeAll = -(2 ** 40);

/** Ops that arrange elements. */
export const arrangeHandlers: readonly HandlerEntry[] = [
  entry(coreOps.broadcastTo, ({ inputs, shape }, to) =>
    to.add("Expand", [to.nameOf(inputs[0] as Node), to.integers(shape)]),
  ),
  entry(coreOps.reshape, ({ inputs, shape }, to) =>
    to.add("Reshape", [to.nameOf(inputs[0] as Node), to.integers(shape)], { allowzero: 1 }),
  ),
  entry(coreOps.transpose, ({ inputs, attrs: { axes } }, to) =>
    to.add("Transpose", [to.nameOf(inputs[0] as Node)], { perm: axes }),
  ),
  entry(coreOps.slice, ({ inputs, attrs: { begin, shape, step } }, to) => {
    const [x] = inputs as [Node];
    const axes = x.shape.flatMap((n, axis) => {
      return shape[axis] === n && (step[axis] as number) > 0 ? [] : [axis];
    });
    const ends = begin.map((from, axis) => {
      const by = step[axis] as number;
      const end = from + by * (shape[axis] as number);
      return end < 0 ? beforeAll : end;
    });
    const chosen = (list: readonly number[]) =>
      to.integers(axes.map((axis) => list[axis] as number));
    return to.add("Slice", [
      ...[to.nameOf(x), chosen(begin), chosen(ends), to.integers(axes), chosen(step)],
    ]);
  }),
  entry(coreOps.pad, padded),
  entry(coreOps.concat, ({ inputs, attrs: { axis } }, to) =>
    to.add(
      "Concat",
      inputs.map((one) => to.nameOf(one)),
      { axis },
    ),
  ),
  entry(coreOps.iota, ({ attrs: { size } }, to) => {
    const end = to.add("Squeeze", [to.integers([size])]);
    const own = to.add("Cast", [end], { to: typeNumber("i32") });
    return to.add("Range", [to.number(0, "i32"), own, to.number(1, "i32")]);
  }),
  entry(coreOps.gather, ({ inputs, attrs: { type } }, to) => {
    const [source, indices] = inputs as [Node, Node];
    // ONNX refuses positions that are out of range.
    const places = clip(indices, 0, (source.shape[0] as number) - 1);
    const rows = to.add("Gather", [to.nameOf(source), to.nameOf(places)], { axis: 0 });
    return source.type === type ? rows : to.add("Cast", [rows], { to: typeNumber(type) });
  }),
  entry(coreOps.scatterAdd, ({ inputs, shape, type, attrs: { rows } }, to) => {
    const [indices, updates] = inputs as [Node, Node];
    const places = to.nameOf(reshape(clip(indices, 0, rows - 1), [...indices.shape, 1]));
    const own = to.add("Cast", [places], { to: typeNumber("i64") });
    const zeros = to.add("Expand", [to.number(0, type), to.integers(shape)]);
    return to.add("ScatterND", [zeros, own, to.nameOf(updates)], { reduction: "add" });
  }),
  entry(coreOps.windows, ({ inputs, attrs: { windows }, shape }, to) => {
    const [x] = inputs as [Node];
    let name = to.nameOf(x);
    let rank = x.shape.length;
    for (const { axis, size, stride, dilation } of windows) {
      const count = shape[axis] as number;
      const first = dilation < 0 ? -dilation * (size - 1) : 0;
      const places = Array.from({ length: count * size }, (_, k) => {
        return Math.floor(k / size) * stride + first + (k % size) * dilation;
      });
      const apart = to.add("Gather", [name, to.integers(places, [count, size])], { axis });
      // The places in a window stand behind the axis, and belong to the end.
      const order = Array.from({ length: rank + 1 }, (_, one) => one);
      name = to.add("Transpose", [apart], { perm: [...order.toSpliced(axis + 1, 1), axis + 1] });
      rank += 1;
    }
    return name;
  }),
  entry(coreOps.double, ({ inputs }, to) => to.nameOf(inputs[0] as Node)),
  entry(coreOps.single, ({ inputs }, to) => to.nameOf(inputs[0] as Node)),
];

/** Writes each part with the rest of the value around it, and their sum. */
function padded(
  { inputs, attrs: { shape, parts, value }, type, scope }: Node<PlaceAttrs>,
  to: Writer,
): string {
  const [name, ...others] = parts.map((part, at) => {
    const x = inputs[at] as Node;
    if (part.step.some((by) => by !== 1) || (parts.length > 1 && value !== 0)) {
      throw new GraphError({
        where: "onnxBytes",
        must: "values must be placed without gaps",
        got: `pad${scope === "" ? "" : ` in ${scope}`} with steps ${part.step.join(", ")}`,
        todo: "leave that part out of the exported model",
      });
    }
    const after = shape.map((n, axis) => {
      return n - (part.begin[axis] as number) - (part.shape[axis] as number);
    });
    const filled = type === "bool" ? cast(x, "i32") : x;
    const own = filled.type;
    const widths = to.integers([...part.begin, ...after]);
    const made = to.add("Pad", [to.nameOf(filled), widths, to.number(value, own)], {
      mode: "constant",
    });
    return own === type ? made : to.add("Cast", [made], { to: typeNumber(type) });
  });
  return others.reduce((sum, one) => to.add("Add", [sum, one]), name as string);
}
