import { widthOf } from "./columns.ts";

/** A text in lines of at most so many letters; lines after the first begin with `indent`. A longer word is cut. */
export function wrapped(text: string, width: number, indent: string): string[] {
  const room = Math.max(8, width);
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const begin = lines.length === 0 ? "" : indent;
    const longer = line === "" ? begin + word : `${line} ${word}`;
    if (line === "" || widthOf(longer) <= room) line = longer;
    else {
      lines.push(line);
      line = indent + word;
    }
    while (widthOf(line) > room) {
      lines.push([...line].slice(0, room).join(""));
      line = indent + [...line].slice(room).join("");
    }
  }
  return [...lines, line];
}
