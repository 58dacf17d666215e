import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { DataError, type DataSet, dataSet, type Tensor, tensor } from "metrigrad";

/** Letters by their numbers; a sentence or a list of them ends with the first one. */
const alphabet = "\n .abcdefghijklmnopqrstuvwxyz";
export const letters = alphabet.length;

/**
 * English sentences: what the npm package `typescript` (Apache-2.0) says about the functions of JavaScript, in
 * small letters, with one comment per line and none twice.
 */
export function comments(): string {
  const folder = packageFolder();
  const files = readdirSync(folder).filter((name) => /^lib\.es.*\.d\.ts$/.test(name));
  const found = files.sort().flatMap((name) => {
    const text = readFileSync(join(folder, name), "utf8");
    return (text.match(/\/\*\*[\s\S]*?\*\//g) ?? []).map(wordsOf);
  });
  return [...new Set(found)].filter((words) => words.length > 20).join("\n");
}

function packageFolder(): string {
  try {
    return dirname(createRequire(import.meta.url).resolve("typescript"));
  } catch (error) {
    throw new DataError({
      where: "comments",
      must: "the package typescript must be there, whose comments are the text",
      got: error instanceof Error ? error.message : String(error),
      todo: "run npm install typescript",
    });
  }
}

/** A comment without its marks, code and names of parameters. */
function wordsOf(comment: string): string {
  return comment
    .replace(/^\s*\/?\*+\/?/gm, " ")
    .replace(/\*\/|@\w+|\{[^}]*\}|```[\s\S]*?```/g, " ")
    .toLowerCase()
    .replace(/[^a-z.]+/g, " ")
    .replace(/ \./g, ".")
    .trim();
}

/** The numbers of letters; what is not in the alphabet is a space. */
export function numbersOf(text: string): Int32Array {
  return Int32Array.from(text, (letter) => {
    const at = alphabet.indexOf(letter);
    return at < 0 ? 1 : at;
  });
}

/** The texts of numbers [n, length]. */
export function textsOf(codes: Tensor): string[] {
  const [n = 0, length = 0] = codes.shape;
  const all = Array.from(codes.data(), (code) => alphabet[code]).join("");
  return Array.from({ length: n }, (_, row) => all.slice(row * length, (row + 1) * length));
}

/**
 * Pieces [rows, length] of a text, each letter with the one that follows it as its target. Every tenth line of the text is
 * to judge by.
 */
export function nextLetters(text: string, length: number): DataSet {
  const lines = text.split("\n");
  const pieces = (which: (line: number) => boolean) => {
    const part = lines.filter((_, line) => which(line)).join("\n");
    const rows = Math.floor((part.length - 1) / length);
    const from = (at: number) =>
      tensor(numbersOf(part.slice(at, at + rows * length)), { shape: [rows, length] });
    return { inputs: from(0), targets: from(1) };
  };
  const [train, valid] = [pieces((line) => line % 10 < 9), pieces((line) => line % 10 === 9)];
  return dataSet({ name: "comments", train, valid });
}

/** Bits per letter of a text for one who knows how often letters follow each other, or occur where `after` is 0. */
export function bitsByCounts(text: string, after: 0 | 1): number {
  const counts = new Map<string, number>();
  const heads = new Map<string, number>();
  const add = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1);
  for (let k = after; k < text.length; k++) {
    add(counts, text.slice(k - after, k + 1));
    add(heads, text.slice(k - after, k));
  }
  let bits = 0;
  for (const [key, count] of counts) {
    bits -= count * Math.log2(count / (heads.get(key.slice(0, after)) as number));
  }
  return bits / (text.length - after);
}
