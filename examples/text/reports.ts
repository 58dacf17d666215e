import { dataSet, splitRows, tensor, uniformStream } from "metrigrad";

/** Words by what a report is about; all reports share the others. */
const topics = [
  "rain wind storm cloud sun frost fog snow thunder breeze".split(" "),
  "goal match team ball coach score league win race sprint".split(" "),
  "bread soup salt oven taste cheese pepper cook sugar dish".split(" "),
  "stock price bank bond market trade profit loan tax budget".split(" "),
];
const others =
  "the a of and in was with after before for today very good bad long big small people say we they it".split(" ");
const words = ["", ...others, ...topics.flat()];

/** How many different words there are; number 0 fills short texts up. */
export const vocabulary = words.length;
export const classes = topics.length;
const longest = 12;

/** A text of 4 to 12 words of which about a third is about a topic, and one in eight about another. */
function textOf(topic: number, random: (i: number) => number): string {
  const pick = (list: readonly string[], i: number) => list[Math.floor(random(i) * list.length)] as string;
  const length = 4 + Math.floor(random(0) * (longest - 3));
  return Array.from({ length }, (_, i) => {
    const kind = random(3 * i + 1);
    const about = kind < 0.12 ? Math.floor(random(3 * i + 2) * topics.length) : topic;
    return pick(kind < 0.42 ? (topics[about] as string[]) : others, 3 * i + 3);
  }).join(" ");
}

/** Texts as numbers of words: [rows, 12], and a mask that is 1 where there is a word. */
export function numbered(texts: readonly string[]) {
  const tokens = new Int32Array(texts.length * longest);
  texts.forEach((text, row) => {
    text.split(" ").forEach((word, i) => {
      tokens[row * longest + i] = Math.max(0, words.indexOf(word));
    });
  });
  const shape = [texts.length, longest];
  return {
    tokens: tensor(tokens, { shape }),
    mask: tensor(Float32Array.from(tokens, (token) => Number(token > 0)), { shape }),
  };
}

/** Short made-up reports with their topic. */
export function reports({ rows, seed }: { rows: number; seed: number }) {
  const made = Array.from({ length: rows }, (_, row) => {
    const stream = uniformStream({ seed, path: "examples/reports", counter: row });
    return textOf(row % classes, stream.uniform);
  });
  const targets = Int32Array.from(made, (_, row) => row % classes);
  const sizes = [Math.floor(0.8 * rows), Math.ceil(0.2 * rows), 0] as const;
  const { train, valid } = splitRows({ inputs: numbered(made), targets }, sizes, { seed });
  return dataSet({ name: "reports", train, valid, classes });
}
