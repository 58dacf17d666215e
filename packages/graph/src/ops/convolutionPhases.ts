import { makeNode, type Node } from "../core/node.ts";
import { concat } from "./concat.ts";
import { contractOp } from "./contract.ts";
import { type ConvolutionAttrs, indices, resized } from "./convolutionAttrs.ts";
import { fill } from "./fill.ts";
import { reshape } from "./reshape.ts";
import { slice } from "./slice.ts";
import { windowsOp } from "./windowsOp.ts";

/**
 * Describes how the places s·v + r of an axis are computed: by which places (taps) of the kernel,
 * and from which elements of ȳ.
 */
export interface Phase {
  /** The first tap. The taps are first, first + by, … */
  readonly first: number;
  /** The distance from one tap to the next. */
  readonly by: number;
  /** The number of taps. */
  readonly count: number;
  /** Place v uses ȳ[v + shift − t·dilation] for its tap t. */
  readonly shift: number;
  /** The distance in ȳ from one tap to the next. */
  readonly dilation: number;
}

/** The phases of one axis: one for each remainder r of a place divided by the stride s. */
export interface AxisPhases {
  /** The phases, in the order of their remainders. */
  readonly phases: readonly Phase[];
  /** The number of places v of each phase. The last place may lie beyond the end of the axis. */
  readonly places: number;
}

// Place j uses tap κ where j + before = s·p + δκ. With j = s·v + r these κ satisfy δκ ≡ r + before
// (mod s): every s/gcd(s, δ)-th tap from the first one on. The position in ȳ is p = v + (r + before
// − δκ)/s.
/** Returns the phases of an axis. */
export function phasesOf(attrs: ConvolutionAttrs, i: number): AxisPhases {
  const pick = (list: readonly number[]) => list[i] as number;
  const [s, delta, taps] = [pick(attrs.stride), pick(attrs.dilation), pick(attrs.kernel)];
  const [before] = attrs.padding[i] as readonly [number, number];
  const common = gcd(s, delta);
  const phases = Array.from({ length: s }, (_, r): Phase => {
    const found = Array.from({ length: taps }, (_, tap) => tap).filter(
      (tap) => (r + before - delta * tap) % s === 0,
    );
    const [first = 0] = found;
    const shift = (r + before - delta * first) / s;
    return { first, by: s / common, count: found.length, shift, dilation: delta / common };
  });
  return { phases, places: Math.ceil(pick(attrs.size) / s) };
}

/** Returns the greatest common divisor. */
function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/**
 * Computes x̄ with one product for each phase. A phase has the places with the same remainders by
 * the stride on all axes. These places use a part of the kernel with stride 1. The results of all
 * phases are interleaved.
 */
export function byPhases([y, w]: readonly [Node, Node], attrs: ConvolutionAttrs): Node {
  const axes = attrs.size.map((_, i) => phasesOf(attrs, i));
  // Adds to ȳ as many zeros as any phase needs. Each phase takes a part of the result.
  const out = y.shape.slice(3);
  const margins = axes.map(({ phases, places }, i): readonly [number, number] => {
    const own = phases.filter(({ count }) => count > 0);
    const before = own.map(({ shift, dilation, count }) => dilation * (count - 1) - shift);
    const after = own.map(({ shift }) => places + shift - (out[i] as number));
    return [Math.max(0, ...before), Math.max(0, ...after)];
  });
  const padded = resized(y, 3, margins);
  const { places, taps, at } = indices(attrs);
  const channels = w.shape[0] as number;
  const shape = [...y.shape.slice(0, 2), channels, ...axes.map((axis) => axis.places)];
  const product = (chosen: readonly Phase[]): Node => {
    if (chosen.some(({ count }) => count === 0)) return fill(shape, 0);
    const ranges = chosen.map(({ shift, dilation, count }, i): readonly [number, number] => {
      const begin = (margins[i]?.[0] as number) + shift - dilation * (count - 1);
      return [begin, begin + (axes[i]?.places as number) + dilation * (count - 1)];
    });
    const part = slice(padded, [null, null, null, ...ranges]);
    const windows = chosen.map(({ count, dilation }, i) => ({
      ...{ axis: 3 + i, size: count, stride: 1, dilation: -dilation },
    }));
    const met = makeNode(windowsOp, [part], { windows });
    const kernel = slice(w, [
      null,
      ...chosen.map(({ first, by, count }) => [first, first + (count - 1) * by + 1, by] as const),
    ]);
    return makeNode(contractOp, [met, kernel], {
      a: [at.n, at.g, at.o, ...places, ...taps],
      b: [at.c, ...taps, at.g, at.o],
      out: [at.n, at.g, at.c, ...places],
    });
  };
  /**
   * Interleaves the phases of the axes from `i` on. A new axis follows each axis that has several
   * phases.
   */
  const join = (chosen: readonly Phase[]): Node => {
    const i = chosen.length;
    if (i === axes.length) {
      const interleaved = axes.flatMap(({ places: n }) => [n, 1]);
      return reshape(product(chosen), [...shape.slice(0, 3), ...interleaved]);
    }
    const parts = (axes[i] as AxisPhases).phases.map((phase) => join([...chosen, phase]));
    return parts.length === 1 ? (parts[0] as Node) : concat(parts, 3 + 2 * i + 1);
  };
  const merged = axes.map(({ places: n, phases }) => n * phases.length);
  const whole = reshape(join([]), [...shape.slice(0, 3), ...merged]);
  const ranges = attrs.size.map((n): readonly [number, number] => [0, n]);
  return slice(whole, [null, null, null, ...ranges]);
}
