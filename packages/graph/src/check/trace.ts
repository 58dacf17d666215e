import {
  type Handle,
  type Store,
  type Tensor,
  tensor,
  uniformStream,
  valueTypeOf,
} from "@metrigrad/tensor";
import { compile } from "../compile/compile.ts";
import type { Feeds } from "../compile/program.ts";
import type { Node } from "../core/node.ts";
import { mul } from "../ops/arithmetic.ts";
import { sum } from "../ops/broadcastTo.ts";
import { input } from "../ops/input.ts";

/** Makes an input of the type and shape of a host value. */
export function inputLike(name: string, value: Tensor): Node {
  return input(name, value.shape, valueTypeOf(value.dtype));
}

/** Computes Σ x·y over all elements. */
export function dot(x: Node, y: Node): Node {
  return sum(mul(x, y));
}

/** Makes standard normal numbers of a shape. They are a function of the path. */
export function noiseLike(shape: readonly number[], path: string): Tensor {
  const stream = uniformStream({ seed: 0, path });
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Float64Array.from({ length: size }, (_, i) => stream.normal(i)),
    { shape },
  );
}

/** Computes x + h·v for tensors of one shape. */
export function moved(x: Tensor, v: Tensor, h: number): Tensor {
  const by = v.data();
  return tensor(
    Float64Array.from(x.data(), (value, i) => value + h * (by[i] as number)),
    { shape: x.shape },
  );
}

/** A compiled list of nodes that reads all its outputs at each run. */
export interface Evaluator {
  /** Runs the program and reads its outputs. Values that the program does not need may be given. */
  run(feeds: Feeds): Promise<Tensor[]>;
  /** Frees the program. */
  close(): Promise<void>;
}

/** Compiles nodes for repeated evaluation. */
export async function evaluator(outputs: readonly Node[], store: Store): Promise<Evaluator> {
  const program = await compile({ outputs }, store);
  const used = new Set(program.plan.feeds.map(({ name }) => name));
  return {
    run: async (feeds) => {
      const needed = Object.entries(feeds).filter(([name]) => used.has(name));
      const handles: readonly Handle[] = await program.run(Object.fromEntries(needed));
      return Promise.all(handles.map((handle) => handle.read()));
    },
    close: () => program.close(),
  };
}
