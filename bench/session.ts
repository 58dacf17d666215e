import type { Kit, Peer } from "./kit.ts";
import type { Options } from "./options.ts";
import { type Ours, variants } from "./ours/variants.ts";

/** One run of the benchmarks: what takes part, and what there is to say about it. */
export interface Session {
  readonly options: Options;
  /** Variants of metrigrad, the first is compared with all others. */
  readonly ours: readonly Ours[];
  readonly peers: readonly Kit[];
  /** What suites have loaded for themselves. */
  readonly guests: readonly Kit[];
  /** Peers that could not be loaded, and why. */
  readonly missing: Readonly<Record<string, string>>;
  readonly remarks: readonly string[];
  /** Notes what a reader of the numbers must know; the same only once. */
  remark(text: string): void;
  /** Notes an answer that differs, which fails the run. */
  wrong(text: string): void;
  /** Tells on the terminal what is being done. */
  progress(text: string): void;
  /** Loads what only one suite needs; null, and a note, where it is not there. */
  join<K extends Kit>(peer: Peer<K>): Promise<K | null>;
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
  const guests: Kit[] = [];
  const missing: Record<string, string> = {};
  const load = async <K extends Kit>(peer: Peer<K>, list: Kit[]): Promise<K | null> => {
    try {
      const kit = await peer.load();
      list.push(kit);
      return kit;
    } catch (error) {
      const [line = ""] = (error as Error).message.split("\n");
      missing[peer.name] = line;
      console.error(`${peer.name}: not run: ${line}`);
      return null;
    }
  };
  for (const peer of peers) await load(peer, loaded);
  return {
    options,
    ours,
    peers: loaded,
    guests,
    missing,
    remarks,
    remark,
    wrong: (text) => {
      remark(text);
      process.exitCode = 1;
    },
    progress: (text) => console.error(text),
    join: (peer) => load(peer, guests),
    close: async () => {
      for (const kit of [...guests, ...loaded, ...ours]) await kit.close();
    },
  };
}
