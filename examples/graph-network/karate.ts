import { type Tensor, tensor } from "metrigrad";

/** Friends of each member with a lower number, from the second member on; numbers from 1 (Zachary 1977, figure 2). */
const friendsBefore: readonly (readonly number[])[] = [
  ...[[1], [1, 2], [1, 2, 3], [1], [1], [1, 5, 6], [1, 2, 3, 4], [1, 3], [3], [1, 5, 6], [1]],
  ...[[1, 4], [1, 2, 3, 4], [], [], [6, 7], [1, 2], [], [1, 2], [], [1, 2], [], [], []],
  ...[[24, 25], [], [3, 24, 25], [3], [24, 27], [2, 9], [1, 25, 26, 29]],
  [3, 9, 15, 16, 19, 21, 23, 24, 30, 31, 32],
  [9, 10, 14, 15, 16, 19, 20, 21, 23, 24, 27, 28, 29, 30, 31, 32, 33],
];

/** Members who stayed with the teacher, numbers from 1. */
const withTeacher = [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 17, 18, 20, 22];

/** The club: pairs of friends, and on which side each member was when it broke in two; numbers from 0. */
export function karate() {
  const members = friendsBefore.length + 1;
  const friends = friendsBefore.flatMap((before, at) =>
    before.map((friend) => [friend - 1, at + 1] as const),
  );
  const side = Int32Array.from({ length: members }, (_, i) =>
    withTeacher.includes(i + 1) ? 0 : 1,
  );
  return { members, friends, side, leaders: [0, members - 1] };
}

/** D^−½(A + I)D^−½ of a graph, with D the numbers of friends, oneself included. */
export function normalized(pairs: readonly (readonly [number, number])[], n: number): Tensor {
  const A = Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) => Number(i === j)),
  );
  for (const [i, j] of pairs) {
    (A[i] as number[])[j] = 1;
    (A[j] as number[])[i] = 1;
  }
  const degrees = A.map((row) => row.reduce((a, b) => a + b, 0));
  return tensor(
    A.map((row, i) =>
      row.map((one, j) => one / Math.sqrt((degrees[i] as number) * (degrees[j] as number))),
    ),
  );
}
