import type { Scalar } from "../text/tree.ts";

/** A function of WGSL that acts on each component alone. */
export interface Builtin {
  readonly args: number;
  /** The types that it takes. */
  readonly of: readonly Scalar[];
  /** Returns the result for scalars as JavaScript. */
  readonly js: (of: Scalar, x: string, y: string, z: string) => string;
}

const numbers = ["f32", "i32", "u32"] as const;

const float = (js: (x: string) => string): Builtin => ({
  args: 1,
  of: ["f32"],
  js: (_, x) => js(x),
});

/** The functions that kernels use. Another one is an error until it is added here. */
export const builtins: Readonly<Record<string, Builtin>> = {
  sqrt: float((x) => `f(Math.sqrt(${x}))`),
  floor: float((x) => `Math.floor(${x})`),
  ceil: float((x) => `Math.ceil(${x})`),
  trunc: float((x) => `Math.trunc(${x})`),
  round: float((x) => `toEven(${x})`),
  sign: { args: 1, of: ["f32", "i32"], js: (_, x) => `Math.sign(${x})` },
  abs: {
    ...{ args: 1, of: numbers },
    js: (of, x) => (of === "i32" ? `(Math.abs(${x})|0)` : `Math.abs(${x})`),
  },
  min: { args: 2, of: numbers, js: (_, x, y) => `Math.min(${x},${y})` },
  max: { args: 2, of: numbers, js: (_, x, y) => `Math.max(${x},${y})` },
  clamp: { args: 3, of: numbers, js: (_, x, y, z) => `Math.min(Math.max(${x},${y}),${z})` },
  fma: { args: 3, of: ["f32"], js: (_, x, y, z) => `f(${x}*${y}+${z})` },
};

/** Returns a scalar in another type as JavaScript, as `u32(x)` and its like convert it. */
export function castText(from: Scalar, to: Scalar, x: string): string {
  if (from === to) return x;
  if (to === "bool") return `(${x}!==0)`;
  if (from === "bool") return `(${x}?1:0)`;
  if (to === "f32") return `f(${x})`;
  if (from === "f32") return `${to === "u32" ? "toU" : "toI"}(${x})`;
  return to === "u32" ? `(${x}>>>0)` : `(${x}|0)`;
}

const viewOf: Readonly<Partial<Record<Scalar, string>>> = { f32: "F", u32: "U", i32: "I" };

/** Returns the bits of a scalar as another type; null if one of the types has no bits. */
export function bitcastText(from: Scalar, to: Scalar, x: string): string | null {
  const [source, target] = [viewOf[from], viewOf[to]];
  if (source === undefined || target === undefined) return null;
  if (from === to) return x;
  if (from !== "f32" && to !== "f32") return castText(from, to, x);
  return `(${source}[0]=${x},${target}[0])`;
}

export const atomics = [
  "atomicLoad",
  "atomicStore",
  "atomicAdd",
  "atomicSub",
  "atomicMax",
  "atomicMin",
  "atomicAnd",
  "atomicOr",
  "atomicXor",
  "atomicExchange",
];
