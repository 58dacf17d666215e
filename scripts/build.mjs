/** `npm run build`: compiles the packages and examples. */
import { build } from "./setup.mjs";

process.exitCode = build();
