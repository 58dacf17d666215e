const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** Returns a number as text with at most so many digits, and those before the point: "0.05", "12,345", "3·10⁻⁷". */
export function numberText(value: number, digits = 3): string {
  if (value === 0) return "0";
  const large = Math.abs(value) >= 10 ** (digits - 1) && Math.abs(value) < 1e6;
  const exact = large ? Math.round(value) : Number(value.toPrecision(digits));
  const size = Math.abs(exact);
  if (size >= 1e-3 && size < 1e6) {
    const [whole = "", fraction] = String(exact).split(".");
    const grouped = size >= 1e4 ? whole.replace(/\B(?=(\d{3})+$)/g, ",") : whole;
    return fraction === undefined ? minus(grouped) : minus(`${grouped}.${fraction}`);
  }
  const [factor = "", exponent = "0"] = exact.toExponential().split("e");
  const power = `10${superscript(Number(exponent))}`;
  if (factor === "1") return power;
  return minus(factor === "-1" ? `-${power}` : `${factor}·${power}`);
}

/** Returns an integer in superscript. */
function superscript(value: number): string {
  const digits = [...String(Math.abs(value))].map((digit) => superscripts[Number(digit)]);
  return `${value < 0 ? "⁻" : ""}${digits.join("")}`;
}

/** A hyphen before a number is a minus. */
const minus = (text: string) => text.replace(/^-/, "−");

const prefixes = ["", "k", "M", "G", "T"] as const;

/** Returns a size with three digits and a decimal prefix: "1.23 M". */
export function shortNumber(value: number, unit = ""): string {
  let [rest, step] = [value, 0];
  while (rest >= 999.5 && step < prefixes.length - 1) {
    rest /= 1000;
    step++;
  }
  const digits = step === 0 || rest >= 99.95 ? 0 : rest >= 9.995 ? 1 : 2;
  return `${rest.toFixed(digits)} ${prefixes[step]}${unit}`.trimEnd();
}
