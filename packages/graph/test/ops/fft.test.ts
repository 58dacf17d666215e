import test from "tape";
import { fft, ifft, input, irfft, rfft } from "../../src/index.ts";

test("Fourier transforms refuse what does not fit", (t) => {
  const x = input("x", [2, 4]);
  t.throws(
    () => fft({ re: x, im: input("y", [2, 3]) }),
    /^ShapeError: fft: re and im must have one shape, .* got \[2, 4\] and \[2, 3\]/,
  );
  t.throws(() => rfft(input("n", [3], "i32")), /^ShapeError: rfft: .* got i32 \[3\]; cast/);
  t.throws(() => ifft(input("e", [0])), /^ShapeError: ifft: .* an element on axis 0/);
  t.throws(() => fft(x, { axis: 2 }), /^ShapeError: fft: axis must be an integer/);
  t.throws(
    () => irfft(x, { n: 9 }),
    /^ShapeError: irfft: n must be 6 or 7 for 4 frequencies, got 9; choose/,
  );
  t.end();
});
