import { OptionDefaults } from "typedoc";
import { categories } from "./scripts/api/rules.mjs";

const repository = "https://github.com/metrigrad/metrigrad";

/** @type {Partial<import("typedoc").TypeDocOptions>} */
export default {
  name: "metrigrad",
  entryPointStrategy: "resolve",
  // The umbrella exports all packages but those that are optional.
  entryPoints: ["metrigrad", "gpu", "native"].map((name) => `packages/${name}/src/index.ts`),
  tsconfig: "tsconfig.docs.json",
  includeVersion: true,
  readme: "README.md",
  out: "docs/api",
  modifierTags: [...OptionDefaults.modifierTags, "@nothrow"],
  notRenderedTags: [...OptionDefaults.notRenderedTags, "@nothrow"],
  excludeInternal: true,
  excludePrivate: true,
  disableGit: true,
  displayBasePath: import.meta.dirname,
  sourceLinkTemplate: `${repository}/blob/main/{path}#L{line}`,
  categoryOrder: [...categories, "*"],
  searchInComments: true,
  searchInDocuments: true,
  validation: {
    notExported: true,
    invalidLink: true,
    invalidPath: true,
    rewrittenLink: true,
    notDocumented: true,
    unusedMergeModuleWith: true,
  },
  treatWarningsAsErrors: true,
};
