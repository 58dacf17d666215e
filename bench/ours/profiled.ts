import type { Backend, Executable, Plan, Store } from "metrigrad";

/** A plan without outputs, such as a training step, and the seconds of each of its steps in some of its runs. */
export interface Profile {
  readonly plan: Plan;
  readonly samples: (readonly number[])[];
}

/** One of so many runs is measured step by step. */
export const sampling = 10;

/** The same backend, whose plans without outputs leave profiles in the list. */
export function profiled(backend: Backend, profiles: Profile[]): Backend {
  const prepare = async (store: Store, plan: Plan): Promise<Executable> => {
    const executable = await store.prepare(plan);
    const { profile } = executable;
    if (plan.outputs.length > 0 || profile === undefined) return executable;
    const samples: (readonly number[])[] = [];
    profiles.push({ plan, samples });
    const measure: typeof profile = async (feeds) => {
      const seconds = await profile.call(executable, feeds);
      samples.push(seconds);
      return seconds;
    };
    let runs = 0;
    const run: Executable["run"] = async (feeds) => {
      if (++runs % sampling !== 0) return executable.run(feeds);
      await measure(feeds);
      return [];
    };
    return over(executable, { run, profile: measure });
  };
  return over(backend, {
    store: async (owner, options) => {
      const store = await backend.store(owner, options);
      return over(store, { prepare: (plan) => prepare(store, plan) });
    },
  });
}

/** An object with some methods of its own, the others being those of `base`. */
function over<T extends object>(base: T, own: Partial<T>): T {
  return new Proxy(base, {
    get(_, key) {
      const value = Reflect.get(key in own ? own : base, key);
      return typeof value === "function" ? value.bind(base) : value;
    },
  });
}
