import test from "tape";
import { Race } from "../../src/threads/race.ts";

/** Runs a race for some runs in which each way takes its time; how often each was taken. */
function run(race: Race, runs: number, times: readonly (() => number)[]): number[] {
  const taken = times.map(() => 0);
  for (let i = 0; i < runs; i++) {
    const { way } = race;
    (taken as number[])[way] = (taken[way] as number) + 1;
    race.took((times[way] as () => number)());
  }
  return taken;
}

test("race: the faster way runs nearly always, wherever it stands", (t) => {
  const [slow, fast] = [() => 2e-3, () => 1e-3];
  const [first, second] = [
    run(new Race(2), 10_000, [fast, slow]),
    run(new Race(2), 10_000, [slow, fast]),
  ];
  t.ok((first[0] as number) > 9700, `first: ${first}`);
  t.ok((second[1] as number) > 9700, `second: ${second}`);
  t.end();
});

test("race: one slow run does not decide", (t) => {
  let runs = 0;
  const mostly = () => (runs++ % 5 === 0 ? 50e-3 : 1e-3);
  const taken = run(new Race(2), 10_000, [mostly, () => 2e-3]);
  t.ok((taken[0] as number) > 9000, String(taken));
  t.end();
});

test("race: it turns when the other way becomes faster", (t) => {
  const race = new Race(2);
  run(race, 2000, [() => 1e-3, () => 2e-3]);
  const taken = run(race, 2000, [() => 3e-3, () => 2e-3]);
  t.ok((taken[1] as number) > 1600, String(taken));
  t.end();
});

test("race: long runs are tried twice each, and the first one of a way may be slow", (t) => {
  const way = (seconds: number) => {
    let runs = 0;
    return () => (runs++ === 0 ? 9 : seconds);
  };
  t.same(run(new Race(2), 20, [way(1), way(1.5)]), [18, 2]);
  t.end();
});
