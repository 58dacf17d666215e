import os from "node:os";

/** What the numbers were measured on. */
export function environment() {
  const [first] = os.cpus();
  return {
    node: process.version,
    cpu: first?.model ?? "unknown",
    cores: os.cpus().length,
    memory: os.totalmem(),
    load: os.loadavg()[0],
    date: new Date().toISOString(),
  };
}
