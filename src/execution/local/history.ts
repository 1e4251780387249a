import type { DescribeDetail, DescribeHistory } from "../../plan/command.ts";
import { detailSchema, tableDetail } from "../../table/detail.ts";
import { historySchema, tableHistory } from "../../table/history.ts";
import { snapshotOf } from "../../table/table.ts";
import type { CommandResult } from "../execution.ts";
import type { LocalContext } from "./context.ts";
import { deltaTableOf } from "./target.ts";

/** DESCRIBE HISTORY: the newest version first. */
export async function runHistory(
  context: LocalContext,
  command: DescribeHistory,
): Promise<CommandResult> {
  const table = await deltaTableOf(context, command.target);
  return { schema: historySchema, rows: await tableHistory(table, command.limit) };
}

/** DESCRIBE DETAIL: one row. */
export async function runDetail(
  context: LocalContext,
  command: DescribeDetail,
): Promise<CommandResult> {
  const table = await deltaTableOf(context, command.target);
  const snapshot = await snapshotOf(table);
  const named = command.target.kind === "table" ? [table.name] : [];
  return { schema: detailSchema, rows: [await tableDetail(table, snapshot, ...named)] };
}
