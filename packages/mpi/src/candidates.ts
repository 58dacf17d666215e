/** The names under which libraries are installed. */
const names = {
  standard: ["libmpi_abi.so.1", "libmpi_abi.so.0", "libmpi_abi.so"],
  openMpi: ["libmpi.so.40"],
  mpich: ["libmpich.so.12", "libmpi.so.12"],
} as const;

const onMac = ["/opt/homebrew/lib", "/usr/local/lib"].flatMap((folder) =>
  ["libmpi_abi.dylib", "libmpi.40.dylib", "libmpi.12.dylib"].map((name) => `${folder}/${name}`),
);

/**
 * Returns the libraries to try, the best first. Under a launcher the library must be the launcher's own, which its
 * variables tell. Otherwise the standard ABI comes first.
 */
export function candidates(
  environment: Readonly<Record<string, string | undefined>>,
  platform: string,
): readonly string[] {
  const { standard, openMpi, mpich } = names;
  if (platform === "darwin") return onMac;
  if (platform !== "linux") return [];
  if (environment.OMPI_COMM_WORLD_SIZE !== undefined) return [...openMpi, ...standard];
  if (environment.PMI_SIZE !== undefined || environment.PMI_RANK !== undefined) {
    return [...mpich, ...standard];
  }
  return [...standard, ...openMpi, ...mpich];
}
