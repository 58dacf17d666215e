/**
 * A folder of a page: what `fit` needs of a `FileSystemDirectoryHandle`, for example of the origin private file system.
 *
 * @category Train: files and reports
 */
export interface FolderHandle {
  /** "directory". */
  readonly kind: "directory";
  /** The name of the folder, for messages. */
  readonly name: string;
  /**
   * Lists the folder.
   *
   * @returns The names of its files and folders.
   */
  keys(): AsyncIterable<string>;
  /**
   * Finds a file.
   *
   * @param name - The name of the file.
   * @param options - Whether to make the file if it is missing.
   * @returns A promise of the file.
   */
  getFileHandle(name: string, options?: { readonly create?: boolean }): Promise<FileOfHandle>;
  /**
   * Removes a file.
   *
   * @param name - The name of the file.
   */
  removeEntry(name: string): Promise<void>;
}

/**
 * A file of a {@link FolderHandle}, as a `FileSystemFileHandle` is.
 *
 * @category Train: files and reports
 */
export interface FileOfHandle {
  /**
   * Opens the file for reading.
   *
   * @returns A promise of its bytes, as a `File` has them.
   */
  getFile(): Promise<{
    readonly size: number;
    slice(from: number, to: number): { arrayBuffer(): Promise<ArrayBuffer> };
  }>;
  /**
   * Opens the file for writing. What is written is in the file after `close`, all at once.
   *
   * @returns A promise of a stream.
   */
  createWritable(): Promise<{
    write(bytes: ArrayBuffer): Promise<void>;
    close(): Promise<void>;
    abort(): Promise<void>;
  }>;
}
