/** The arithmetic of WGSL that JavaScript has no sign for. Emitted texts call these functions by name. */

const bits = new ArrayBuffer(4);

export const numbers = {
  F: new Float32Array(bits),
  U: new Uint32Array(bits),
  I: new Int32Array(bits),
  dividedU: (x: number, y: number) => (y === 0 ? x : (x / y) >>> 0),
  restU: (x: number, y: number) => (y === 0 ? 0 : x % y),
  // −2³¹ / −1 wraps around.
  dividedI: (x: number, y: number) => (y === 0 ? x : (x / y) | 0),
  restI: (x: number, y: number) => (y === 0 ? 0 : (x % y) | 0),
  toU: (x: number) => (x > 0 ? Math.min(4294967295, Math.trunc(x)) : 0),
  toI: (x: number) =>
    Number.isNaN(x) ? 0 : Math.min(2147483647, Math.max(-2147483648, Math.trunc(x))) | 0,
  /** Rounds to the nearest whole number, and to the even one of two. */
  toEven: (x: number) => {
    const below = Math.floor(x);
    const part = x - below;
    if (part !== 0.5) return part < 0.5 ? below : below + 1;
    return below % 2 === 0 ? below : below + 1;
  },
};
