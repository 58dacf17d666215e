/** `node bundle.mjs`, where the archives are installed: bundles train.js and open.js for browsers by every bundler, minified, into out/. */
import { execFileSync } from "node:child_process";
import { join, resolve } from "node:path";
import commonjs from "@rollup/plugin-commonjs";
import nodeResolve from "@rollup/plugin-node-resolve";
import * as esbuild from "esbuild";
import { rollup } from "rollup";
import * as vite from "vite";
import webpack from "webpack";

const here = import.meta.dirname;
const entries = ["train", "open"];

/** @type {Record<string, (entry: string, out: string) => Promise<void>>} */
const bundlers = {
  esbuild: async (entry, out) => {
    await esbuild.build({
      ...{ entryPoints: [`${entry}.js`], outfile: join(out, `${entry}.js`), bundle: true },
      ...{ minify: true, format: "esm", platform: "browser", target: "es2022", logLevel: "error" },
    });
  },
  webpack: async (entry, out) => {
    const stats = await new Promise((done, fail) => {
      const config = {
        ...{ mode: "production", entry: `./${entry}.js`, context: here, target: ["web", "es2022"] },
        output: { path: resolve(out), filename: `${entry}.js`, library: { type: "module" } },
        experiments: { outputModule: true },
        plugins: [new webpack.optimize.LimitChunkCountPlugin({ maxChunks: 1 })],
        performance: false,
      };
      webpack(/** @type {never} */ (config), (error, found) => (error ? fail(error) : done(found)));
    });
    const { errors = [] } = stats.toJson({ errors: true });
    if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join("\n"));
  },
  rollup: async (entry, out) => {
    const bundle = await rollup({
      input: `${entry}.js`,
      plugins: [nodeResolve({ browser: true }), commonjs()],
      onwarn: () => {},
    });
    const file = join(out, `${entry}.js`);
    await bundle.write({ file, format: "es", inlineDynamicImports: true });
    await bundle.close();
  },
  vite: async (entry, out) => {
    await vite.build({
      ...{ root: here, logLevel: "error", configFile: false },
      build: {
        ...{ outDir: out, emptyOutDir: false, minify: true, target: "es2022" },
        lib: { entry: `${entry}.js`, formats: ["es"], fileName: () => `${entry}.js` },
        rollupOptions: { output: { codeSplitting: false } },
      },
    });
  },
  bun: async (entry, out) => {
    const bun = join(here, "node_modules", ".bin", "bun");
    const flags = ["build", `./${entry}.js`, "--target=browser", "--minify", `--outdir=${out}`];
    execFileSync(bun, flags, { cwd: here, stdio: ["ignore", "ignore", "pipe"] });
  },
};

for (const [name, bundle] of Object.entries(bundlers)) {
  for (const entry of entries) {
    try {
      await bundle(entry, join("out", name));
      console.log(`ok ${name} ${entry}`);
    } catch (error) {
      const { stderr, message } = /** @type {Error & { stderr?: Buffer }} */ (error);
      console.log(
        `FAIL ${name} ${entry}: ${String(stderr ?? message)
          .trim()
          .replace(/\s*\n\s*/g, " | ")
          .slice(0, 600)}`,
      );
    }
  }
}
