/**
 * Headless Chromium for checks. It comes from CHROMIUM or from where Debian and others put it; Debian's is installed where it is
 * missing and CI=true.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

/** The path of a Chromium. Throws where there is none. */
function findBrowser() {
  const places = [
    process.env.CHROMIUM,
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  ];
  const find = () => places.find((path) => path && existsSync(path));
  if (!find() && process.env.CI === "true") {
    for (const args of [["update"], ["install", "-y", "chromium"]]) {
      spawnSync("apt-get", args, { stdio: ["ignore", "ignore", "inherit"] });
    }
  }
  const found = find();
  if (found) return found;
  throw new Error(
    "Chromium must be there, got none; install it (Debian: apt-get install chromium) or set CHROMIUM to its path",
  );
}

/** Starts it, with WebGPU and WebGL on the processor. */
export function launch() {
  return chromium.launch({
    executablePath: findBrowser(),
    args: [
      ...["--no-sandbox", "--disable-quic", "--no-first-run"],
      ...["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"],
      ...["--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
      ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
    ],
  });
}
