/** Source links lead from a page of docs/api to the file in this clone. */
const sources = {
  displayBasePath: import.meta.dirname,
  disableGit: true,
  sourceLinkTemplate: "../../../{path}#L{line}",
};

/** @type {Partial<import("typedoc").TypeDocOptions> & { packageOptions: object }} */
export default {
  name: "metrigrad",
  entryPointStrategy: "packages",
  entryPoints: ["packages/*"],
  packageOptions: {
    entryPoints: ["src/index.ts"],
    excludeInternal: true,
    excludePrivate: true,
    readme: "README.md",
    ...sources,
  },
  includeVersion: true,
  readme: "README.md",
  out: "docs/api",
  ...sources,
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
