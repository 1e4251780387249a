import { isError } from "../../../src/error/error.ts";

/** Which conditions fit why a table must not be read. */
const fitting: readonly (readonly [reason: RegExp, codes: RegExp])[] = [
  [/type change/i, /^DELTA_UNSUPPORTED_TYPE_CHANGE/],
  [/not a table|no commit/i, /NOT_FOUND|DOES_NOT_EXIST|MISSING_DELTA_TABLE|NO_COMMITS/],
  [/gap|contiguous/i, /NOT_CONTIGUOUS|TRUNCATED|LOG_FILE_NOT_FOUND/],
  [/without protocol|missing protocol|no protocol/i, /STATE_RECOVER|PROTOCOL_(ABSENT|NOT_FOUND)/],
  [/no metadata|without metadata/i, /STATE_RECOVER|METADATA_(ABSENT|NOT_FOUND)/],
  [/unsupported protocol|protocol version/i, /PROTOCOL_VERSION|UNSUPPORTED_FEATURES/],
  [/catalog/i, /UNSUPPORTED_FEATURES?_FOR_READ|CATALOG/],
  [/feature|type/i, /UNSUPPORTED_(FEATURES?_FOR_READ|DATA_?TYPES?)|_NOT_SUPPORTED$/],
  [/checksum|corrupt|damaged|malformed/i, /CORRUPT|MALFORMED|CHECKSUM|STATE_RECOVER/],
];

/** A reason that names a feature which the protocol of the table has not: its data is missing. */
const noData = /FILE_NOT_(FOUND|EXIST)|FAILED_READ_FILE|PATH_NOT_FOUND|PATH_DOES_NOT_EXIST/;

/**
 * Whether an error is one of its own for the reason a table must fail: not the first that came
 * by, not one of the engine's, not a bug of ours. A reason that no row fits takes any such.
 */
export function fits(
  thrown: unknown,
  { reason, featureless }: { readonly reason: string; readonly featureless: boolean },
): boolean {
  if (!isError(thrown) || thrown.kind === "internal" || /^ENGINE_/.test(thrown.code)) return false;
  if (featureless && /unknown feature/i.test(reason)) return noData.test(thrown.code);
  const row = fitting.find(([pattern]) => pattern.test(reason));
  return row === undefined || row[1].test(thrown.code);
}
