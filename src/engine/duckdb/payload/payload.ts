import { createHash } from "node:crypto";
import type { RegistryPlace } from "../../../analysis/conf.ts";
import type { Options } from "../../../plan/relation.ts";
import { dataTypeJson } from "../../../schema/json.ts";
import type { DataType } from "../../../schema/type.ts";

/** A function between bytes of a message and values, for vectors: all that it does, as data. */
export type Payload =
  | {
      readonly kind: "from_avro";
      readonly schema: string;
      readonly options: Options;
      /** What comes out. */
      readonly type: DataType;
      /** Messages tell the schema they were written by, which may be of no later number. */
      readonly registry?: RegistryUse;
    }
  | {
      readonly kind: "to_avro";
      readonly schema: string;
      /** What goes in. */
      readonly type: DataType;
      /** The number of the schema, which messages tell. */
      readonly id?: number;
    }
  | {
      readonly kind: "from_protobuf";
      /** The name of the message. */
      readonly message: string;
      /** A `FileDescriptorSet`, in base 64. */
      readonly descriptors: string;
      readonly options: Options;
      readonly type: DataType;
      readonly registry?: RegistryUse;
    }
  | {
      readonly kind: "to_protobuf";
      readonly message: string;
      readonly descriptors: string;
      readonly type: DataType;
      readonly id?: number;
    };

/** A schema registry, and the number that the schema of a call has there. */
export interface RegistryUse extends RegistryPlace {
  readonly id: number;
}

/** What the function is called in SQL: the same for the same payload, in any process. */
export function payloadName(payload: Payload): string {
  const text = JSON.stringify({ ...payload, type: dataTypeJson(payload.type) });
  return `millrace_${payload.kind}_${createHash("sha256").update(text).digest("hex")}`;
}
