/** Colours that colour-blind readers can tell apart (Okabe and Ito 2008). */
const colours = ["#0072B2", "#009E73", "#E69F00", "#D55E00", "#CC79A7", "#56B4E9", "#000000"];

/** Returns the colour of an optimizer by its place in the order of the optimizers. */
export function colourOf(index: number): string {
  return colours[index % colours.length] as string;
}
