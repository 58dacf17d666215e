import { type Dirent, readdirSync } from "node:fs";
import { join } from "node:path";
import { DataError, dataSet, splitRows, tensor } from "metrigrad";
import { fitPicture } from "./fitPicture.ts";
import { readPng } from "./readPng.ts";

/** Which pictures, and what they are brought to. */
export interface PngFolderOptions {
  /** A folder with one folder of PNG files per class. */
  readonly folder: string;
  /** Pixels per side; the middle square of each picture is scaled to it. */
  readonly side: number;
  readonly seed: number;
  /** Pictures of each class at most; all by default. */
  readonly perClass?: number;
  /** 1 makes pictures grey, 3 coloured; by default 3 where any picture has colours. */
  readonly channels?: 1 | 3;
  /** The part of the pictures that validates; 0.2 by default. */
  readonly held?: number;
}

/**
 * The pictures of a folder as u8 [n, channels, side, side], 0 … 255 read as 0 … 1, and the number of the folder that
 * each is in, by name.
 * @throws DataError for counts that are none, and where there are fewer than two folders, one has no PNG file, or a file is no PNG
 */
export function pngFolder(options: PngFolderOptions) {
  const { folder, side, seed, perClass = Number.POSITIVE_INFINITY, held = 0.2 } = options;
  for (const [name, value] of Object.entries({ side, perClass })) {
    if (value > 0 && (Number.isInteger(value) || value === Number.POSITIVE_INFINITY)) continue;
    throw refused(folder, `${name} must be a positive integer`, String(value), "pass 28, say");
  }
  const todo = "put the PNG files of each class into a folder of their own";
  const names = namesIn(folder, (entry) => entry.isDirectory());
  if (names.length < 2) {
    throw refused(folder, "it must have two folders at least", `${names.length}`, todo);
  }
  const pictures = names.flatMap((name, target) => {
    const files = namesIn(join(folder, name), (file) => /\.png$/i.test(file.name));
    if (files.length === 0) throw refused(join(folder, name), "it must have PNG files", "0", todo);
    const own = files.slice(0, perClass);
    return own.map((file) => ({ picture: readPng(join(folder, name, file)), target }));
  });
  const { channels = pictures.some(({ picture }) => picture.channels === 3) ? 3 : 1 } = options;
  const size = channels * side * side;
  const values = new Uint8Array(pictures.length * size);
  pictures.forEach(({ picture }, row) => {
    values.set(fitPicture(picture, { channels, side }), row * size);
  });
  const targets = Int32Array.from(pictures, ({ target }) => target);
  const inputs = tensor(values, { shape: [pictures.length, channels, side, side] });
  const valid = Math.max(1, Math.round(held * pictures.length));
  const parts = splitRows({ inputs, targets }, [pictures.length - valid, valid, 0], { seed });
  const { train, valid: validRows } = parts;
  const scale = { inputScale: 1 / 255, classes: names.length };
  return dataSet({ name: "pictures", train, valid: validRows, ...scale });
}

/** Names of what is in a folder and not hidden, in order. Throws DataError. */
function namesIn(folder: string, wanted: (entry: Dirent) => boolean): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    const found = entries.filter((entry) => !entry.name.startsWith(".") && wanted(entry));
    return found.map(({ name }) => name).sort();
  } catch (error) {
    const got = error instanceof Error ? error.message : String(error);
    throw refused(folder, "it must be a readable folder", got, "correct the path");
  }
}

function refused(folder: string, must: string, got: string, todo: string): DataError {
  return new DataError({ where: `pngFolder(${folder})`, must, got, todo });
}
