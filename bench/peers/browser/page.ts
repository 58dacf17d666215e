import type { Contestant } from "../../contestant.ts";
import type { Kit } from "../../kit.ts";
import { unpack } from "./pack.ts";

/** What the host asks of a page that measures; problems and answers go through requests. */
export interface MeasuringPage {
  /** Kinds of problems that it solves, and what it runs on. */
  readonly kinds: readonly string[];
  readonly version: string;
  readonly device: string;
  pose(kind: string): Promise<void>;
  result(): Promise<void>;
  time(count: number): Promise<number>;
  close(): Promise<void>;
}

/** Makes a library answer the host, one problem at a time. */
export function measuringPage(kit: Kit, device: string): MeasuringPage {
  let current: Contestant | null = null;
  const posed = (): Contestant => {
    if (current === null) throw new Error("a problem must be posed first");
    return current;
  };
  return {
    kinds: Object.keys(kit.solvers),
    version: kit.version,
    device,
    pose: async (kind) => {
      const [json, bytes] = [await fetch("problem.json"), await fetch("problem.bin")];
      const problem = unpack(await json.text(), await bytes.arrayBuffer());
      current = (await (kit.solvers as Record<string, Poser>)[kind]?.(problem)) ?? null;
    },
    result: async () => {
      const answer = await posed().result();
      const body = Float32Array.from(answer ?? []);
      await fetch("answer", { method: "POST", body });
    },
    time: (count) => posed().time(count),
    close: async () => {
      await current?.close();
      current = null;
    },
  };
}

type Poser = (problem: object) => Promise<Contestant>;
