import type { AnalysisConf } from "../../analysis/conf.ts";
import { isQualifier, type SessionVariable } from "../../analysis/variable.ts";
import type { PrecedencePolicy } from "../../analysis/with.ts";
import type { Catalog, CatalogFunction } from "../../catalog/catalog.ts";
import type { ConnectorContext } from "../../connector/connector.ts";
import type { Engine, QueryContext, TimeParserPolicy } from "../../engine/engine.ts";
import { env } from "../../env.ts";
import type { Literal } from "../../plan/expression.ts";
import type { ParquetRebase } from "../../plan/input.ts";
import { binaryStyle } from "../../schema/binary.ts";
import type { LexerOptions } from "../../sql/lexer.ts";
import type { ParseOptions } from "../../sql/parse.ts";
import type { StreamingQueries } from "../../stream/queries.ts";
import { type Conf, timestampTypeOf } from "../conf.ts";
import type { Persisted } from "./persist.ts";
import type { SessionView } from "./unfold.ts";

/** What a local session is made of; its parts are opened and closed by `local.ts`. */
export interface LocalContext {
  readonly conf: Conf;
  readonly engine: Engine;
  readonly connector: ConnectorContext;
  /** By lower-case name. */
  readonly catalogs: ReadonlyMap<string, Catalog>;
  /** The catalog and schema that short names are in. */
  readonly current: { catalog: string; schema: string };
  /** Temporary views, by lower-case name. */
  readonly views: Map<string, SessionView>;
  /** Temporary functions, by lower-case name. */
  readonly functions: Map<string, CatalogFunction>;
  /** By lower-case name. */
  readonly variables: Map<string, SessionVariable>;
  readonly persisted: Persisted;
  readonly streams: StreamingQueries;
}

export function timeZoneOf(context: LocalContext): string {
  return context.conf.get("spark.sql.session.timeZone");
}

const singlePipe = "spark.sql.parser.singleCharacterPipeOperator.enabled";

/** The settings that change how SQL text is read, as they are now. */
export function parseOptions(context: LocalContext): ParseOptions {
  const variables = (name: readonly string[]): Literal | undefined => {
    const found = isQualifier(name.slice(0, -1)) ? name.at(-1)?.toLowerCase() : undefined;
    const variable = found === undefined ? undefined : context.variables.get(found);
    return variable && { kind: "literal", value: variable.value, type: variable.type };
  };
  const { lexer, timestampType, legacyInterval } = analysisConf(context);
  const ansi = context.conf.get("spark.sql.ansi.enabled") === "true";
  const reservedKeywords =
    ansi && context.conf.get("spark.sql.ansi.enforceReservedKeywords") === "true";
  const legacySetOperations =
    context.conf.get("spark.sql.legacy.setopsPrecedence.enabled") === "true";
  const legacyHaving =
    context.conf.get("spark.sql.legacy.parser.havingWithoutGroupByAsWhere") === "true";
  const longPipe = context.conf.get(singlePipe) === "false";
  return {
    ...lexer,
    longPipe,
    timestampType,
    legacyInterval,
    legacySetOperations,
    legacyHaving,
    reservedKeywords,
    variables,
  };
}

function lexerOptions(conf: Conf): LexerOptions {
  const on = (key: string): boolean => conf.get(key) === "true";
  return {
    doubleQuotedIdentifiers:
      on("spark.sql.ansi.enabled") && on("spark.sql.ansi.doubleQuotedIdentifiers"),
    escapedStringLiterals: on("spark.sql.parser.escapedStringLiterals"),
    consecutiveStringLiterals: on("spark.sql.legacy.consecutiveStringLiterals.enabled"),
  };
}

const emptyGroupingSet = "spark.sql.analyzer.lowerEmptyGroupingSetToGlobalAggregate.enabled";

const tableStar = "spark.sql.legacy.allowStarWithSingleTableIdentifierInCount";

function legacyCountOf(conf: Conf): NonNullable<AnalysisConf["legacyCount"]> {
  const key = (which: string): string =>
    `spark.sql.optimizer.decorrelate${which}LegacyIncorrectCountHandling.enabled`;
  return {
    scalar: conf.get(key("Subquery")) === "true",
    exists: conf.get(key("ExistsSubquery")) === "true",
  };
}

/** The settings analysis needs, as they are now. */
export function analysisConf(context: LocalContext): AnalysisConf {
  return {
    ansi: context.conf.get("spark.sql.ansi.enabled") === "true",
    caseSensitive: false,
    lexer: lexerOptions(context.conf),
    decimalLoss: context.conf.get("spark.sql.decimalOperations.allowPrecisionLoss") === "true",
    negativeInsertBefore:
      context.conf.get("spark.sql.legacy.negativeIndexInArrayInsert") === "true",
    timeZone: timeZoneOf(context),
    timestampType: timestampTypeOf(context.conf),
    legacyInterval: context.conf.get("spark.sql.legacy.interval.enabled") === "true",
    ordinals: {
      order: context.conf.get("spark.sql.orderByOrdinal") === "true",
      group: context.conf.get("spark.sql.groupByOrdinal") === "true",
      putOut: context.conf.get("spark.sql.prioritizeOrdinalResolutionInSort.enabled") === "true",
    },
    emptyGroupingSetExpands: context.conf.get(emptyGroupingSet) === "false",
    legacyCount: legacyCountOf(context.conf),
    parameterlessCount: context.conf.get("spark.sql.legacy.allowParameterlessCount") === "true",
    tableStarInCount: context.conf.get(tableStar) === "true",
    catalog: context.current.catalog,
    database: context.current.schema,
  };
}

/** `spark.sql.legacy.ctePrecedencePolicy`, in any case. */
export function precedencePolicyOf(value = "CORRECTED"): PrecedencePolicy {
  const policy = value.toUpperCase();
  return policy === "LEGACY" || policy === "EXCEPTION" ? policy : "CORRECTED";
}

function timeParserPolicyOf(conf: Conf): TimeParserPolicy {
  const policy = conf.get("spark.sql.legacy.timeParserPolicy").toUpperCase();
  return policy === "LEGACY" || policy === "EXCEPTION" ? policy : "CORRECTED";
}

function rebaseModeOf(conf: Conf, key: string): ParquetRebase["datetime"] {
  const mode = conf.get(key).toUpperCase();
  return mode === "LEGACY" || mode === "EXCEPTION" ? mode : "CORRECTED";
}

/** Zone, time and seed of a batch query that starts now. */
export function queryContext(context: LocalContext): QueryContext {
  return {
    timeZone: timeZoneOf(context),
    timeParserPolicy: timeParserPolicyOf(context.conf),
    binaryStyle: binaryStyle(context.conf.lookup("spark.sql.binaryOutputStyle"), "HEX_DISCRETE"),
    parquetRebase: {
      datetime: rebaseModeOf(context.conf, "spark.sql.parquet.datetimeRebaseModeInRead"),
      int96: rebaseModeOf(context.conf, "spark.sql.parquet.int96RebaseModeInRead"),
    },
    timestampMs: env.now(),
    seed: Math.floor(env.random() * 2 ** 31),
  };
}
