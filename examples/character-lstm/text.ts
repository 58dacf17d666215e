import { dataSet, type Tensor, tensor, uniformStream } from "metrigrad";

/** Letters by their numbers. */
const alphabet = " .abcdefghijklmnopqrstuvwxyz";
export const letters = alphabet.length;

const adjectives = ["old", "shy", "red", "odd"];
const animals = ["owl", "ape", "elk", "crow", "bear", "duck"];
const verbs = ["see", "hear", "like", "help"];

/** What there is to choose in a sentence: one or several, whether an adjective, and which words. */
const bitsOfSomeone = 2 + 0.5 * Math.log2(adjectives.length) + Math.log2(animals.length);
const bitsOfSentence = 2 * bitsOfSomeone + Math.log2(verbs.length);

type Random = () => number;
const pick = (list: readonly string[], random: Random) =>
  list[Math.floor(random() * list.length)] as string;

/** "an old owl", "a bear" or "the red ducks", with whether it is one animal. */
function someone(random: Random): { text: string; one: boolean } {
  const one = random() < 0.5;
  const adjective = random() < 0.5 ? `${pick(adjectives, random)} ` : "";
  const words = `${adjective}${pick(animals, random)}`;
  const article = /^[aeiou]/.test(words) ? "an" : "a";
  return { text: one ? `${article} ${words}` : `the ${words}s`, one };
}

/** "the crows see an old ape. ": articles follow from the next letter, verbs agree with a noun some words before. */
function sentence(random: Random): string {
  const [subject, object] = [someone(random), someone(random)];
  return `${subject.text} ${pick(verbs, random)}${subject.one ? "s" : ""} ${object.text}. `;
}

/** A text of so many sentences. */
function textOf(sentences: number, seed: number): string {
  const stream = uniformStream({ seed, path: "examples/character-lstm" });
  let draws = 0;
  const random = () => stream.uniform(draws++);
  return Array.from({ length: sentences }, () => sentence(random)).join("");
}

const numbers = (text: string) => Int32Array.from(text, (letter) => alphabet.indexOf(letter));

/** The texts of letters [n, length]. */
export function written(codes: Tensor): string[] {
  const [n = 0, length = 0] = codes.shape;
  const all = Array.from(codes.data(), (code) => alphabet[code]).join("");
  return Array.from({ length: n }, (_, row) => all.slice(row * length, (row + 1) * length));
}

/** Pieces of a text, each letter with the one that follows it as its target: [pieces, length]. */
function pieces(text: string, length: number) {
  const rows = Math.floor((text.length - 1) / length);
  const part = (from: number) =>
    tensor(numbers(text.slice(from, from + rows * length)), { shape: [rows, length] });
  return { inputs: part(0), targets: part(1) };
}

/** Texts to learn from and to judge by. */
export function sentences({
  count,
  length,
  seed,
}: {
  count: number;
  length: number;
  seed: number;
}) {
  const train = pieces(textOf(count, seed), length);
  const valid = pieces(textOf(Math.ceil(count / 4), seed + 1), length);
  return dataSet({ name: "sentences", train, valid });
}

const known = new Set(
  [...adjectives, ...animals, ...verbs]
    .flatMap((word) => [word, `${word}s`])
    .concat("a", "an", "the"),
);

/** The share of words that there are, without the first and the last one, which may be cut. */
export function shareOfWords(texts: readonly string[]): number {
  const words = texts.flatMap((text) => text.split(/[ .]+/).slice(1, -1));
  return words.filter((word) => known.has(word)).length / words.length;
}

/** Bits per letter of the text itself, which no model is below in the long run. */
export function bitsPerLetter(seed: number): number {
  return (bitsOfSentence * 2000) / textOf(2000, seed).length;
}
