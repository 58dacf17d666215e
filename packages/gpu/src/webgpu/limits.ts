/** The limits of a device that programs keep to. */
export interface DeviceLimits {
  /** The largest buffer, in bytes. */
  readonly pageBytes: number;
  /** The largest part of a buffer that one binding shows to a kernel, in bytes; a multiple of 256. */
  readonly bindingBytes: number;
  /** The number of bindings of storage that one dispatch may have. */
  readonly buffers: number;
  /** The number of workgroups along one axis. */
  readonly groups: number;
  /** Whether the device can write down when a pass begins and ends. */
  readonly timestamps: boolean;
}

/** Limits that are asked for as large as the adapter has them. By default a device has what every adapter has. */
const asked = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupsPerDimension",
] as const;

/** The feature by which passes are measured. */
const timestamps = "timestamp-query";

/** Bindings begin at multiples of this many bytes on every device. */
const bindingAlignment = 256;

/**
 * The largest page that kernels can count through, in bytes.
 *
 * Positions are words of 32 bits, and those of bytes count bytes. A loop over a list ends when its counter is at the end or
 * behind it, so the counter must not wrap before. It goes on by 8192 at most (256 threads that add 32 elements each), and
 * the last of up to 1024 slices of a list may begin that many elements behind its end. 16 KiB are room for both.
 */
const mostPageBytes = 2 ** 32 - 2 ** 14;

/** Adds to a request for a device what programs can use of the adapter. */
export function fullRequest(
  { limits, features }: Pick<GPUAdapter, "limits" | "features">,
  request: GPUDeviceDescriptor = {},
): GPUDeviceDescriptor {
  const requiredLimits = { ...request.requiredLimits };
  for (const name of asked) requiredLimits[name] = limits[name];
  const requiredFeatures = new Set<GPUFeatureName>(request.requiredFeatures);
  if (features.has(timestamps)) requiredFeatures.add(timestamps);
  return { ...request, requiredLimits, requiredFeatures: [...requiredFeatures] };
}

/** Returns the limits of a device; `lower` has those that tests set below the device's own. */
export function limitsOf(
  { limits, features }: Pick<GPUDevice, "limits" | "features">,
  lower: Partial<DeviceLimits> = {},
): DeviceLimits {
  const pageBytes = lower.pageBytes ?? alignedDown(Math.min(limits.maxBufferSize, mostPageBytes));
  const most = lower.bindingBytes ?? limits.maxStorageBufferBindingSize;
  return {
    pageBytes,
    bindingBytes: Math.min(pageBytes, alignedDown(most)),
    buffers: lower.buffers ?? limits.maxStorageBuffersPerShaderStage,
    groups: lower.groups ?? limits.maxComputeWorkgroupsPerDimension,
    timestamps: lower.timestamps ?? features.has(timestamps),
  };
}

const alignedDown = (bytes: number) => bytes - (bytes % bindingAlignment);

/** Returns the limits as text for people. */
export function showLimits({ pageBytes, bindingBytes, buffers, timestamps }: DeviceLimits): string {
  return [
    `buffers of ${showBytes(pageBytes)}`,
    `bindings of ${showBytes(bindingBytes)}`,
    `${buffers} bindings a dispatch`,
    timestamps ? "timestamps" : "no timestamps",
  ].join(", ");
}

/** Returns a number of bytes as text: whole bytes, or MiB from one MiB on. */
export function showBytes(bytes: number): string {
  return bytes < 2 ** 20 ? `${bytes} bytes` : `${Math.round(bytes / 2 ** 20)} MiB`;
}
