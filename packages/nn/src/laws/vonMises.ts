import {
  add,
  asin,
  atan2,
  cast,
  clip,
  cos,
  div,
  expandDims,
  floor,
  greater,
  less,
  log,
  logicalOr,
  maximum,
  mul,
  type Node,
  neg,
  reciprocal,
  sin,
  slice,
  sqrt,
  square,
  squeeze,
  sub,
  sum,
  uniform,
  where,
} from "@metrigrad/graph";
import { besselRatio, besselSpread, lnBessel0 } from "./bessel.ts";
import { blocksOf, parametersOf } from "./blocks.ts";
import { checkAlike, checkFits } from "./fits.ts";
import type { ClosedLaw } from "./law.ts";
import { rowLaw } from "./rowLaw.ts";
import { angles } from "./supports.ts";

const name = "vonMises";
const turn = 2 * Math.PI;

/** The length κ and the direction of h, [n, m] each. */
interface Polar {
  readonly a: Node;
  readonly b: Node;
  readonly kappa: Node;
  /** cos μ and sin μ; both are 0 if κ is 0. */
  readonly cosine: Node;
  readonly sine: Node;
}

/** Returns the length and the direction of h. Throws ShapeError. */
function polarOf(h: Node): Polar {
  const [a, b] = parametersOf(name, ["κ cos μ", "κ sin μ"], h) as [Node, Node];
  const squares = add(square(a), square(b));
  // The square root has no derivative at 0.
  const some = greater(squares, 0);
  const kappa = where(some, sqrt(where(some, squares, 1)), 0);
  const inverse = where(some, reciprocal(where(some, kappa, 1)), 0);
  return { a, b, kappa, cosine: mul(a, inverse), sine: mul(b, inverse) };
}

/** Returns across·(I − uu') + along·uu', two by two, where u is the direction. */
function aroundDirection({ cosine, sine }: Polar, across: Node, along: Node): Node {
  const more = sub(along, across);
  return blocksOf(
    {
      first: add(across, mul(more, square(cosine))),
      across: mul(more, mul(cosine, sine)),
      second: add(across, mul(more, square(sine))),
    },
    true,
  );
}

/**
 * The law of independent angles with density e^{κ cos(y − μ)}/2πI₀(κ), in radians. y is [n, m] and h = (κ cos μ, κ sin μ)
 * is [n, 2m], the natural parameters. With A = I₁/I₀ the Fisher information in h is A′ along μ and A/κ across (Mardia and
 * Jupp 2000, Directional Statistics, section 3.5.4).
 */
const law = rowLaw({
  name,
  support: angles,
  logProb: (observed: Node, h: Node) => {
    const { a, b, kappa } = polarOf(h);
    checkFits(name, observed, h, a.shape);
    const y = cast(observed, "float");
    const exponent = add(mul(a, cos(y)), mul(b, sin(y)));
    return sum(sub(sub(exponent, lnBessel0(kappa)), Math.log(turn)), { axis: 1 });
  },
  sample: (h: Node, key: string) => {
    const polar = polarOf(h);
    const mean = atan2(polar.b, where(greater(polar.kappa, 0), polar.a, 1));
    return wrapped(add(mean, turned(polar.kappa, key)));
  },
  fisher: (h: Node) => {
    const polar = polarOf(h);
    return aroundDirection(polar, besselRatio(polar.kappa), besselSpread(polar.kappa));
  },
  fisherDiagonal: null,
  fisherRoot: (h: Node) => {
    const polar = polarOf(h);
    const [across, along] = [besselRatio(polar.kappa), besselSpread(polar.kappa)];
    return aroundDirection(polar, sqrt(across), sqrt(along));
  },
  // (h − h')·E[(cos y, sin y)] − ln I₀(κ) + ln I₀(κ'), where the expectation is h A/κ.
  kl: (h: Node, other: Node) => {
    checkAlike(name, h, other);
    const [one, two] = [polarOf(h), polarOf(other)];
    const across = add(mul(sub(one.a, two.a), one.a), mul(sub(one.b, two.b), one.b));
    const mean = mul(besselRatio(one.kappa), across);
    return sum(add(mean, sub(lnBessel0(two.kappa), lnBessel0(one.kappa))), { axis: 1 });
  },
  outcomes: () => null,
  predict: (h: Node) => {
    const { a, b, kappa } = polarOf(h);
    return atan2(b, where(greater(kappa, 0), a, 1));
  },
});

/** The number of tries. The probability that all of them are refused is below 2⁻²⁵. */
const tries = 18;

/**
 * Draws around 0 by the rejection method of Best and Fisher (1979), with a fixed number of tries and the names of the
 * paper.
 */
function turned(kappa: Node, key: string): Node {
  const shape = [tries, ...kappa.shape];
  // ρ = (τ − √2τ)/2κ and r = (1 + ρ²)/2ρ, without differences of nearly equal numbers.
  const at = maximum(kappa, 1e-6);
  const s = sqrt(add(1, square(mul(2, at))));
  const tau = add(1, s);
  const rho = div(mul(mul(2, at), sqrt(tau)), mul(add(s, 1), add(sqrt(tau), Math.SQRT2)));
  const rLess = expandDims(div(square(sub(1, rho)), mul(2, rho)), 0);
  const r = add(1, rLess);
  const quarter = mul(uniform(shape, { key: `${key}/angle` }), Math.PI / 2);
  // 1 − z and 1 + z for z = cos 2·quarter.
  const zLess = mul(2, square(sin(quarter)));
  const below = add(rLess, mul(2, square(cos(quarter))));
  // c = κ(r − f) with f = (1 + rz)/(r + z): r − f = (r² − 1)/(r + z).
  const c = div(mul(expandDims(at, 0), mul(rLess, add(r, 1))), below);
  const u = add(uniform(shape, { key: `${key}/accept` }), 2 ** -25);
  const accepted = logicalOr(
    greater(mul(c, sub(2, c)), u),
    greater(add(log(div(c, u)), sub(1, c)), 0),
  );
  // sin²(θ/2) = (1 − f)/2.
  const half = mul(div(mul(rLess, zLess), below), 0.5);
  const angle = mul(2, asin(sqrt(clip(half, 0, 1))));
  let chosen: Node = squeeze(slice(angle, [[0, 1]]), 0);
  for (let t = tries - 1; t >= 0; t--) {
    const one = (value: Node) => squeeze(slice(value, [[t, t + 1]]), 0);
    chosen = where(one(accepted), one(angle), chosen);
  }
  const side = less(uniform(kappa.shape, { key: `${key}/side` }), 0.5);
  return where(side, neg(chosen), chosen);
}

/** Returns the same angle from −π to π. */
function wrapped(angle: Node): Node {
  return sub(angle, mul(turn, floor(add(mul(angle, 1 / turn), 0.5))));
}

/**
 * Returns the von Mises law of angles in radians, with density e^{κ cos(y − μ)}/2πI₀(κ).
 *
 * h is κ cos μ beside κ sin μ, [n, 2m], the natural parameters. y is [n, m], from −π to π. With A = I₁/I₀ the Fisher
 * information in h is A′ along μ and A/κ across (Mardia and Jupp 2000, section 3.5.4).
 *
 * @returns The law, always the same object.
 * @nothrow
 * @category Laws and losses
 */
export function vonMises(): ClosedLaw {
  return law;
}
