import { DataError } from "@metrigrad/tensor";
import { gunzipSync } from "fflate";
import { mnistFiles } from "./mnistFiles.ts";
import type { MnistFileName, MnistOptions } from "./mnistOptions.ts";
import type { NamedBytes } from "./readDigits.ts";

/** The bytes of files, from what the options name: given bytes, an address, or an npm package. Throws DataError. */
export async function mnistBytes(
  names: readonly MnistFileName[],
  { bytes, fetch: from }: MnistOptions,
): Promise<NamedBytes[]> {
  if (bytes !== undefined && from !== undefined) {
    throw refused("bytes or fetch must be given", "both", "leave one of them out");
  }
  if (bytes !== undefined) return Promise.all(names.map((name) => named(name, bytes[name])));
  if (from !== undefined)
    return Promise.all(names.map(async (name) => named(name, await fetched(name, from))));
  if (!isNode()) {
    throw refused(
      "the files must be given where there is no file system",
      "neither bytes nor fetch",
      'pass { fetch: "https://…/folder-of-the-files" } or { bytes: { [file]: bytes } }',
    );
  }
  const files = await mnistFiles(names);
  return Promise.all(names.map((name, i) => named(name, files[i])));
}

/** A file, unpacked where it is packed by gzip. */
async function named(name: MnistFileName, bytes: Uint8Array | undefined): Promise<NamedBytes> {
  if (!(bytes instanceof Uint8Array)) {
    const got = bytes === undefined ? "none" : typeof bytes;
    throw refused(`bytes must have a Uint8Array for ${name}`, got, "pass the bytes of each file");
  }
  const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!isPacked) return { name, bytes };
  try {
    return { name, bytes: await unpacked(bytes) };
  } catch (error) {
    throw refused(`${name} must be whole`, (error as Error).message, "fetch the file again");
  }
}

/** Unpacks a file. In a page the browser does it beside the page's own work. */
async function unpacked(bytes: Uint8Array): Promise<Uint8Array> {
  if (isNode() || typeof DecompressionStream === "undefined") return gunzipSync(bytes);
  const packed = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
  const stream = packed.pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function isNode(): boolean {
  return globalThis.process?.versions?.node !== undefined;
}

async function fetched(
  name: MnistFileName,
  from: NonNullable<MnistOptions["fetch"]>,
): Promise<Uint8Array> {
  if (typeof from === "function") {
    const bytes = await from(name);
    return bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes;
  }
  const address = `${String(from).replace(/\/$/, "")}/${name}`;
  const failed = (got: string) =>
    refused(
      `${address} must answer`,
      got,
      "check the address, or pass a function of the file's name",
    );
  try {
    const response = await fetch(address);
    if (response.ok) return new Uint8Array(await response.arrayBuffer());
    throw new Error(`status ${response.status}`);
  } catch (error) {
    throw failed((error as Error).message);
  }
}

function refused(must: string, got: string, todo: string): DataError {
  return new DataError({ where: "mnist", must, got, todo });
}
