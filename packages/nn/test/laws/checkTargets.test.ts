/** Targets that a law cannot observe are refused with their place. */
import {
  bernoulli,
  categorical,
  checkTargets,
  dirichlet,
  gaussian,
  gaussianWithScale,
  independent,
  joint,
  type Law,
  masked,
  multinomial,
  poisson,
  weighted,
} from "@metrigrad/nn";
import { DataError, tensor } from "@metrigrad/tensor";
import test from "tape";

test("checkTargets: labels", (t) => {
  const check = (values: number[] | Int32Array, width = 3) =>
    checkTargets("fit", categorical(), tensor(values as number[]), width);
  t.doesNotThrow(() => check(Int32Array.of(0, 2, 1)));
  t.doesNotThrow(() => check([0, 2, 1]), "whole numbers as floats");
  t.throws(
    () => check(Int32Array.of(0, 3)),
    /^DataError: fit: targets must be integers from 0 to 2 for categorical, got 3 in row 1; correct/,
  );
  t.throws(() => check([0, 1, 1.5]), /got 1\.5 in row 2/);
  t.throws(() => check([-1]), DataError);
  t.throws(() => check([Number.NaN]), /got NaN in row 0/);
  t.end();
});

test("checkTargets: shares and counts add up", (t) => {
  const soft = categorical({ soft: true });
  const check = (law: Law, values: number[][]) => checkTargets("fit", law, tensor(values), 2);
  check(soft, [
    [1, 0],
    [0.30001, 0.7],
  ]);
  t.throws(
    () =>
      check(soft, [
        [1, 0],
        [0.5, 0.25],
      ]),
    /fit: targets must add up to 1 for categorical\(soft\), got 0\.75 in row 1; divide them by/,
  );
  t.throws(
    () => check(dirichlet(), [[0.5, 0.2]]),
    /must add up to 1 for dirichlet, got 0\.7 in row 0/,
  );
  t.throws(
    () => check(multinomial(4), [[1, 2]]),
    /add up to 4 for multinomial\(4\), got 3 in row 0/,
  );
  const some = { value: tensor([[9, 9]]), mask: tensor([0]) };
  checkTargets("fit", masked(multinomial(4)), some, 2);
  const words = tensor([
    [
      [0.5, 0.5],
      [0.1, 0.2],
    ],
  ]);
  t.throws(
    () => checkTargets("fit", independent(soft), words, 2),
    /got 0\.3.* at \[0, 1\]|in row 0, column 1/,
  );
  t.end();
});

test("checkTargets: numbers", (t) => {
  const refused = (law: Parameters<typeof checkTargets>[1], bad: number, message: RegExp) => {
    t.throws(
      () =>
        checkTargets(
          "fit",
          law,
          tensor([
            [0, 1],
            [1, bad],
          ]),
          2,
        ),
      message,
    );
    t.doesNotThrow(() =>
      checkTargets(
        "fit",
        law,
        tensor([
          [0, 1],
          [1, 0],
        ]),
        2,
      ),
    );
  };
  refused(
    bernoulli(),
    7,
    /targets must be numbers from 0 to 1 for bernoulli\{0, 1\}, got 7 in row 1, column 1/,
  );
  refused(bernoulli(), -3, /got -3/);
  refused(bernoulli({ values: [-1, 1] }), 1.01, /numbers from -1 to 1/);
  refused(poisson(), 0.5, /integers from 0 for poisson, got 0\.5/);
  refused(poisson(), -1, /got -1/);
  refused(gaussian(), Number.NaN, /finite numbers for gaussian\(1\), got NaN/);
  refused(gaussianWithScale(), Number.POSITIVE_INFINITY, /got Infinity/);
  t.doesNotThrow(() => checkTargets("fit", bernoulli(), tensor([[0.3, 1]]), 2), "soft labels");
  const bytes = tensor(Uint8Array.of(0, 255), { shape: [1, 2] });
  t.doesNotThrow(() => checkTargets("fit", bernoulli(), bytes, 2, () => 1 / 255), "scaled bytes");
  t.throws(() => checkTargets("fit", bernoulli(), bytes, 2), /got 255 in row 0, column 1/);
  t.end();
});

test("checkTargets: trees, sequences, and what does not count", (t) => {
  const law = joint({ digit: categorical(), words: masked(independent(categorical())) });
  const widths = { digit: 10, words: 3 };
  const targets = (word: number, mask: number[][], digit = 9) => ({
    digit: tensor(Int32Array.of(1, digit)),
    words: {
      value: tensor([
        [0, word],
        [1, 2],
      ]),
      mask: tensor(mask),
    },
  });
  const check = (one: ReturnType<typeof targets>) => () => checkTargets("fit", law, one, widths);
  t.doesNotThrow(
    check(
      targets(-100, [
        [1, 0],
        [1, 1],
      ]),
    ),
  );
  t.throws(
    check(
      targets(-100, [
        [1, 1],
        [1, 1],
      ]),
    ),
    /fit: targets of words\/value must be integers from 0 to 2 for categorical, got -100 in row 0, column 1/,
  );
  t.throws(
    check(
      targets(
        0,
        [
          [1, 0],
          [1, 1],
        ],
        10,
      ),
    ),
    /targets of digit must be .* 9 .* got 10 in row 1/,
  );
  t.throws(
    check(
      targets(0, [
        [1, -1],
        [1, 1],
      ]),
    ),
    /masks and weights of .* finite numbers ≥ 0, got -1 in row 0, column 1/,
  );
  t.throws(check(targets(0, [[1], [1]])), /must have their first axes, of \[2, 2\], got \[2, 1\]/);
  const rows = weighted(gaussian());
  const value = tensor([[Number.NaN], [1]]);
  t.doesNotThrow(() => checkTargets("fit", rows, { value, weight: tensor([0, 2]) }, 1));
  t.throws(
    () => checkTargets("fit", rows, { value, weight: tensor([1, 2]) }, 1),
    /got NaN in row 0/,
  );
  t.throws(
    () => checkTargets("fit", gaussian(), 3 as never, 1),
    /targets must be a tensor, got number/,
  );
  t.throws(
    () => checkTargets("fit", law, { digit: tensor([1]) } as never, widths),
    /targets: the tree must have a record of \{ digit, words \}/,
  );
  t.end();
});
