import {
  add,
  atan,
  constant,
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
  tensor,
} from "metrigrad";

/** f(x; b) of parameters, which are numbers [1], and of predictors [n, 1]. */
export type Curve = (b: readonly Node[], x: readonly Node[]) => Node;

/** Of one predictor and up to nine parameters. */
const of =
  (f: (x: Node, ...b: Nine) => Node): Curve =>
  (b, [x]) =>
    f(x as Node, ...(b as unknown as Nine));

type Nine = readonly [Node, Node, Node, Node, Node, Node, Node, Node, Node];

/** a exp(−bx). */
const decay = (x: Node, a: Node, b: Node): Node => mul(a, exp(neg(mul(b, x))));

/** exp(−((x − middle)/width)²). */
const bell = (x: Node, middle: Node, width: Node): Node =>
  exp(neg(square(div(sub(x, middle), width))));

/** p cos ωx + q sin ωx with ω = 2π/period. */
function wave(x: Node, period: Node | number, p: Node, q: Node): Node {
  const angle = div(mul(x, 2 * Math.PI), period);
  return add(mul(p, cos(angle)), mul(q, sin(angle)));
}

/** b₀ + b₁x + b₂x² + … */
const polynomial = (x: Node, b: readonly Node[]): Node =>
  b.reduceRight((value, one) => add(mul(value, x), one));

/** A polynomial of the first coefficients over one of 1 and the others. */
const rational =
  (above: number): Curve =>
  (b, [x]) =>
    div(
      polynomial(x as Node, b.slice(0, above)),
      polynomial(x as Node, [constant(tensor([1])), ...b.slice(above)]),
    );

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
  Nelson: ([a, b, c], [time, temperature]) =>
    sub(a as Node, decay(temperature as Node, mul(b as Node, time as Node), c as Node)),
  MGH17: of((x, a, b, c, d, e) => add(a, add(decay(x, b, d), decay(x, c, e)))),
  Lanczos1: decays,
  Lanczos2: decays,
  Gauss3: peaks,
  Misra1c: of((x, a, b) => mul(a, sub(1, pow(add(1, mul(mul(b, 2), x)), -0.5)))),
  Misra1d: of((x, a, b) => div(mul(mul(a, b), x), add(1, mul(b, x)))),
  Roszman1: of((x, a, b, c, d) => sub(sub(a, mul(b, x)), div(atan(div(c, sub(x, d))), Math.PI))),
  ENSO: of((x, a, b, c, first, d, e, second, f, g) =>
    add(add(a, wave(x, 12, b, c)), add(wave(x, first, d, e), wave(x, second, f, g))),
  ),
  MGH09: of((x, a, b, c, d) => div(mul(a, mul(x, add(x, b))), add(mul(x, add(x, c)), d))),
  Thurber: rational(4),
  BoxBOD: saturation,
  Rat42: of((x, a, b, c) => div(a, add(1, exp(sub(b, mul(c, x)))))),
  MGH10: of((x, a, b, c) => mul(a, exp(div(b, add(x, c))))),
  Eckerle4: of((x, a, b, c) => mul(div(a, b), exp(mul(-0.5, square(div(sub(x, c), b)))))),
  Rat43: of((x, a, b, c, d) => div(a, pow(add(1, exp(sub(b, mul(c, x)))), div(1, d)))),
  Bennett5: of((x, a, b, c) => mul(a, pow(add(b, x), neg(div(1, c))))),
};

/** What is fitted where that is not y itself. */
export const transforms: Readonly<Record<string, (y: number) => number>> = { Nelson: Math.log };
