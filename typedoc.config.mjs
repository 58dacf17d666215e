import { join } from "node:path";
import { OptionDefaults } from "typedoc";
import { categories } from "./scripts/api/rules.mjs";
import { readFormulas, repository } from "./scripts/api/site.mjs";

/** The pages besides the reference, in their order. Guides and experiments name theirs in `children`. */
const pages = [
  "docs/guides.md",
  "examples/README.md",
  "docs/experiments.md",
  "docs/from/pytorch.md",
  "docs/from/jax.md",
  "docs/from/tensorflow.md",
  "docs/troubleshooting.md",
  "docs/engine.md",
  "docs/decisions.md",
];

/** @type {Partial<import("typedoc").TypeDocOptions>} */
export default {
  name: "metrigrad",
  entryPointStrategy: "resolve",
  // The umbrella exports all packages but those that are optional.
  entryPoints: ["metrigrad", "gpu", "native", "mpi", "onnx"].map(
    (name) => `packages/${name}/src/index.ts`,
  ),
  sortEntryPoints: false,
  tsconfig: "tsconfig.docs.json",
  includeVersion: true,
  readme: "docs/start.md",
  projectDocuments: pages,
  plugin: [join(import.meta.dirname, "scripts/api/site.mjs")],
  markdownItLoader: readFormulas,
  out: "docs/api",
  modifierTags: [...OptionDefaults.modifierTags, "@nothrow"],
  notRenderedTags: [...OptionDefaults.notRenderedTags, "@nothrow"],
  excludeInternal: true,
  excludePrivate: true,
  disableGit: true,
  displayBasePath: import.meta.dirname,
  sourceLinkTemplate: `${repository}/blob/main/{path}#L{line}`,
  categoryOrder: [...categories, "*"],
  navigation: {
    includeCategories: true,
    includeGroups: false,
    includeFolders: false,
    excludeReferences: true,
  },
  // The members of Error that Node's types have are no part of it.
  excludeExternals: true,
  kindSortOrder: [
    "Document",
    "Module",
    "Namespace",
    "Function",
    "Variable",
    "Class",
    "Interface",
    "TypeAlias",
    "Constructor",
    "Property",
    "Accessor",
    "Method",
    "Reference",
  ],
  visibilityFilters: {},
  sort: ["documents-first", "kind", "alphabetical-ignoring-documents"],
  headings: { readme: false, document: false },
  hideGenerator: true,
  customCss: "scripts/api/site.css",
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
