/** Digits of MNIST: 28×28 pixels of ink in [0, 1], and the digit of each. */
export interface Digits {
  readonly images: Float32Array;
  readonly labels: Int32Array;
}

export const pixels = 784;
const [trainRows, testRows] = [4000, 1000];
/** Levels of ink above none; digits/pack.mjs has eight in all. */
const mostInk = 7;

/** Loads the digits beside the pages: those to train on, and those to test. Throws an Error if they are not there. */
export async function loadDigits(): Promise<{ readonly train: Digits; readonly test: Digits }> {
  const response = await fetch(new URL("../data/digits.bin", globalThis.location.href));
  if (!response.ok || response.body === null) {
    throw new Error(
      `digits: the file data/digits.bin must be beside the pages, got status ${response.status}; build them by npm run playground`,
    );
  }
  const unpacked = response.body.pipeThrough(new DecompressionStream("deflate"));
  return digitsOf(new Uint8Array(await new Response(unpacked).arrayBuffer()));
}

/** Reads the unpacked bytes of the file. */
export function digitsOf(bytes: Uint8Array): { readonly train: Digits; readonly test: Digits } {
  const rows = trainRows + testRows;
  const images = new Float32Array(rows * pixels);
  for (let i = 0; i < images.length; i += 2) {
    const pair = bytes[rows + i / 2] as number;
    images[i] = (pair >> 4) / mostInk;
    images[i + 1] = (pair & 15) / mostInk;
  }
  const part = (from: number, to: number): Digits => ({
    images: images.slice(from * pixels, to * pixels),
    labels: Int32Array.from(bytes.subarray(from, to)),
  });
  return { train: part(0, trainRows), test: part(trainRows, rows) };
}
