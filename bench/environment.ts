import os from "node:os";

/** The machine and the moment. */
export interface Environment {
  readonly node: string;
  readonly cpu: string;
  readonly cores: number;
  /** Bytes. */
  readonly memory: number;
  /** Of the last minute. */
  readonly load: number;
  readonly date: string;
}

/** What the numbers were measured on. */
export function environment(): Environment {
  const [first] = os.cpus();
  return {
    node: process.version,
    cpu: first?.model ?? "unknown",
    cores: os.cpus().length,
    memory: os.totalmem(),
    load: os.loadavg()[0] ?? 0,
    date: new Date().toISOString(),
  };
}
