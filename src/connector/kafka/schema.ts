import {
  array,
  binary,
  field,
  integer,
  long,
  type StructType,
  string,
  struct,
  timestamp,
} from "../../schema/type.ts";

const columns = [
  field("key", binary),
  field("value", binary),
  field("topic", string),
  field("partition", integer),
  field("offset", long),
  field("timestamp", timestamp),
  field("timestampType", integer),
];

const headers = field("headers", array(struct([field("key", string), field("value", binary)])));

/** Kafka's columns, which are the same for all topics. */
export function kafkaSchema(includeHeaders: boolean): StructType {
  return struct(includeHeaders ? [...columns, headers] : columns);
}
