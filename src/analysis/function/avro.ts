import { error } from "../../error/error.ts";
import { avroOptions } from "../../schema/avro/option.ts";
import { parseAvroSchema } from "../../schema/avro/parse.ts";
import { sparkType } from "../../schema/avro/spark.ts";
import { avroValueJson } from "../../schema/avro/write.ts";
import { asNullable } from "../../schema/compare.ts";
import { sqlDataType } from "../../schema/ddl.ts";
import { binary, type DataType, string } from "../../schema/type.ts";
import { call, literal } from "../expression.ts";
import type { TypedExpression } from "../typed.ts";
import { argument, coerce, type FunctionCall, type Group, only } from "./definition.ts";
import { isPermissive, payloadOptions, payloadText } from "./payload.ts";

const schemaMeaning =
  "containing the JSON representation of the schema to use for converting the value";
const optionMeaning = "containing the options to use for converting the value from AVRO format";

/**
 * Avro. The schema and the options, as JSON, stay arguments of the call. The options of a registry
 * are not printed: credentials may be among them.
 */
export const avros: Group = {
  from_avro: {
    arity: [2, 4],
    resolve: (given) => (isText(given.arguments[2]) ? fromRegistry(given) : fromAvro(given)),
    print: (texts, _, args) =>
      isText(args[2])
        ? `from_avro(${texts[0]}, ${texts[1]}, ${texts[2]})`
        : `from_avro(${texts[0]}, ${texts[1]}, ${texts[2] ?? "NULL"})`,
  },
  to_avro: {
    arity: [1, 4],
    resolve: (given) => (given.arguments.length > 2 ? toRegistry(given) : toAvro(given)),
    print: (texts) =>
      texts.length > 2
        ? `to_avro(${texts[0]}, ${texts[1]}, ${texts[2]})`
        : `to_avro(${texts[0]}, ${texts[1] ?? "NULL"})`,
  },
  schema_of_avro: {
    arity: [1, 2],
    sugar: true,
    resolve: (given) => {
      const meaning = `${schemaMeaning} from AVRO format`;
      const schema = payloadText(given, { ordinal: "first", index: 0, meaning }) ?? "";
      const place = { ordinal: "second", index: 1, meaning: optionMeaning } as const;
      const options = payloadOptions(given, place);
      return literal(sqlDataType(typeOf("schema_of_avro", schema, options)), string);
    },
    print: (texts) => `schema_of_avro(${texts[0]}, ${texts[1] ?? "NULL"})`,
  },
};

function fromAvro(given: FunctionCall): TypedExpression {
  const meaning = `${schemaMeaning} from AVRO format`;
  const schema = payloadText(given, { ordinal: "second", index: 1, meaning }) ?? "";
  const options = payloadOptions(given, { ordinal: "third", index: 2, meaning: optionMeaning });
  const data = coerce(given, 0, only(binary));
  const type = typeOf("from_avro", schema, options);
  const constants = [schema, JSON.stringify(options)].map((text) => literal(text, string));
  return call("from_avro", [data, ...constants], { type, nullable: true });
}

/** The type of what is read: by the schema of the options, where they have one. */
function typeOf(name: string, schema: string, options: Readonly<Record<string, string>>): DataType {
  const permissive = isPermissive(name, options);
  const known = avroOptions(options);
  const type = sparkType(known.schema ?? parseAvroSchema(schema), known);
  return permissive ? asNullable(type) : type;
}

function toAvro(given: FunctionCall): TypedExpression {
  const value = argument(given, 0);
  const meaning = `${schemaMeaning} to AVRO format`;
  const place = { ordinal: "second", index: 1, meaning } as const;
  const own = given.arguments.length > 1 ? payloadText(given, place) : undefined;
  const schema = own ?? JSON.stringify(avroValueJson(value.type, value.nullable));
  parseAvroSchema(schema);
  const { nullable } = value;
  return call("to_avro", [value, literal(schema, string)], { type: binary, nullable });
}

/** Databricks' form: a subject and a registry's address stand where the schema does. */
function fromRegistry(given: FunctionCall): TypedExpression {
  const { options, place, found } = asked(given);
  const mode = options["avroschemaevolutionmode"]?.toLowerCase() ?? "none";
  if (mode !== "none" && mode !== "restart") {
    const reason = "it is none or restart";
    throw error("INVALID_TEXT_OPTION", { option: "avroSchemaEvolutionMode", value: mode, reason });
  }
  const data = coerce(given, 0, only(binary));
  const type = typeOf("from_avro", found.schema, options);
  const registry = JSON.stringify({ ...place, id: found.id });
  const constants = [found.schema, JSON.stringify(options), registry];
  const args = [data, ...constants.map((text) => literal(text, string))];
  return call("from_avro", args, { type, nullable: true });
}

function toRegistry(given: FunctionCall): TypedExpression {
  const { found } = asked(given);
  parseAvroSchema(found.schema);
  const value = argument(given, 0);
  const constants = [found.schema, String(found.id)].map((text) => literal(text, string));
  return call("to_avro", [value, ...constants], { type: binary, nullable: value.nullable });
}

function asked(given: FunctionCall) {
  const subjectPlace = { ordinal: "second", index: 1, meaning: "naming a subject" } as const;
  const addressPlace = { ordinal: "third", index: 2, meaning: "naming a registry" } as const;
  const subject = payloadText(given, subjectPlace) ?? "";
  const address = payloadText(given, addressPlace) ?? "";
  const options = payloadOptions(given, { ordinal: "fourth", index: 3, meaning: optionMeaning });
  const place = { address, options };
  return { options, place, found: given.lookup.avro(subject, place) };
}

function isText(value: TypedExpression | undefined): boolean {
  return value?.type.type === "string";
}
