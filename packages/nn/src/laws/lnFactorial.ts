import { defElementwise } from "@metrigrad/graph";

/** Half of ln 2π. */
const half = "0.9189385332046728";
/** Stirling's series for w ≥ 8, with an error below 1e-12 (Abramowitz and Stegun 6.1.41). */
const series = "(1/12 - (1/360 - (1/1260 - (1/1680 - 1/(1188*w*w))/(w*w))/(w*w))/(w*w))/w";

/** ln y! = ln Γ(y + 1) for y ≥ 0: Stirling's series at w = y + 8, minus the logarithm of the seven factors between. */
export const lnFactorial = defElementwise({
  name: "lnFactorial",
  args: ["y"],
  f: `(y + 7.5)*log(y + 8) - (y + 8) + ${half} + ${series.replaceAll("w", "(y + 8)")}
    - log((y + 1)*(y + 2)*(y + 3)*(y + 4)) - log((y + 5)*(y + 6)*(y + 7))`,
});
