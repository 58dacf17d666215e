/** The backends on which every identity must hold. */
import { cpu } from "@metrigrad/cpu";
import { type Backend, reference, type Store, type VariableOwner } from "@metrigrad/tensor";
import test from "tape";

/** A backend under test. */
export interface Tested {
  readonly name: string;
  /** A store of its own, which `close` frees. The backend is opened once, and closed after all tests. */
  store(owner: VariableOwner, seed?: number): Promise<Store>;
  /** The limit of an error here: in float64, where formulas of the host err too, or in float32. */
  limit(float64: number, float32: number): number;
}

function tested(name: string, open: () => Promise<Backend>, float: "f64" | "f32"): Tested {
  let opened: Promise<Backend> | null = null;
  const backend = () => {
    if (opened === null) {
      const first = open();
      test.onFinish(async () => (await first).close());
      opened = first;
    }
    return opened;
  };
  return {
    name,
    store: async (owner, seed = 0) => (await backend()).store(owner, { seed }),
    limit: (float64, float32) => (float === "f64" ? float64 : float32),
  };
}

/** Everything in float64, one step after the other. */
export const onReference: Tested = tested("reference", reference, "f64");

/** WebAssembly in float32, whose unit roundoff is 6e-8. */
export const onCpu: Tested = tested("cpu", () => cpu({ threads: 1 }), "f32");

/**
 * Both. Titles end in "on reference" and "on cpu". What an identity is compared with is always worked
 * out in float64: on the host, or by finite differences on the reference backend.
 */
export const backends: readonly Tested[] = [onReference, onCpu];
