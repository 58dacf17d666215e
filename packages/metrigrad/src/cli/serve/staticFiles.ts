import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { promisify } from "node:util";
import { brotliDecompress } from "node:zlib";
import type { Answer } from "./answer.ts";
import { mediaType } from "./mediaType.ts";

const expand = promisify(brotliDecompress);
const packed = ".br";

/** A file that is served. */
interface Served {
  readonly path: string;
  /** Whether the file holds the bytes compressed by Brotli. */
  readonly packed: boolean;
}

/**
 * Serves the regular files of a folder, as they were named when this was called. A file NAME.br stands for NAME.
 *
 * A request is looked up in this list. So no path leads out of the folder, whatever it contains, and links are not followed.
 */
export function staticFiles(folder: string): Answer {
  const files = listed(folder);
  return async ({ method, headers }, response, path) => {
    const file = files.get(path.endsWith("/") ? `${path}index.html` : path);
    if (file === undefined) return false;
    const bytes = await readFile(file.path);
    const asItIs = !file.packed || takesBrotli(headers["accept-encoding"]);
    const body = asItIs ? bytes : await expand(bytes);
    response.writeHead(200, {
      "Content-Type": mediaType(path.endsWith("/") ? "index.html" : path),
      "Content-Length": body.length,
      // The next version has other bytes under the same name.
      "Cache-Control": "no-cache",
      ...(file.packed ? { Vary: "Accept-Encoding" } : {}),
      ...(file.packed && asItIs ? { "Content-Encoding": "br" } : {}),
    });
    response.end(method === "HEAD" ? undefined : body);
    return true;
  };
}

/** The files below a folder by the path of their address. */
function listed(folder: string): ReadonlyMap<string, Served> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    files.map((path) => {
      const address = `/${relative(folder, path).replaceAll(sep, "/")}`;
      const isPacked = address.endsWith(packed);
      const name = isPacked ? address.slice(0, -packed.length) : address;
      return [name, { path, packed: isPacked }];
    }),
  );
}

/** Whether a browser takes Brotli: it is in the list, and not with a weight of 0. */
function takesBrotli(accepted: string | readonly string[] | undefined): boolean {
  return String(accepted ?? "")
    .split(",")
    .some((one) => /^\s*br\s*(;\s*q=(?!0(\.0*)?\s*$).*)?$/i.test(one));
}
