import { walk } from "../../walk.ts";
import type { Kernel } from "../kernel.ts";

/** For each place the sum over all taps and channels. Taps that lie beyond the ends of b do not count. */
export const convolve: Kernel<"convolve"> = ({ a, b, shift, dilation, output }, memory) => {
  const [x, y, target] = [memory.view(a), memory.view(b), memory.view(output)];
  const axes = shift.length;
  const lead = a.shape.length - 2 - axes;
  const inner = a.shape[lead + 1] as number;
  const taps = a.shape.slice(lead + 2);
  const lengths = b.shape.slice(lead + 1);
  const [alongA, alongB] = [x.stride[lead + 1] as number, y.stride[lead] as number];
  const tapStrides = { stride: x.stride.slice(lead + 2), offset: 0 };
  const still = output.shape.slice(lead).map(() => 0);
  const factor = { stride: [...x.stride.slice(0, lead + 1), ...still.slice(1)], offset: x.offset };
  const values = { stride: [...y.stride.slice(0, lead), ...still], offset: y.offset };
  /** Streams that `walk` moves, which count the places and the taps of each axis. */
  const counters = taps.map((_, axis) => axis);
  const place = counters.map((axis) => ({
    stride: output.shape.map((_, at) => (at === lead + 1 + axis ? 1 : 0)),
    offset: shift[axis] as number,
  }));
  const tap = counters.map((axis) => ({
    stride: taps.map((_, at) => (at === axis ? (dilation[axis] as number) : 0)),
    offset: 0,
  }));
  return () =>
    walk(output.shape, [factor, values, target, ...place], ([p, q, to, ...places]) => {
      let sum = 0;
      walk(taps, [tapStrides, ...tap], ([from, ...back]) => {
        const met = places.map((at, axis) => at - (back[axis] as number));
        if (met.some((at, axis) => at < 0 || at >= (lengths[axis] as number))) return;
        let first =
          (q as number) +
          met.reduce((at, n, axis) => at + n * (y.stride[lead + 1 + axis] as number), 0);
        let weight = (p as number) + (from as number);
        for (let i = 0; i < inner; i++) {
          sum += (x.data[weight] as number) * (y.data[first] as number);
          weight += alongA;
          first += alongB;
        }
      });
      target.data[to as number] = sum;
    });
};
