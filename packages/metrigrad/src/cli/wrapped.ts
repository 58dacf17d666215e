import { widthOf } from "./columns.ts";

/** A text in lines of at most so many letters, broken between words; a longer word is cut. */
export function wrapped(text: string, width: number): string[] {
  const room = Math.max(8, width);
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line === "" || widthOf(longer) <= room) line = longer;
    else {
      lines.push(line);
      line = word;
    }
    while (widthOf(line) > room) {
      lines.push([...line].slice(0, room).join(""));
      line = [...line].slice(room).join("");
    }
  }
  return [...lines, line];
}
