/** Widths of characters in units of the size of the text: the larger ones of Liberation Sans, which is as wide as Helvetica and Arial, and of DejaVu Sans. */
const widths: readonly (readonly [width: number, characters: string])[] = [
  [0.24, "′"],
  [0.28, "'ijl"],
  [0.3, "Iᵗ"],
  [0.32, " ,.’‘"],
  [0.34, "/:;\\|·"],
  [0.36, "f"],
  [0.38, "-"],
  [0.4, "()[]t"],
  [0.42, "!r²³¹⁰⁵⁶⁷₀₁₂₃"],
  [0.44, "⁴⁸⁹"],
  [0.46, '"'],
  [0.5, "*J`°‖"],
  [0.52, "∂“”"],
  [0.54, "sz⁻⁺∫"],
  [0.56, "?L_c–νεΓ"],
  [0.58, "kχ"],
  [0.6, "vxyλγκ"],
  [0.62, "FTaeoθδτäöéè"],
  [0.64, "$0123456789bdghnpqu{}√μσηβρΣüßñ"],
  [0.66, "αφ"],
  [0.68, "EKPSY∇"],
  [0.7, "ABVXZπΔΛÄ"],
  [0.72, "ψ∑"],
  [0.74, "CRUÜ"],
  [0.76, "HN"],
  [0.78, "&DGΩ"],
  [0.8, "OQΘΦÖ"],
  [0.82, "w"],
  [0.84, "#+<=>^~×ωΨ±≤≥≈∞−"],
  [0.88, "M"],
  [0.96, "%"],
  [0.98, "m½¼"],
  [1, "W—…→←↑↓"],
  [1.02, "@"],
];

const widthOf = new Map(widths.flatMap(([width, all]) => [...all].map((one) => [one, width])));

/** The width of characters that the table does not have, such as those of other scripts. */
const unknown = 1.1;

/** Returns the width of a text in pixels. Common fonts need no more. */
export function textWidth(text: string, size: number): number {
  let sum = 0;
  for (const character of text) sum += widthOf.get(character) ?? unknown;
  return sum * size;
}
