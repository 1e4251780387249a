import type { Message } from "./protobuf.ts";

/** What is known of the values of a column in a file or a stripe, as its writer said it. */
export interface ColumnStatistics {
  /** Values that are not null; undefined: the writer did not say. */
  readonly values: number | undefined;
  readonly integer?: Bounds<bigint>;
  readonly double?: Bounds<number> & { readonly sum?: number };
  /** Bounds that no value passes: long ones are cut. */
  readonly text?: Bounds<string>;
  readonly decimal?: Bounds<string>;
  readonly date?: Bounds<bigint>; // days
  /** Wall clocks in the writer's zone as if in UTC, ms. */
  readonly timestamp?: Bounds<bigint>;
  /** How many booleans are true. */
  readonly trues?: number;
}

export interface Bounds<T> {
  readonly minimum?: T;
  readonly maximum?: T;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export function readStatistics(message: Message): ColumnStatistics {
  const found: Mutable<ColumnStatistics> = { values: undefined };
  while (message.next()) {
    switch (message.field) {
      case 1:
        found.values = message.number();
        break;
      case 2:
        found.integer = bounds(message.message(), 1, 2, (field) => field.zigzag());
        break;
      case 3:
        found.double = doubles(message.message());
        break;
      case 4:
        found.text = texts(message.message());
        break;
      case 5:
        found.trues = buckets(message.message());
        break;
      case 6:
        found.decimal = bounds(message.message(), 1, 2, (field) => field.text());
        break;
      case 7:
        found.date = bounds(message.message(), 1, 2, (field) => field.zigzag());
        break;
      case 9:
        found.timestamp = bounds(message.message(), 3, 4, (field) => field.zigzag());
        break;
      default:
        message.skip();
    }
  }
  return found;
}

function bounds<T>(
  message: Message,
  low: number,
  high: number,
  read: (field: Message) => T,
): Bounds<T> {
  const found: Mutable<Bounds<T>> = {};
  while (message.next()) {
    if (message.field === low) found.minimum = read(message);
    else if (message.field === high) found.maximum = read(message);
    else message.skip();
  }
  return found;
}

function doubles(message: Message): NonNullable<ColumnStatistics["double"]> {
  const found: Mutable<NonNullable<ColumnStatistics["double"]>> = {};
  while (message.next()) {
    if (message.field === 1) found.minimum = message.double();
    else if (message.field === 2) found.maximum = message.double();
    else if (message.field === 3) found.sum = message.double();
    else message.skip();
  }
  return found;
}

function texts(message: Message): Bounds<string> {
  const found: Mutable<Bounds<string>> = {};
  while (message.next()) {
    if (message.field === 1 || message.field === 4) found.minimum = message.text();
    else if (message.field === 2 || message.field === 5) found.maximum = message.text();
    else message.skip();
  }
  return found;
}

function buckets(message: Message): number {
  const counts: number[] = [];
  while (message.next()) {
    if (message.field === 1) message.numbers(counts);
    else message.skip();
  }
  return counts[0] ?? 0;
}
