/**
 * Functions that analysis knows and this engine does not compute: a plan with one fails with
 * ENGINE_UNSUPPORTED_FUNCTION by name. The test of the registry keeps the list whole.
 */
export const unsupportedFunctions: ReadonlySet<string> = new Set([
  "current_user",
  "format_string",
  "input_file_name",
  "json_tuple",
  "mask",
  "number_text",
  "parse_url",
  "shuffle",
  "to_binary",
  "to_csv",
]);
