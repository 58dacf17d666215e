/** Builds the pages of the playground: each page and each worker is an entry, and what they share is in chunks. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vite";
import { shared } from "./parts.mjs";

const root = import.meta.dirname;

/** Files of a folder by name, as entries. @param {string} folder @param {string} ending @param {string} prefix */
const entries = (folder, ending, prefix) =>
  Object.fromEntries(
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith(ending))
      .map((name) => [`${prefix}${name.slice(0, -ending.length)}`, join(root, folder, name)]),
  );

export default defineConfig({
  root,
  base: "./",
  publicDir: join(root, "public"),
  plugins: [shared()],
  resolve: { conditions: ["@metrigrad/source", "browser", "module", "import", "default"] },
  build: {
    outDir: join(root, "dist"),
    emptyOutDir: true,
    target: "es2022",
    // Workers import chunks too, and a worker has no document to which links could be added.
    modulePreload: false,
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1000,
    rollupOptions: {
      input: { ...entries(".", ".html", ""), ...entries("workers", ".ts", "worker-") },
      output: {
        // Pages start their workers by name.
        entryFileNames: "code/[name].js",
        chunkFileNames: "code/[name]-[hash].js",
        assetFileNames: "code/[name]-[hash][extname]",
      },
    },
  },
});
