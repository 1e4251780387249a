import { parseUri } from "../../../storage/uri.ts";
import type { CloudRequest } from "./request.ts";

/** A cloud of Azure, and its services. */
export interface AzureCloud {
  readonly management: string;
  readonly authority: string;
}

const publicCloud: AzureCloud = {
  management: "https://management.azure.com",
  authority: "https://login.microsoftonline.com",
};
const clouds: Readonly<Record<string, AzureCloud>> = {
  "core.windows.net": publicCloud,
  "core.chinacloudapi.cn": {
    management: "https://management.chinacloudapi.cn",
    authority: "https://login.chinacloudapi.cn",
  },
  "core.usgovcloudapi.net": {
    management: "https://management.usgovcloudapi.net",
    authority: "https://login.microsoftonline.us",
  },
};

/** The account that has the files and the queue. */
export interface Account {
  readonly name?: string | undefined;
  /** What follows the service in its hosts. */
  readonly domain: string;
  readonly cloud: AzureCloud;
}

/** The account of the first path; where that names none, of the connection string. */
export function accountOf({ paths, cloud }: CloudRequest): Account {
  const [first] = paths;
  const authority = first ? parseUri(first.store.uri("/")).authority : "";
  const [, own, domain = "core.windows.net"] =
    /@([^.]+)(?:\.[a-z]+\.(core\..+))?/.exec(authority) ?? [];
  const name = own ?? /AccountName=([^;]+)/i.exec(cloud["connectionString"] ?? "")?.[1];
  return { name, domain, cloud: clouds[domain] ?? publicCloud };
}
