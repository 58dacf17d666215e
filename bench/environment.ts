import os from "node:os";
import type { Session } from "./session.ts";

/** The machine, the moment, and what took part. */
export interface Environment {
  readonly node: string;
  readonly cpu: string;
  readonly cores: number;
  /** Bytes. */
  readonly memory: number;
  /** Of the last minute. */
  readonly load: number;
  readonly date: string;
  /** Rounds whose median is taken; few and short ones for `quick`. */
  readonly rounds: number;
  readonly quick: boolean;
  /** Versions of metrigrad's variants and of the peers, by name. */
  readonly versions: Readonly<Record<string, string>>;
  /** The graphics adapters of those of them that compute on one, by name. */
  readonly adapters: Readonly<Record<string, string>>;
  /** Peers that could not be loaded, and why. */
  readonly missing: Readonly<Record<string, string>>;
  readonly remarks: readonly string[];
}

/** What the numbers were measured on and with. */
export function environment(session: Session): Environment {
  const { options, ours, peers, guests, missing, remarks } = session;
  const all = [...ours, ...peers, ...guests];
  return {
    node: process.version,
    cpu: os.cpus()[0]?.model.trim() ?? "unknown",
    cores: os.cpus().length,
    memory: os.totalmem(),
    load: os.loadavg()[0] ?? 0,
    date: new Date().toISOString(),
    rounds: options.rounds,
    quick: options.quick,
    versions: Object.fromEntries(all.map(({ name, version }) => [name, version])),
    adapters: Object.fromEntries(
      all.flatMap(({ name, device }) => (device === undefined ? [] : [[name, device]])),
    ),
    missing,
    remarks,
  };
}
