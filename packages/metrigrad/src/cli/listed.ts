import { widthOf } from "./columns.ts";
import { wrapped } from "./wrapped.ts";

/** The fewest columns for texts beside their names. */
const least = 8;

/**
 * Names and what they stand for as lines of so many columns; long texts go on below where they begin. Where there is no room beside
 * the names, texts are below them.
 */
export function listed(
  pairs: readonly (readonly [name: string, text: string])[],
  width: number,
  paint: (text: string, index: number) => string = (text) => text,
): string[] {
  const longest = Math.max(0, ...pairs.map(([name]) => widthOf(name)));
  if (width < longest + 4 + least) {
    return pairs.flatMap(([name, text], index) => [
      `  ${name}`,
      ...wrapped(text, width - 4).map((line) => `    ${paint(line, index)}`),
    ]);
  }
  return pairs.flatMap(([name, text], index) => {
    const begin = `  ${name}${" ".repeat(longest - widthOf(name))}  `;
    const [first = "", ...more] = wrapped(text, width - widthOf(begin));
    return [
      begin + paint(first, index),
      ...more.map((line) => " ".repeat(widthOf(begin)) + paint(line, index)),
    ];
  });
}
