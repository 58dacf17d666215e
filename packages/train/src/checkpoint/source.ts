import type { ByteSource } from "@metrigrad/data";
import { DataError } from "@metrigrad/tensor";
import { fileSystem } from "../files/fileSystem.ts";

/** Node reads up to 2³¹−1 bytes at once. */
const mostAtOnce = 2 ** 30;

/**
 * Calls a function with the bytes of a file, or with the given bytes. The file is closed afterwards. Throws
 * DataError.
 */
export async function withSource<T>(
  from: string | Uint8Array,
  where: string,
  use: (source: ByteSource) => Promise<T>,
): Promise<T> {
  if (typeof from !== "string") {
    return use({
      size: from.length,
      read: async (at, length) => from.subarray(at, at + length),
    });
  }
  const { promises } = fileSystem(where, "pass the bytes of the file");
  const handle = await promises.open(from, "r").catch((error: Error) => unreadable(where, error));
  try {
    const { size } = await handle.stat();
    const read = async (at: number, length: number) => {
      const bytes = new Uint8Array(length);
      for (let done = 0; done < length; ) {
        const most = Math.min(mostAtOnce, length - done);
        const { bytesRead } = await handle
          .read(bytes, done, most, at + done)
          .catch((error: Error) => unreadable(where, error));
        if (bytesRead === 0) unreadable(where, new Error("a file that became shorter"));
        done += bytesRead;
      }
      return bytes;
    };
    return await use({ size, read });
  } finally {
    await handle.close();
  }
}

function unreadable(where: string, { message }: Error): never {
  throw new DataError({
    where,
    must: "the file must be readable",
    got: message,
    todo: "check the path",
  });
}
