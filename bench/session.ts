import type { Kit, Peer } from "./kit.ts";
import type { Options } from "./options.ts";
import { type Ours, variants } from "./ours/variants.ts";

/** One run of the benchmarks: what takes part, and what there is to say about it. */
export interface Session {
  readonly options: Options;
  /** Variants of metrigrad, the first is compared with all others. */
  readonly ours: readonly Ours[];
  readonly peers: readonly Kit[];
  /** Peers that could not be loaded, and why. */
  readonly missing: Readonly<Record<string, string>>;
  readonly remarks: readonly string[];
  /** Notes what a reader of the numbers must know; the same only once. */
  remark(text: string): void;
  /** Notes an answer that differs, which fails the run. */
  wrong(text: string): void;
  /** Tells on the terminal what is being done. */
  progress(text: string): void;
  close(): Promise<void>;
}

/** Loads metrigrad and the peers. */
export async function openSession(options: Options, peers: readonly Peer[]): Promise<Session> {
  const remarks: string[] = [];
  const remark = (text: string) => {
    if (remarks.includes(text)) return;
    remarks.push(text);
    console.error(`note: ${text}`);
  };
  const ours = await variants(options.threads, remark);
  const loaded: Kit[] = [];
  const missing: Record<string, string> = {};
  for (const peer of peers) {
    try {
      loaded.push(await peer.load());
    } catch (error) {
      const [line = ""] = (error as Error).message.split("\n");
      missing[peer.name] = line;
      console.error(`missing: ${peer.name}: ${line}`);
    }
  }
  return {
    options,
    ours,
    peers: loaded,
    missing,
    remarks,
    remark,
    wrong: (text) => {
      remark(text);
      process.exitCode = 1;
    },
    progress: (text) => console.error(text),
    close: async () => {
      for (const kit of [...loaded, ...ours]) await kit.close();
    },
  };
}
