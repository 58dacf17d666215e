import {
  type ConvolutionAttrs,
  coreOps,
  type Node,
  reshape,
  slice,
  transpose,
} from "@metrigrad/graph";
import { sizeOf } from "@metrigrad/tensor";
import { entry, type HandlerEntry, type Writer } from "./writer.ts";

/** Products of matrices, contractions and convolutions. */
export const productHandlers: readonly HandlerEntry[] = [
  entry(coreOps.matmul, ({ inputs }, to) =>
    to.add(
      "MatMul",
      inputs.map((one) => to.nameOf(one)),
    ),
  ),
  entry(coreOps.contract, ({ inputs, attrs: { a, b, out } }, to) => {
    const letters = (list: readonly number[]) =>
      list.map((one) => String.fromCharCode(97 + one)).join("");
    const equation = `${letters(a)},${letters(b)}->${letters(out)}`;
    return to.add(
      "Einsum",
      inputs.map((one) => to.nameOf(one)),
      { equation },
    );
  }),
  entry(coreOps.convolution, (node, to) => {
    const [x, w] = node.inputs as [Node, Node];
    const { kernel, stride, dilation, padding } = node.attrs;
    // ONNX has no negative padding.
    const cut = slice(x, [null, null, null, ...padding.map((both, at) => within(x, at, both))]);
    const pads = [0, 1].flatMap((side) => padding.map((both) => Math.max(0, both[side] as number)));
    const attrs = { kernel_shape: kernel, strides: stride, dilations: dilation, pads };
    const group = x.shape[1] as number;
    const made = to.add("Conv", [merged(cut, to), kernelOf(w, to)], { ...attrs, group });
    return to.add("Reshape", [made, to.integers(node.shape)]);
  }),
  entry(coreOps.convolutionInput, (node, to) => {
    const [y, w] = node.inputs as [Node, Node];
    const { kernel, stride, dilation, padding } = node.attrs;
    const attrs = { kernel_shape: kernel, strides: stride, dilations: dilation };
    const group = y.shape[1] as number;
    const whole = to.add("ConvTranspose", [merged(y, to), kernelOf(w, to)], { ...attrs, group });
    const own = to.add("Pad", [whole, to.integers(margins(y, node.attrs)), to.number(0, "float")], {
      mode: "constant",
    });
    const none = padding.every(([before, after]) => before === 0 && after === 0);
    return to.add("Reshape", [none ? whole : own, to.integers(node.shape)]);
  }),
];

/** Returns the range of an axis without what negative padding cuts off. */
function within(x: Node, at: number, [before, after]: readonly [number, number]) {
  const n = x.shape[3 + at] as number;
  return [Math.max(0, -before), n - Math.max(0, -after)] as const;
}

/** Returns the zeros to add before and after each axis of a whole transposed convolution; negative numbers cut. */
function margins(y: Node, { size, kernel, stride, dilation, padding }: ConvolutionAttrs): number[] {
  const before = padding.map(([own]) => -own);
  const after = size.map((n, at) => {
    const steps = ((y.shape[3 + at] as number) - 1) * (stride[at] as number);
    const whole = steps + (dilation[at] as number) * ((kernel[at] as number) - 1) + 1;
    return n - whole - (before[at] as number);
  });
  return [0, 0, ...before, 0, 0, ...after];
}

/** Returns the name of x [n, g, c, size…] as [n, g·c, size…]. */
function merged(x: Node, to: Writer): string {
  const [n = 0, groups = 0, channels = 0, ...size] = x.shape;
  return to.nameOf(reshape(x, [n, groups * channels, ...size]));
}

/** Returns the name of w [c, kernel…, g, o] as [g·o, c, kernel…]. */
function kernelOf(w: Node, to: Writer): string {
  const last = w.shape.length - 1;
  const taps = w.shape.slice(1, -2).map((_, at) => at + 1);
  const turned = transpose(w, [last - 1, last, 0, ...taps]);
  const outputs = sizeOf(w.shape.slice(-2));
  return to.nameOf(reshape(turned, [outputs, ...turned.shape.slice(2)]));
}
