import type { Feeds, Node } from "@metrigrad/graph";
import type { Store, Tensor } from "@metrigrad/tensor";
import { type LazyProgram, lazyProgram } from "./lazyProgram.ts";

/** Programs on a store by name. */
export interface Programs<Name extends string> {
  /** Returns the values of a program's outputs, with the feeds of all programs and its own. */
  run(name: Name, more?: Feeds): Promise<readonly Tensor[]>;
  /** Returns the first of these values. */
  value(name: Name, more?: Feeds): Promise<Tensor>;
  /** Frees the programs. */
  close(): Promise<void>;
}

/** Makes a table of programs, each of which is compiled at its first run and kept. */
export function programs<Name extends string>(
  store: Store,
  feeds: Feeds,
  outputs: Readonly<Record<Name, () => readonly Node[]>>,
): Programs<Name> {
  const made = new Map<Name, LazyProgram>();
  const run = (name: Name, more: Feeds = {}) => {
    const program = made.get(name) ?? lazyProgram(store, outputs[name]);
    made.set(name, program);
    return program.run({ ...feeds, ...more });
  };
  return {
    run,
    value: async (name, more) => (await run(name, more))[0] as Tensor,
    close: async () => {
      for (const program of made.values()) await program.close();
    },
  };
}
