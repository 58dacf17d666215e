import { type ConvolveStep, literal, sizeOf } from "@metrigrad/tensor";
import { Kernel } from "../wgsl/kernel.ts";
import { coordinateLines, positionText, scaled } from "../wgsl/layout.ts";
import { factorOf, inQuads, placeOf } from "./factors.ts";
import type { Lower } from "./lower.ts";
import { map } from "./map.ts";
import type { Factor } from "./product/factor.ts";
import { productDispatches } from "./product/product.ts";

/** Lowers a convolution to a tiled product over channels and taps, whose second factor is zero beyond its ends. */
export const convolve: Lower<ConvolveStep> = (step, memory) => {
  const { a, b, shift, dilation, output, when } = step;
  if (a.shape.includes(0) || b.shape.includes(0)) {
    const zero = { shape: output.shape, inputs: [], exprs: [literal(0)], outputs: [output] };
    return map({ kind: "map", label: step.label, ...(when && { when }), ...zero }, memory);
  }
  const kernel = new Kernel(memory);
  const [left, right, target] = [kernel.read(a), kernel.read(b), kernel.write(output)];
  kernel.when(when);
  const lead = a.shape.length - 2 - shift.length;
  const batch = a.shape.slice(0, lead);
  const taps = a.shape.slice(lead + 2);
  const lengths = b.shape.slice(lead + 1);
  const places = output.shape.slice(lead + 1);
  const factor = factorOf(kernel, left, a, "a", {
    ...{ lead, outer: [lead, lead + 1], inner: [lead + 1, a.shape.length] },
  });
  const strides = b.strides.slice(lead);
  const met: Factor = {
    lines: [`let bFrom = ${positionText(b.strides.slice(0, lead), "l")};`],
    load: (at, along) => {
      const channel = `((${along}) / ${sizeOf(taps)}u)`;
      // Places before the first one wrap around, and so are beyond the last one too.
      const found = lengths.map((_, axis) => {
        const [place, tap] = [coordinate(at, places, axis), coordinate(along, taps, axis)];
        const [from, by] = [(shift[axis] as number) >>> 0, dilation[axis] as number];
        return `(${place} + ${from}u - ${tap} * ${by}u)`;
      });
      const inside = found.map((one, axis) => `${one} < ${lengths[axis]}u`).join(" && ");
      const terms = [channel, ...found].map((one, axis) => scaled(one, strides[axis] as number));
      return `select(0.0, ${right.load(`(bFrom + ${terms.join(" + ")})`)}, ${inside || "true"})`;
    },
    alongSum: false,
    quad: null,
  };
  const place = placeOf(kernel, output, lead, lead + 1);
  const quads = inQuads(kernel, output, [lead + 1, output.shape.length]);
  const finish = { lines: [], stores: [{ target, place, value: "value" }], quads };
  const product = {
    step: `${step.kind} ${taps}/${dilation}`,
    batches: sizeOf(batch),
    ...{ m: a.shape[lead] as number, n: sizeOf(places), k: sizeOf(a.shape.slice(lead + 1)) },
    a: { ...factor, lines: [...coordinateLines("batch", batch, "l"), ...factor.lines] },
    ...{ b: met, lower: false, finish },
  };
  return productDispatches(kernel, product, when !== undefined);
};

/** Returns the coordinate along one axis from a row-major index. */
function coordinate(index: string, shape: readonly number[], axis: number): string {
  return `(((${index}) / ${sizeOf(shape.slice(axis + 1))}u) % ${shape[axis]}u)`;
}
