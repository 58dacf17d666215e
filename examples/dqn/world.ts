import { type Tensor, tensor, uniformStream } from "metrigrad";

export const side = 5;
export const fields = side * side;
export const discount = 0.9;
export const goal = 24;
export const pit = 12;
export const walls = [6, 8, 16];
/** Up, right, down, left: how x and y change. */
export const moves = [
  [0, -1],
  [1, 0],
  [0, 1],
  [-1, 0],
] as const;

/** Where one may stand and move from. */
export const open = Array.from({ length: fields }, (_, field) => field).filter(
  (field) => !walls.includes(field) && field !== goal && field !== pit,
);

/** A move: a wall or the edge keeps one where one is; the goal is worth 1 and the pit −1, and both end the walk. */
function moved(from: number, move: number) {
  const [x, y] = [from % side, Math.floor(from / side)];
  const [dx, dy] = moves[move] as (typeof moves)[number];
  const inside = x + dx >= 0 && x + dx < side && y + dy >= 0 && y + dy < side;
  const there = inside ? from + dx + side * dy : from;
  const to = walls.includes(there) ? from : there;
  const reward = to === goal ? 1 : to === pit ? -1 : -0.02;
  return { to, reward, goesOn: to === goal || to === pit ? 0 : 1 };
}

/** Fields as rows with a 1 where one stands. */
function rowsOf(list: readonly number[]): Tensor {
  return tensor(
    list.map((field) => Array.from({ length: fields }, (_, at) => Number(at === field))),
  );
}

/** Every field that one can move from. */
export function positions(): Tensor {
  return rowsOf(open);
}

/** Moves that were made at random, from random fields. */
export function memory(rows: number, seed: number, turn: number) {
  const stream = uniformStream({ seed, path: "examples/dqn" });
  const pick = (at: number, count: number) =>
    Math.floor(count * stream.uniform(2 * rows * turn + at));
  const made = Array.from({ length: rows }, (_, row) => {
    const from = open[pick(2 * row, open.length)] as number;
    const move = pick(2 * row + 1, 4);
    return { from, move, ...moved(from, move) };
  });
  return {
    from: rowsOf(made.map(({ from }) => from)),
    move: tensor(Int32Array.from(made, ({ move }) => move)),
    reward: tensor(made.map(({ reward }) => reward)),
    to: rowsOf(made.map(({ to }) => to)),
    goesOn: tensor(made.map(({ goesOn }) => goesOn)),
  };
}

/** What each move is worth, by repeating Bellman's equation until nothing changes. */
function trueWorths(): number[][] {
  let worth = open.map(() => [0, 0, 0, 0]);
  for (let turn = 0; turn < 500; turn++) {
    worth = open.map((from) =>
      moves.map((_, move) => {
        const { to, reward, goesOn } = moved(from, move);
        return reward + discount * goesOn * Math.max(...(worth[open.indexOf(to)] ?? [0]));
      }),
    );
  }
  return worth;
}

/** How far a network's worths [fields, 4] are from the true ones, and in how many fields its best move is a best one. */
export function judged(worths: Tensor) {
  const [found, right] = [worths.toArray() as number[][], trueWorths()];
  const squares = found.flatMap((row, i) =>
    row.map((value, j) => (value - (right[i]?.[j] ?? 0)) ** 2),
  );
  const best = found.filter((row, i) => {
    const own = right[i] ?? [];
    return (own[row.indexOf(Math.max(...row))] ?? 0) > Math.max(...own) - 1e-9;
  });
  return {
    "error of worths": Math.sqrt(squares.reduce((a, b) => a + b, 0) / squares.length),
    "share of best moves": best.length / found.length,
    "share by chance":
      right.reduce((sum, own) => {
        return sum + own.filter((value) => value > Math.max(...own) - 1e-9).length / 4;
      }, 0) / right.length,
  };
}
