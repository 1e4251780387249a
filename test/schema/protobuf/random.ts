import { WireOutput } from "../../../src/schema/protobuf/output.ts";
import { wireOf } from "../../../src/schema/protobuf/scalar.ts";
import {
  anyName,
  enumOf,
  isMessage,
  messageOf,
  type ProtoField,
  type ProtoMessage,
  type ProtoSchema,
} from "../../../src/schema/protobuf/schema.ts";
import { wires } from "../../../src/schema/protobuf/wire.ts";
import type { Random } from "../../random.ts";

/** Bytes that are a message, mostly: fields in any order, more than once, in pieces, unknown. */
export function randomMessage(
  message: ProtoMessage,
  schema: ProtoSchema,
  random: Random,
): Uint8Array {
  const out = new WireOutput();
  putFields(out, { message, depth: 0 }, { schema, random });
  const bytes = out.taken();
  if (random.below(8) > 0 || bytes.length === 0) return bytes;
  const broken = Uint8Array.from(bytes);
  broken[random.below(bytes.length)] = random.below(256);
  return random.below(2) === 0 ? broken : broken.subarray(0, random.below(bytes.length));
}

interface Made {
  readonly schema: ProtoSchema;
  readonly random: Random;
}

interface Place {
  readonly message: ProtoMessage;
  readonly depth: number;
}

function putFields(out: WireOutput, { message, depth }: Place, made: Made): void {
  const { random, schema } = made;
  if (message.fullName === anyName && random.below(4) > 0) {
    const other = random.pick([...schema.messages.values()].filter((one) => !one.isMapEntry));
    out.tag(1, wires.bytes);
    out.text(`type.googleapis.com/${other.fullName}`);
    out.tag(2, wires.bytes);
    out.within(() => putFields(out, { message: other, depth: depth + 1 }, made));
    return;
  }
  const needed = message.fields.filter(({ label }) => label === "required");
  const fields = Array.from({ length: random.below(6) }, () => random.pick(message.fields));
  for (const field of [...needed, ...fields]) {
    if (field === undefined) continue;
    const count = field.label === "repeated" ? random.below(4) : 1;
    if (isMessage(field.kind)) {
      if (depth > 3) continue;
      for (let i = 0; i < count; i++) putMessage(out, field, { depth, made });
    } else if (count > 0) putScalars(out, { field, count }, made);
  }
  if (random.below(12) === 0) {
    out.tag(1000 + random.below(3), wires.varint);
    out.word(random.below(1000));
  }
}

function putMessage(
  out: WireOutput,
  field: ProtoField,
  { depth, made }: { readonly depth: number; readonly made: Made },
): void {
  const place = { message: messageOf(made.schema, field), depth: depth + 1 };
  if (field.kind === "group") out.group(field.number, () => putFields(out, place, made));
  else {
    out.tag(field.number, wires.bytes);
    out.within(() => putFields(out, place, made));
  }
}

function putScalars(
  out: WireOutput,
  { field, count }: { readonly field: ProtoField; readonly count: number },
  made: Made,
): void {
  const wire = wireOf(field.kind);
  const packs = wire !== wires.bytes && field.label === "repeated";
  if (packs && made.random.below(2) === 0) {
    out.tag(field.number, wires.bytes);
    out.within(() => {
      for (let i = 0; i < count; i++) putScalar(out, field, made);
    });
    return;
  }
  for (let i = 0; i < count; i++) {
    out.tag(field.number, wire);
    putScalar(out, field, made);
  }
}

const texts = ["", "a", "é€", "a text of more than twelve bytes", "\u2028<&>'\"\\\n"];

function putScalar(out: WireOutput, field: ProtoField, { schema, random }: Made): void {
  switch (wireOf(field.kind)) {
    case wires.bytes:
      if (field.kind === "string") out.text(random.pick(texts));
      else out.piece(Uint8Array.from({ length: random.below(20) }, () => random.below(256)));
      return;
    case wires.fixed32:
      out.fixed32(random.pick([0, 1, 0x3fc00000, 0x80000000, random.below(2 ** 32)]));
      return;
    case wires.fixed64:
      out.fixed64(random.pick([0n, 1n << 63n, 0x3ff8_0000_0000_0000n, wide(random)]));
      return;
    default:
      if (field.kind === "enum") {
        const { values } = enumOf(schema, field);
        out.long(random.below(10) === 0 ? 77n : BigInt(random.pick(values).number));
      } else if (field.kind === "bool") out.word(random.below(2));
      else out.long(random.pick([0n, 1n, -1n, 127n, 128n, wide(random)]));
  }
}

function wide(random: Random): bigint {
  const size = BigInt(1 + random.below(64));
  const value = (BigInt(random.below(2 ** 32)) << 32n) | BigInt(random.below(2 ** 32));
  return BigInt.asIntN(64, BigInt.asUintN(Number(size), value));
}
