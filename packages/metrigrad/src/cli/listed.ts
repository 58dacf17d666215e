import { widthOf } from "./columns.ts";
import { wrapped } from "./wrapped.ts";

/** Names and what they stand for as lines of so many columns; long texts go on below where they begin. */
export function listed(
  pairs: readonly (readonly [name: string, text: string])[],
  width: number,
  paint: (text: string, index: number) => string = (text) => text,
): string[] {
  const longest = Math.max(0, ...pairs.map(([name]) => widthOf(name)));
  return pairs.flatMap(([name, text], index) => {
    const begin = `  ${name}${" ".repeat(longest - widthOf(name))}  `;
    const [first = "", ...more] = wrapped(text, width - widthOf(begin));
    return [
      begin + paint(first, index),
      ...more.map((line) => " ".repeat(widthOf(begin)) + paint(line, index)),
    ];
  });
}
