/** How a rate source grows: rows a second, reached after `rampUpSeconds` of steady increase. */
export interface Rate {
  readonly rowsPerSecond: number;
  readonly rampUpSeconds: number;
}

/**
 * The number of rows made until the end of a second (Spark's RateStreamProvider.valueAtSecond):
 * while ramping up, second s gives s times rowsPerSecond / (rampUpSeconds + 1) rows.
 */
export function valueAtSecond(second: number, { rowsPerSecond, rampUpSeconds }: Rate): number {
  const step = Math.max(1, Math.trunc(rowsPerSecond / (rampUpSeconds + 1)));
  const ramp = Math.min(second, rampUpSeconds);
  const ramped = ((ramp * (ramp + 1)) / 2) * step;
  return ramped + Math.max(0, second - rampUpSeconds) * rowsPerSecond;
}

/** The row of one value among those of (start, end] seconds: when it was made, in ms. */
export function timeOfValue(
  value: number,
  span: { readonly creationMs: number; readonly start: number; readonly end: number },
  rate: Rate,
): number {
  const first = valueAtSecond(span.start, rate);
  const last = valueAtSecond(span.end, rate);
  const msPerValue = ((span.end - span.start) * 1000) / (last - first);
  return Math.round((value - first) * msPerValue) + span.creationMs + span.start * 1000;
}
