import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readSafetensors, writeSafetensors } from "metrigrad";

const sha256 = (content: string | Uint8Array) => createHash("sha256").update(content).digest("hex");

/** Takes something out of the newest checkpoint of a folder, in a way that it seems whole. */
export function leaveOut(folder: string, part: string): void {
  const name = readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .at(-1) as string;
  const path = join(folder, name);
  const { checksum: _, ...manifest } = JSON.parse(readFileSync(path, "utf8"));
  if (part === "position") {
    manifest.run.part.batch = 0;
  } else {
    const file = join(folder, manifest.tensors.file);
    const { tensors, metadata } = readSafetensors(readFileSync(file));
    const kept = [...tensors].filter(([one]) => !one.startsWith(`${part}/`));
    if (kept.length === tensors.size) throw new Error(`the checkpoint has nothing of ${part}`);
    const { "metrigrad.sha256": _, ...texts } = metadata;
    const bytes = writeSafetensors(new Map(kept), texts);
    writeFileSync(file, bytes);
    Object.assign(manifest.tensors, { bytes: bytes.length, sha256: sha256(bytes) });
  }
  const checksum = sha256(JSON.stringify(manifest));
  writeFileSync(path, JSON.stringify({ ...manifest, checksum }));
}
