import { defElementwise, less, mul, type Node, reciprocal, square, where } from "@metrigrad/graph";

/** From this κ on the asymptotic series are used. */
const far = 20;
const nearTerms = 60;
const farTerms = 30;

/** Returns a sum of terms as a polynomial in Horner's form. */
function horner(coefficients: readonly number[], x: string): string {
  const [last = 0, ...rest] = [...coefficients].reverse();
  return rest.reduce((text, c) => `(${c} + ${x}*${text})`, String(last));
}

/** Returns coefficients whose ratios are given. */
function series(first: number, count: number, ratio: (k: number) => number): number[] {
  const found = [first];
  for (let k = 1; k < count; k++) found.push((found[k - 1] as number) * ratio(k));
  return found;
}

/** κ²/4 as a multiple of t = (κ/far)². All powers of t are numbers of float32. */
const step = far ** 2 / 4;

// The series in t have positive terms (Abramowitz and Stegun 9.6.10, and 9.1.14 for products of two Bessel functions).
/** I₀. */
const zero = horner(
  series(1, nearTerms, (k) => step / k ** 2),
  "t",
);
/** 2I₁/κ. */
const one = horner(
  series(1, nearTerms, (k) => step / (k * (k + 1))),
  "t",
);
/** 2(I₀² − I₀I₁/κ − I₁²), whose k-th term is (2k)!/(k!⁴(k + 1)²) (κ²/4)ᵏ. */
const spread = horner(
  series(1, nearTerms, (k) => (step * 2 * k * (2 * k - 1)) / (k ** 2 * (k + 1) ** 2)),
  "t",
);

// In w = 1/κ: I₀ = e^κ S/√(2πκ) (Abramowitz and Stegun 9.7.1).
const asymptotic = series(1, farTerms, (k) => (2 * k - 1) ** 2 / (8 * k));
const S = horner(asymptotic, "w");
/** −κ²S′ and κ³S″ of the derivatives by κ. */
const S1 = horner(asymptotic.map((c, k) => k * c).slice(1), "w");
const S2 = horner(asymptotic.map((c, k) => k * (k + 1) * c).slice(1), "w");

const nearLn = defElementwise({ name: "lnBessel0", args: ["t"], f: `log(${zero})` });
const nearAcross = defElementwise({
  name: "besselRatio",
  args: ["t"],
  f: `0.5*${one}/${zero}`,
});
const nearAlong = defElementwise({
  name: "besselSpread",
  args: ["t"],
  f: `0.5*${spread}/(${zero}*${zero})`,
});
const farLn = defElementwise({
  name: "lnBessel0",
  args: ["w"],
  f: `1/w + 0.5*log(w) - ${0.5 * Math.log(2 * Math.PI)} + log(${S})`,
});
const farAcross = defElementwise({
  name: "besselRatio",
  args: ["w"],
  f: `w*(1 - 0.5*w - w*w*${S1}/${S})`,
});
const farAlong = defElementwise({
  name: "besselSpread",
  args: ["w"],
  f: `w*w*(0.5 + w*${S2}/${S} - w*w*(${S1}/${S})*(${S1}/${S}))`,
});

/** Returns one of two forms by κ. Each form only gets numbers at which it is finite. */
function either(near: (t: Node) => Node, beyond: (w: Node) => Node): (kappa: Node) => Node {
  return (kappa) => {
    const isNear = less(kappa, far);
    const small = where(isNear, kappa, far);
    const large = where(isNear, far, kappa);
    return where(isNear, near(square(mul(small, 1 / far))), beyond(reciprocal(large)));
  };
}

/** ln I₀(κ) for κ ≥ 0, with an error below 1e-13 of max(1, κ) in float64. */
export const lnBessel0 = either(nearLn, farLn);

/** A/κ for A = I₁(κ)/I₀(κ) and κ ≥ 0; it is ½ at 0. */
export const besselRatio = either(nearAcross, farAcross);

/** A′(κ) = 1 − A/κ − A², computed without this difference; it is ½ at 0. */
export const besselSpread = either(nearAlong, farAlong);
