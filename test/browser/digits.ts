import { type MnistFileName, uniformStream } from "metrigrad";

/** Files in the format of MNIST with rows that are made up: the label says where in the image there is ink. */
export function digitFiles(rows: number): Partial<Record<MnistFileName, Uint8Array>> {
  const images = new Uint8Array(16 + rows * 784);
  const labels = new Uint8Array(8 + rows);
  header(images, [0x803, rows, 28, 28]);
  header(labels, [0x801, rows]);
  const { bits } = uniformStream({ seed: 1, path: "digits" });
  for (let row = 0; row < rows; row++) {
    const label = row % 10;
    labels[8 + row] = label;
    for (let at = 0; at < 60; at++) {
      images[16 + row * 784 + label * 70 + at] = bits(60 * row + at) >>> 24;
    }
    images[16 + row * 784 + 783] = 255;
  }
  return { "t10k-images-idx3-ubyte": images, "t10k-labels-idx1-ubyte": labels };
}

function header(bytes: Uint8Array, words: readonly number[]): void {
  const view = new DataView(bytes.buffer);
  for (const [at, word] of words.entries()) view.setUint32(4 * at, word);
}

/** Bytes as gzip packs them. */
export async function packed(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>])
    .stream()
    .pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
