import type { WireCursor } from "../../../../schema/protobuf/wire.ts";

/** What became of a value that a cursor was at. */
export const took = {
  /** It is read. */
  value: 1,
  /** It is not of the field's wire type, and still to be skipped. */
  other: 0,
  /** It is read over: it is none of the field's values. */
  strange: -1,
} as const;

export type Took = (typeof took)[keyof typeof took];

/** Reads the values of a field, which may come anywhere in a message, into a row's cells. */
export interface Part {
  /** Reads a value. */
  take(cursor: WireCursor, row: number): Took;
  /** At the message's end: makes the cells what they are by all that came, or by nothing. */
  finish(row: number): void;
  /** Forgets what came; with a row, also in its cells. */
  forget(row?: number): void;
}

/** Reads messages of one type. As `Part`, but that a value is a message whose head is read. */
export interface Body {
  /** Reads fields up to the cursor's end, or to that of the group of a number that is not 0. */
  read(cursor: WireCursor, row: number, group: number): void;
  finish(row: number): void;
  forget(row?: number): void;
}
