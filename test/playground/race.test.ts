/** The race of the playground: its settings are what it says, its turns are fair, its points lie where they should. */
import * as metrigrad from "metrigrad";
import { cpu, DivergenceError, type Optimizer, sgd } from "metrigrad";
import test from "tape";
import { optimizers } from "../../docs/playground/race/optimizers.ts";
import { poisson } from "../../docs/playground/race/poisson.ts";
import { racers } from "../../docs/playground/race/racers.ts";
import type { Task } from "../../docs/playground/race/task.ts";
import { type Fallen, type Lap, raceInTurns } from "../../docs/playground/race/turns.ts";

/** Makes an optimizer of its text. */
function made(code: string): Optimizer {
  const names = Object.keys(metrigrad);
  return new Function(...names, `return ${code}`)(...Object.values(metrigrad));
}

test("the optimizers that race are those of the texts", (t) => {
  for (const task of ["poisson", "digits"] as const) {
    t.deepEqual(
      racers[task].map(({ name }) => name),
      Object.keys(optimizers[task]),
    );
    for (const { name, code } of racers[task]) {
      const [own, told] = [optimizers[task][name]?.(), made(code)];
      t.equal(own?.name, told.name, `${task}, ${name}`);
      t.deepEqual(own?.settings, told.settings, `${task}, ${name}`);
    }
    const styles = racers[task].map(({ style }) => style);
    t.equal(new Set(styles).size, styles.length, "each has a colour and a dash of its own");
  }
  t.end();
});

const rest = (milliseconds: number) => new Promise<void>((done) => setTimeout(done, milliseconds));

/** A task whose steps take so many milliseconds; the one named by `falls` diverges at its tenth step. */
function resting(times: Readonly<Record<string, number>>, falls: string | null) {
  const asked: { readonly name: string; readonly steps: number }[] = [];
  let open = 0;
  const task: Task = {
    start: async (_, { name }, steps) => {
      asked.push({ name, steps });
      open++;
      let done = 0;
      return {
        step: async () => {
          done++;
          await rest(times[name] as number);
          if (name === falls && done === 10) {
            const { parts } = new metrigrad.GraphError({
              where: "a",
              must: "b",
              got: "c",
              todo: "d",
            });
            throw new DivergenceError(parts, { step: 10, node: null } as never);
          }
        },
        settle: async () => {},
        measure: async () => {
          await rest(20);
          return { error: 1 / (1 + done) };
        },
        close: async () => {
          open--;
        },
      };
    },
  };
  return { task, asked, opened: () => open };
}

const named = (name: string) => [name, () => ({ ...sgd(), name })] as const;

test("each has the same seconds of its own steps, and measures do not count", async (t) => {
  const { task, asked, opened } = resting({ slow: 12, quick: 2 }, null);
  const laps: Lap[] = [];
  await raceInTurns(task, null as never, [named("slow"), named("quick")], 0.5, {
    lap: (lap) => laps.push(lap),
    fallen: () => t.fail("nothing diverges"),
    stopped: () => false,
  });
  for (const [name, pace] of [
    ["slow", 12],
    ["quick", 2],
  ] as const) {
    const own = laps.filter((lap) => lap.name === name);
    const last = own.at(-1) as Lap;
    t.ok(last.seconds >= 0.5 && last.seconds < 0.65, `${name}: ${last.seconds} s`);
    t.ok(last.seconds * 1000 >= pace * (last.steps - 1) * 0.95, `${name}: ${last.steps} steps`);
    t.ok(own.length >= 5, `${own.length} laps`);
    t.equal(own[0]?.seconds, 0);
    const seconds = own.map((lap) => lap.seconds);
    t.deepEqual(
      seconds,
      seconds.toSorted((a, b) => a - b),
    );
    // The second start is the one that counts, and it knows how many steps fit.
    const [, counted] = asked.filter((one) => one.name === name);
    t.ok(Math.abs((counted?.steps as number) / last.steps - 1) < 0.5, `${counted?.steps}`);
  }
  t.equal(opened(), 0, "all is closed");
});

test("one that diverges ends alone, and a race that is stopped ends", async (t) => {
  const { task, opened } = resting({ falls: 1, stays: 1 }, "falls");
  const [laps, fallen]: [Lap[], Fallen[]] = [[], []];
  await raceInTurns(task, null as never, [named("falls"), named("stays")], 0.2, {
    lap: (lap) => laps.push(lap),
    fallen: (one) => fallen.push(one),
    stopped: () => false,
  });
  t.deepEqual(
    fallen.map(({ name }) => name),
    ["falls"],
  );
  t.ok((laps.findLast(({ name }) => name === "stays")?.seconds as number) >= 0.2);
  let count = 0;
  const start = performance.now();
  await raceInTurns(task, null as never, [named("stays")], 60, {
    lap: () => count++,
    fallen: () => {},
    stopped: () => count > 0,
  });
  t.ok(performance.now() - start < 10_000, "it does not go on for a minute");
  t.equal(opened(), 0);
});

test("the natural gradient solves Poisson's equation here too", async (t) => {
  const backend = await cpu({ threads: 1 });
  const make = optimizers.poisson.engd as () => Optimizer;
  const runner = await poisson(1).start(backend, make(), 60);
  const { error: first = 0 } = await runner.measure();
  for (let i = 0; i < 60; i++) await runner.step();
  await runner.settle();
  const { error: last = 1 } = await runner.measure();
  // docs/experiment-pde.md has 9.2e-2 after 30 steps and 9.4e-8 after 100.
  t.ok(first > 0.5 && last < 1e-2, `${first} → ${last}`);
  await runner.close();
  await backend.close();
});
