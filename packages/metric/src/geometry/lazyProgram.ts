import { compile, type Feeds, type Node, type Program } from "@metrigrad/graph";
import type { Handle, Store, Tensor } from "@metrigrad/tensor";

/** A program that is compiled at its first run and kept. */
export interface LazyProgram {
  /** Returns the values of the outputs. Runs follow one another. */
  run(feeds: Feeds): Promise<readonly Tensor[]>;
  close(): Promise<void>;
}

/** Compiles `outputs` on a store when values are first needed. */
export function lazyProgram(store: Store, outputs: () => readonly Node[]): LazyProgram {
  let made: Promise<Program<readonly Handle[]>> | null = null;
  let last: Promise<unknown> = Promise.resolve();
  const once = async (feeds: Feeds): Promise<readonly Tensor[]> => {
    made ??= compile({ outputs: outputs() }, store);
    const program = await made;
    const used = new Set(program.plan.feeds.map(({ name }) => name));
    const needed = Object.entries(feeds).filter(([name]) => used.has(name));
    const handles = await program.run(Object.fromEntries(needed));
    return Promise.all(handles.map((handle) => handle.read()));
  };
  return {
    run: (feeds) => {
      // Handles are valid until the next run only, so the next run waits until they are read.
      const turn = last.then(() => once(feeds));
      last = turn.catch(() => undefined);
      return turn;
    },
    close: async () => {
      await last;
      if (made !== null) await (await made).close();
      made = null;
    },
  };
}
