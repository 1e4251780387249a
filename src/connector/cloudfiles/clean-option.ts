import { error } from "../../error/error.ts";
import type { Location } from "../../storage/store.ts";
import type { ReadRequest } from "../connector.ts";
import { fixedPart } from "../file/glob.ts";
import { optionReader } from "../option.ts";
import { oneOf } from "./validate.ts";

/** What becomes of files once their batch is committed. */
export interface CleanSource {
  readonly mode: "DELETE" | "MOVE";
  /** Since their commit. */
  readonly retentionMs: number;
  /** Where they are moved. */
  readonly destination?: Location;
  /** Whether a stream that ends by itself cleans before it does. */
  readonly wait: boolean;
}

const dayMs = 86_400_000;
const defaultRetentionMs = 30 * dayMs;
/** What is deleted sooner can't be read again after a restore of the checkpoint. */
const leastForDelete = 7 * dayMs;

const name = "cloudFiles.cleanSource";

/** The options of cleaning, checked; undefined where nothing is cleaned. */
export async function cleanSource(
  { options, context }: ReadRequest,
  paths: readonly Location[],
): Promise<CleanSource | undefined> {
  const read = optionReader(options, "CF_INVALID_OPTION_VALUE");
  const mode = oneOf(read.text(name), name, ["OFF", "DELETE", "MOVE"]) ?? "OFF";
  if (mode === "OFF") return undefined;
  const retention = `${name}.retentionDuration`;
  const retentionMs = read.durationMs(retention, "s") ?? defaultRetentionMs;
  if (mode === "DELETE" && retentionMs <= leastForDelete) {
    const expected = "must be longer than 7 days where cloudFiles.cleanSource is DELETE";
    throw invalid(retention, read.text(retention) ?? "", expected);
  }
  const wait = read.flag(`${name}.waitForCompletion`, false);
  if (mode === "DELETE") return { mode, retentionMs, wait };
  const move = `${name}.moveDestination`;
  const given = read.text(move);
  if (given === undefined) throw error("MISSING_OPTION", { format: "cloudFiles", name: move });
  const destination = await context.locate(given);
  for (const { store, path } of paths) {
    const source = fixedPart(path);
    if (`${destination.path}/`.startsWith(`${source}/`)) {
      throw invalid(move, given, "must not lie below the source: files moved would come again");
    }
    if (store.uri("/") !== destination.store.uri("/")) {
      throw invalid(move, given, "must lie in the bucket or container of the source");
    }
  }
  return { mode, retentionMs, destination, wait };
}

function invalid(option: string, value: string, expected: string): Error {
  return error("CF_INVALID_OPTION_VALUE", { name: option, value, expected });
}
