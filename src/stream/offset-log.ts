import { error } from "../error/error.ts";
import type { CheckpointConf } from "./conf.ts";
import type { Offset } from "./source.ts";

/** One file of `offsets/`: all that fixes a batch before anything of it runs. */
export interface OffsetEntry {
  readonly batchWatermarkMs: number;
  readonly batchTimestampMs: number;
  readonly conf: CheckpointConf;
  /** One for each streaming scan, in plan order; undefined: no data yet. */
  readonly offsets: readonly (Offset | undefined)[];
}

const none = "-";

/** The text of `offsets/N`, byte for byte as Spark 4.2.0 writes it (v1, no trailing newline). */
export function encodeOffsets(entry: OffsetEntry): string {
  const { batchWatermarkMs, batchTimestampMs, conf } = entry;
  const metadata = JSON.stringify({ batchWatermarkMs, batchTimestampMs, conf });
  return ["v1", metadata, ...entry.offsets.map((offset) => offset ?? none)].join("\n");
}

/** Reads `offsets/N`. Unknown keys and any key order are tolerated, as in Spark. */
export function decodeOffsets(text: string, path: string): OffsetEntry {
  const [version = "", metadata = "", ...lines] = text.split("\n");
  if (version.trim() !== "v1") {
    throw /^v\d+$/.test(version.trim())
      ? error("STREAMING_CHECKPOINT_VERSION_NOT_SUPPORTED", { path, version, known: "v1" })
      : error("STREAMING_CHECKPOINT_MALFORMED", { path, reason: "its first line is not v1" });
  }
  const fields = object(metadata.trim() === "" ? "{}" : metadata, path);
  const conf: Record<string, string> = {};
  for (const [key, value] of Object.entries((fields["conf"] as object | undefined) ?? {})) {
    conf[key] = String(value);
  }
  return {
    batchWatermarkMs: count(fields["batchWatermarkMs"]),
    batchTimestampMs: count(fields["batchTimestampMs"]),
    conf,
    offsets: lines.map((line) => (line === none ? undefined : line)),
  };
}

/** The text of `commits/N`. */
export function encodeCommit(nextBatchWatermarkMs: number): string {
  return `v1\n${JSON.stringify({ nextBatchWatermarkMs })}`;
}

/** The watermark in `commits/N`; v2 and v3 only add what is not needed here. */
export function decodeCommit(text: string, path: string): number {
  const [version = "", json = ""] = text.split("\n");
  if (!/^v[123]$/.test(version.trim())) {
    throw error("STREAMING_CHECKPOINT_VERSION_NOT_SUPPORTED", {
      path,
      version: version.slice(0, 20),
      known: "v1, v2, v3",
    });
  }
  return count(object(json.trim() === "" ? "{}" : json, path)["nextBatchWatermarkMs"]);
}

function object(json: string, path: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw error("STREAMING_CHECKPOINT_MALFORMED", { path, reason: "it is not JSON" }, cause);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw error("STREAMING_CHECKPOINT_MALFORMED", { path, reason: "it is not a JSON object" });
  }
  return value as Record<string, unknown>;
}

function count(value: unknown): number {
  return typeof value === "number" && Number.isSafeInteger(value) ? value : 0;
}
