import {
  add,
  atan,
  cos,
  div,
  exp,
  mul,
  type Node,
  neg,
  pow,
  sin,
  square,
  sub,
} from "metrigrad";

/** f(x; b) of parameters, which are numbers [1], and predictors [n]. */
type Curve = (b: readonly Node[], x: Node, more: Node) => Node;

/** The same with parameters as arguments. */
const of =
  (f: (x: Node, ...b: readonly [Node, Node, Node, Node, Node, Node, Node, Node, Node]) => Node): Curve =>
  (b, x) =>
    f(x, ...(b as never as [Node, Node, Node, Node, Node, Node, Node, Node, Node]));

/** a exp(−bx). */
const decay = (x: Node, a: Node, b: Node): Node => mul(a, exp(neg(mul(b, x))));

/** exp(−((x − middle)/width)²). */
const bell = (x: Node, middle: Node, width: Node): Node => exp(neg(square(div(sub(x, middle), width))));

/** p cos ωx + q sin ωx with ω = 2π/period. */
function wave(x: Node, period: Node | number, p: Node, q: Node): Node {
  const angle = div(mul(x, 2 * Math.PI), period);
  return add(mul(p, cos(angle)), mul(q, sin(angle)));
}

/** b₀ + b₁x + b₂x² + … */
const polynomial = (x: Node, b: readonly Node[]): Node =>
  b.reduceRight((value, one) => add(mul(value, x), one));

/** A polynomial of some coefficients over 1 + x times one of the others. */
const rational =
  (above: number): Curve =>
  (b, x) =>
    div(polynomial(x, b.slice(0, above)), add(mul(polynomial(x, b.slice(above)), x), 1));

const saturation = of((x, a, b) => mul(a, sub(1, exp(neg(mul(b, x))))));
const attenuation = of((x, a, b, c) => div(exp(neg(mul(a, x))), add(b, mul(c, x))));
const decays = of((x, a, b, c, d, e, f) =>
  add(add(decay(x, a, b), decay(x, c, d)), decay(x, e, f)),
);
const peaks = of((x, a, b, c, d, e, f, g, h) =>
  add(decay(x, a, b), add(mul(c, bell(x, d, e)), mul(f, bell(x, g, h)))),
);

/** The curve of each problem, by its name. */
export const curves: Readonly<Record<string, Curve>> = {
  Misra1a: saturation,
  Chwirut2: attenuation,
  Chwirut1: attenuation,
  Lanczos3: decays,
  Gauss1: peaks,
  Gauss2: peaks,
  DanWood: of((x, a, b) => mul(a, pow(x, b))),
  Misra1b: of((x, a, b) => mul(a, sub(1, pow(add(1, mul(b, div(x, 2))), -2)))),
  Kirby2: rational(3),
  Hahn1: rational(4),
  Nelson: ([a, b, c], x, temperature) =>
    sub(a as Node, mul(mul(b as Node, x), exp(neg(mul(c as Node, temperature))))),
  MGH17: of((x, a, b, c, d, e) => add(a, add(decay(x, b, d), decay(x, c, e)))),
  Lanczos1: decays,
  Lanczos2: decays,
  Gauss3: peaks,
  Misra1c: of((x, a, b) => mul(a, sub(1, pow(add(1, mul(mul(b, 2), x)), -0.5)))),
  Misra1d: of((x, a, b) => div(mul(mul(a, b), x), add(1, mul(b, x)))),
  Roszman1: of((x, a, b, c, d) =>
    sub(sub(a, mul(b, x)), div(atan(div(c, sub(x, d))), Math.PI)),
  ),
  ENSO: of((x, a, b, c, first, d, e, second, f, g) =>
    add(add(a, wave(x, 12, b, c)), add(wave(x, first, d, e), wave(x, second, f, g))),
  ),
  MGH09: of((x, a, b, c, d) =>
    div(mul(a, mul(x, add(x, b))), add(mul(x, add(x, c)), d)),
  ),
  Thurber: rational(4),
  BoxBOD: saturation,
  Rat42: of((x, a, b, c) => div(a, add(1, exp(sub(b, mul(c, x)))))),
  MGH10: of((x, a, b, c) => mul(a, exp(div(b, add(x, c))))),
  Eckerle4: of((x, a, b, c) => mul(div(a, b), exp(mul(-0.5, square(div(sub(x, c), b)))))),
  Rat43: of((x, a, b, c, d) =>
    div(a, pow(add(1, exp(sub(b, mul(c, x)))), div(1, d))),
  ),
  Bennett5: of((x, a, b, c) => mul(a, pow(add(b, x), neg(div(1, c))))),
};

/** What is fitted where that is not y: Nelson's law is of ln y. */
export const responses: Readonly<Record<string, (y: number) => number>> = { Nelson: Math.log };
