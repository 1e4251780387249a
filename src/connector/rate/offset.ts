/** How a rate source grows: rows a second, reached after `rampUpSeconds` of steady increase. */
export interface Rate {
  readonly rowsPerSecond: number;
  readonly rampUpSeconds: number;
}

/**
 * The number of rows made until the end of a second (Spark's RateStreamProvider.valueAtSecond):
 * while ramping up, second s gives s times rowsPerSecond / (rampUpSeconds + 1) rows, in whole
 * numbers: none if that is less than 1.
 */
export function valueAtSecond(second: number, { rowsPerSecond, rampUpSeconds }: Rate): number {
  const step = Math.trunc(rowsPerSecond / (rampUpSeconds + 1));
  const ramp = Math.min(second, rampUpSeconds);
  const ramped = ((ramp * (ramp + 1)) / 2) * step;
  return ramped + Math.max(0, second - rampUpSeconds) * rowsPerSecond;
}
