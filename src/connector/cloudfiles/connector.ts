import type { Connector } from "../connector.ts";
import { streamCloudFiles } from "./stream.ts";

/** Databricks Auto Loader, in the open. */
export const connector: Connector = {
  names: ["cloudfiles"],
  streamReader: streamCloudFiles,
};
