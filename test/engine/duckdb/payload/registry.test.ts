import { describe, expect, test } from "vitest";
import { fileBytes } from "../../../schema/protobuf/sample.ts";
import { answers } from "../answer.ts";
import { useRegistry } from "./registry-server.ts";

const answer = answers();
const registry = useRegistry();

const one = '{"type":"record","name":"r","fields":[{"name":"a","type":"int"}]}';
const two = `{"type":"record","name":"r","fields":[
  {"name":"a","type":"long"},{"name":"b","type":"string","default":"none"}]}`;

const hex = (id: number) => id.toString(16).padStart(8, "0").toUpperCase();
const read = (message: string, subject: string, options = "") =>
  answer(
    `SELECT string(from_avro(X'${message}', '${subject}', '${registry().address}'${options}))`,
  );

test("a message is read by the schema whose number it has, into that of the subject", async () => {
  const first = await registry().register("orders-value", one);
  expect(await read(`00${hex(first)}0A`, "orders-value")).toBe("{5}");
  const second = await registry().register("orders-value", two);
  expect(await read(`00${hex(first)}0A`, "orders-value")).toBe("{5, none}");
  expect(await read(`00${hex(second)}0C0278`, "orders-value")).toBe("{6, x}");
});

test("a value is written by the subject's newest schema, with its number before it", async () => {
  const id = await registry().register("sent/value", one);
  const { address } = registry();
  const sql = `SELECT hex(to_avro(named_struct('a', 3), 'sent/value', '${address}/'))`;
  expect(await answer(sql)).toBe(`00${hex(id)}06`);
});

test("numbers that were not known before are asked for once, as messages come", async () => {
  const ids: number[] = [];
  for (let i = 0; i < 3; i++) {
    ids.push(
      await registry().register("later", `${one.slice(0, -1)},"doc":"version ${i} of later"}`),
    );
  }
  const asked = await registry().asked();
  const rows = Array.from({ length: 300 }, (_, i) => `(X'00${hex(ids[i % 3]!)}02')`).join(", ");
  const sql = `SELECT sum(from_avro(v, 'later', '${registry().address}').a) FROM VALUES ${rows} t(v)`;
  expect(await answer(sql)).toBe("300");
  // The subject, and the two numbers that are not its newest.
  expect((await registry().asked()) - asked).toBe(3);
});

test("a poisoned message is the message's fault; a registry that is away is not", async () => {
  const id = await registry().register("mixed", one);
  const permissive = ", map('mode', 'PERMISSIVE')";
  const malformed = "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION";
  for (const bad of ["01000000010A", "0000", "", `00${hex(99_999)}0A`, `00${hex(id)}`]) {
    expect(await read(bad, "mixed")).toBe(malformed);
    expect(await read(bad, "mixed", permissive)).toBe("{null}");
  }
  const unseen = await registry().register("elsewhere", one);
  const sql = `SELECT count(p.a) FROM (SELECT from_avro(v, 'mixed', '${registry().address}'
    ${permissive}) p FROM VALUES (X'00${hex(unseen)}0A'), (X'01') t(v))`;
  await registry().fail(2);
  expect(await answer(sql)).toBe("1");
  await registry().fail(30);
  expect(await answer(sql)).toBe("SCHEMA_REGISTRY_UNAVAILABLE");
  await registry().fail(0);
});

test("a newer schema ends a query that asks to be started again with it", async () => {
  const first = await registry().register("evolving", one);
  const restart = ", map('avroSchemaEvolutionMode', 'restart', 'mode', 'PERMISSIVE')";
  expect(await read(`00${hex(first)}0A`, "evolving", restart)).toBe("{5}");
  const other = await registry().register("other", two.replace("long", "int"));
  expect(await read(`00${hex(other)}0A0278`, "evolving", restart)).toBe("UNKNOWN_FIELD_EXCEPTION");
  expect(await read(`00${hex(other)}0A0278`, "evolving")).toBe("{5}");
  const odd = ", map('avroSchemaEvolutionMode', 'rescue')";
  expect(await read("00", "evolving", odd)).toBe("INVALID_TEXT_OPTION");
});

test("what a registry does not give is told", async () => {
  const refused = "SCHEMA_REGISTRY_CLIENT_ERROR";
  expect(await read("00", "nobody")).toBe(refused);
  await registry().register("proto", 'syntax = "proto3";', { schemaType: "PROTOBUF" });
  expect(await read("00", "proto")).toBe(refused);
  const references = [{ name: "x", subject: "x", version: 1 }];
  await registry().register("referring", one, { references });
  expect(await read("00", "referring")).toBe(refused);
  const asText = `map('schema.registry.subject', 'proto',
    'schema.registry.address', '${registry().address}')`;
  expect(await answer(`SELECT from_protobuf(X'00', ${asText})`)).toBe(refused);
  expect(await answer("SELECT from_avro(X'00', 's', 'ftp://host')")).toBe(refused);
  expect(await read("00", "s", ", map('confluent.schema.registry.ssl.key', 'x')")).toBe(refused);
  expect(await answer("SELECT from_avro(X'00', 's', 'http://127.0.0.1:1')")).toBe(
    "SCHEMA_REGISTRY_UNAVAILABLE",
  );
});

test("credentials go along, and are not printed", async () => {
  const id = await registry().register("closed", one);
  const address = `${registry().address}/secured`;
  const options = (user: string) => `map('confluent.schema.registry.basic.auth.credentials.source',
    'USER_INFO', 'confluent.schema.registry.basic.auth.user.info', '${user}')`;
  const call = (user: string) =>
    answer(`SELECT string(from_avro(X'00${hex(id)}0A', 'closed', '${address}', ${options(user)}))`);
  expect(await call("key:secret")).toBe("{5}");
  expect(await call("key:wrong")).toBe("SCHEMA_REGISTRY_CLIENT_ERROR");
});

test("a schema is read with those that it refers to", async () => {
  const money = `{"type":"record","name":"Money","namespace":"shop","fields":[
    {"name":"cents","type":"long"},{"name":"unit","type":{"type":"enum","name":"Unit","symbols":["EUR","USD"]}}]}`;
  const item = `{"type":"record","name":"Item","namespace":"shop","fields":[{"name":"price","type":"Money"}]}`;
  const order = `{"type":"record","name":"Order","fields":[{"name":"item","type":"shop.Item"},
    {"name":"paid","type":["null","shop.Money"]},{"name":"unit","type":"shop.Unit"}]}`;
  await registry().register("money", money.replace("long", "string"));
  await registry().register("money", money);
  const ofMoney = [{ name: "shop.Money", subject: "money", version: 2 }];
  await registry().register("item", item, { references: ofMoney });
  const references = [{ name: "shop.Item", subject: "item", version: 1 }, ...ofMoney];
  const id = await registry().register("referring-order", order, { references });
  expect(await read(`00${hex(id)}0A00020C0202`, "referring-order")).toBe(
    "{{{5, EUR}}, {6, USD}, USD}",
  );
});

describe("Protobuf", () => {
  /** What a registry gives for the sample's files: they have no name there. */
  const serialized = (name: string) => Buffer.from(fileBytes(name)).toString("base64");
  const options = (subject: string, more: Readonly<Record<string, string>> = {}) => {
    const all = {
      "schema.registry.subject": subject,
      "schema.registry.address": registry().address,
      ...more,
    };
    return `map(${Object.entries(all)
      .flat()
      .map((text) => `'${text}'`)
      .join(", ")})`;
  };
  const register = (subject: string, file: string, more: object = {}) =>
    registry().register(subject, "syntax", {
      ...{ schemaType: "PROTOBUF", serialized: serialized(file) },
      ...more,
    });
  const readFramed = (message: string, all: string) =>
    answer(`SELECT string(from_protobuf(X'${message}', ${all}))`);

  test("a message is read by its subject's schema, which imports what Google has", async () => {
    const id = await register("three", "three.proto");
    const name = { "schema.registry.protobuf.name": "sample.Wrapped" };
    expect(await readFramed(`00${hex(id)}020E1202080532030A0161`, options("three", name))).toBe(
      "{null, {5}, null, null, null, {a}, null, null, null, []}",
    );
    const all = options("three", { "schema.registry.protobuf.name": "sample.Point.Label" });
    expect(await readFramed(`00${hex(id)}0406000A0161`, all)).toBe("{a, []}");
    const sql = `SELECT hex(to_protobuf(named_struct('text', 'a'), ${all}))`;
    expect(await answer(sql)).toBe(`00${hex(id)}0406000A0161`);
    const first = `SELECT hex(to_protobuf(named_struct('i32', 5), ${options("three")}))`;
    expect(await answer(first)).toBe(`00${hex(id)}001805`);
    expect(await readFramed(`00${hex(id)}001805`, options("three"))).toMatch("{null, null, 5, ");
  });

  test("a file is read with those that it refers to", async () => {
    await register("base", "two.proto");
    const references = [{ name: "old/two.proto", subject: "base", version: 1 }];
    const importing = Buffer.concat([
      fileBytes("edition.proto"),
      Buffer.from([0x1a, 13, ...Buffer.from("old/two.proto")]),
    ]).toString("base64");
    const id = await register("importing", "two.proto", { serialized: importing, references });
    const depth = { "recursive.fields.max.depth": "1" };
    const all = options("importing", depth);
    expect(await readFramed(`00${hex(id)}001801`, all)).toBe("{null, null, 1, [], [], null, null}");
    await register("lacking", "two.proto", { serialized: importing });
    expect(await readFramed("00", options("lacking", depth))).toBe("PROTOBUF_DEPENDENCY_NOT_FOUND");
  });

  test("a message of another name is the message's fault, a newer schema is not", async () => {
    const first = await register("growing", "two.proto");
    const strict = "0801120161";
    const mode = { mode: "PERMISSIVE" };
    const none = { "schema.registry.schema.evolution.mode": "none" };
    const ofNulls = /^\{null(, null)*\}$/;
    for (const bad of [
      `00${hex(first)}02020801`,
      `00${hex(first)}02`,
      `00${hex(first)}0214`,
      "01",
    ]) {
      expect(await readFramed(bad, options("growing"))).toBe("MALFORMED_PROTOBUF_MESSAGE");
      expect(await readFramed(bad, options("growing", mode))).toMatch(ofNulls);
    }
    const later = await register("elsewhere-two", "two.proto");
    const framed = `00${hex(later)}00${strict}`;
    expect(await readFramed(framed, options("growing", mode))).toBe("UNKNOWN_FIELD_EXCEPTION");
    expect(await readFramed(framed, options("growing", none))).toMatch("{1, a, HIGH");
    const odd = { "schema.registry.schema.evolution.mode": "later" };
    expect(await readFramed(framed, options("growing", odd))).toBe("INVALID_TEXT_OPTION");
    expect(await answer("SELECT from_protobuf(X'00', map('a', 'b'))")).toBe("INVALID_TEXT_OPTION");
  });
});
