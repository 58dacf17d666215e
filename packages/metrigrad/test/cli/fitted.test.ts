import test from "tape";
import { fitted, missing } from "../../src/cli/fitted.ts";
import { listed } from "../../src/cli/listed.ts";
import { wrapped } from "../../src/cli/wrapped.ts";

const table = {
  head: ["name", "a long title", "empty", "text"],
  short: ["name", "long", "empty", "text"],
  rows: [
    ["one", "1", missing, "a few words"],
    ["two", "22", missing, "some words more than that"],
  ],
  words: 1,
};

test("a table where it fits, with shorter titles, or row by row", async (t) => {
  t.equal(
    fitted(table, 80),
    `name  a long title                       text
one              1                a few words
two             22  some words more than that`,
  );
  t.match(fitted(table, 40), /^name {2}long +text\none {2}/);
  t.equal(
    fitted(table, 24),
    `one
  a long title  1
  text          a few
                words
two
  a long title  22
  text          some
                words
                more
                than
                that`,
  );
});

test("paint gets the column and the row of each cell, and does not change widths", async (t) => {
  const seen: string[] = [];
  const paint = (text: string, column: number, row: number) => {
    seen.push(`${column},${row}`);
    return `<${text}>`;
  };
  const painted = fitted(table, 80, paint);
  t.deepEqual(seen, ["0,0", "1,0", "3,0", "0,1", "1,1", "3,1", "0,2", "1,2", "3,2"]);
  t.equal(painted.replace(/[<>]/g, ""), fitted(table, 80));
});

test("texts are broken between words, and longer words are cut", async (t) => {
  t.deepEqual(wrapped("one two  three", 8), ["one two", "three"]);
  t.deepEqual(wrapped("abcdefghijkl m", 8), ["abcdefgh", "ijkl m"]);
  t.deepEqual(
    listed(
      [
        ["a", "x"],
        ["bcd", "one two three"],
      ],
      15,
    ),
    ["  a    x", "  bcd  one two", "       three"],
  );
  t.deepEqual(listed([["valid accuracy", "75.00 % of them"]], 20), [
    "  valid accuracy",
    "    75.00 % of them",
  ]);
});
