import { makeNode, type Node } from "../core/node.ts";
import { concat } from "./concat.ts";
import { contractOp } from "./contract.ts";
import { type ConvolutionAttrs, indices, resized } from "./convolutionAttrs.ts";
import { fill } from "./fill.ts";
import { reshape } from "./reshape.ts";
import { slice } from "./slice.ts";
import { windowsOp } from "./windowsOp.ts";

/** What reaches the places s·v + r of an axis: taps of the kernel, and which ȳ they meet. */
export interface Phase {
  /** Taps first, first + by, …, so many. */
  readonly first: number;
  readonly by: number;
  readonly count: number;
  /** Place v takes ȳ[v + shift − t·dilation] for its tap t. */
  readonly shift: number;
  readonly dilation: number;
}

/** One axis by the remainders r of its places divided by the stride s. */
export interface AxisPhases {
  readonly phases: readonly Phase[];
  /** Places v that each phase has; the last one may lie beyond the end. */
  readonly places: number;
}

// Place j meets tap κ where j + before = s·p + δκ. With j = s·v + r those κ have δκ ≡ r + before (mod s): every
// s/gcd(s, δ)-th one from the first on, and p = v + (r + before − δκ)/s.
/** The phases of an axis. */
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

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/**
 * x̄ as one product per phase: the places of one remainder on every axis meet a part of the kernel, with stride 1.
 * Phases are computed side by side where they belong.
 */
export function byPhases([y, w]: readonly [Node, Node], attrs: ConvolutionAttrs): Node {
  const axes = attrs.size.map((_, i) => phasesOf(attrs, i));
  // ȳ with as many zeros as any phase needs, of which each takes its part.
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
  /** The phases of axes from `i` on, interleaved; a new axis follows each one that has several. */
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
